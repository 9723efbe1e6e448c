"""Nothing in an environment differs from what Terraform made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tooling.gates.gate import Answer, failed, passed
from tooling.terraform.configuration import without_indexes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tooling.terraform.plans import Plan
    from tooling.terraform.summary import PlanSummary

# A provider reads back as empty what was never set.
ABSENT: tuple[object, ...] = (None, "", [], {}, False)
# Nobody sets these, but the alias follows the version: foreign code would come to serve.
OF_CODE = {"aws_lambda_function": {"code_sha256", "version"}}
NAMED = 4


def source_converged(name: str, summary: PlanSummary) -> Answer:
    """Say whether a plan of the environment's own release would change nothing.

    Outputs alone don't count: they differ only where a version was published by hand, which is
    for the gate on the live code to judge.
    """
    if not summary.changes:
        return passed(f"A plan of {name} with its own release changes no resource.")
    touched = _shown([str(change) for change in summary.changes])
    return failed(f"A plan of {name} with its own release: {summary.counts()}: {touched}.")


def target_converged(name: str, plan: Plan, *, half_applied: bool = False) -> Answer:
    """Say whether what is there is as the last apply left it.

    The plan of the release to come tells it: Terraform notes in it what it found changed while it
    read. Settings in the environment's file that are to change are no drift.

    Parameters
    ----------
    half_applied : bool
        Whether a run was killed while it applied: it may have published code that the state does
        not know of. Whose code comes to serve is looked at after every apply.
    """
    if not any(entry.exists for entry in plan.resources):
        return passed(f"{name} was never deployed.")
    drift = list(drifted(plan, code=not half_applied))
    if drift:
        return failed(f"Changed in {name} by other hands: {_shown(drift)}.")
    return passed(f"{name} is as its last apply left it.")


def drifted(plan: Plan, *, code: bool = True) -> Iterator[str]:
    """Yield what was found changed: resources that are gone, attributes that sources set, code."""
    for entry in plan.drift:
        if entry.is_removed:
            yield f"{entry.address} (gone)"
            continue
        names = set(plan.configured.get(without_indexes(entry.address), ()))
        if code:
            names |= OF_CODE.get(entry.type, set())
        differing = [
            name
            for name in sorted(names)
            if _meaning(entry.before.get(name)) != _meaning(entry.after.get(name))
        ]
        if differing:
            yield f"{entry.address} ({', '.join(differing)})"


def _meaning(value: object) -> object:
    """Return a value without the parts that mean that nothing is set."""
    if isinstance(value, dict):
        return {key: _meaning(entry) for key, entry in value.items() if entry not in ABSENT} or None
    if isinstance(value, list):
        return [_meaning(entry) for entry in value] or None
    return None if value in ABSENT else value


def _shown(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
