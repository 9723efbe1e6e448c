"""Gates: an environment is as Terraform left it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tooling.gates.gate import Answer, failed, passed
from tooling.terraform.configuration import without_indexes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tooling.terraform.plans import Plan
    from tooling.terraform.summary import PlanSummary

# The provider reads back as empty what was never set.
ABSENT: tuple[object, ...] = (None, "", [], {}, False)
# Computed, but the alias follows the version: foreign code would go live.
OF_CODE = {"aws_lambda_function": {"code_sha256", "version"}}
NAMED = 4


def source_converged(name: str, summary: PlanSummary) -> Answer:
    """Check that a plan of the environment's own release changes nothing.

    Outputs alone don't count: they differ only if a version was published by hand, which the gate
    on the live code judges.
    """
    if not summary.changes:
        return passed(f"A plan of {name} with its own release changes no resource.")
    touched = _shown([str(change) for change in summary.changes])
    return failed(f"A plan of {name} with its own release: {summary.counts()}: {touched}.")


def target_converged(name: str, plan: Plan, *, half_applied: bool = False) -> Answer:
    """Check that the environment is as its last apply left it.

    The plan of the new release shows it: Terraform notes the drift that it found while refreshing.
    Pending changes of the environment file are not drift.

    Parameters
    ----------
    half_applied : bool
        Whether a run was killed during its apply: it may have published code that the state does
        not know of. The live code is checked after every apply anyway.
    """
    if not any(entry.exists for entry in plan.resources):
        return passed(f"{name} was never deployed.")
    drift = list(drifted(plan, code=not half_applied))
    if drift:
        return failed(f"Changed in {name} outside Terraform: {_shown(drift)}.")
    return passed(f"{name} is as its last apply left it.")


def drifted(plan: Plan, *, code: bool = True) -> Iterator[str]:
    """Yield the drift: deleted resources, changed attributes that the sources set, code."""
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
    """Return a value without its empty parts."""
    if isinstance(value, dict):
        return {key: _meaning(entry) for key, entry in value.items() if entry not in ABSENT} or None
    if isinstance(value, list):
        return [_meaning(entry) for entry in value] or None
    return None if value in ABSENT else value


def _shown(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
