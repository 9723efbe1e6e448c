"""Where an environment asks for it, a person has approved this very plan."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from tooling.promotion.gates.verdict import Answer, failed, passed

if TYPE_CHECKING:
    from tooling.environments import Environment

SHORTEST = 12


def plan_digest(environment: str, plan: dict[str, Any]) -> str:
    """Return the SHA-256, in hex, of all that a plan would change.

    The same plan made again has the same digest: only what changes counts, not when the plan was
    made, nor what was read beside it.

    Parameters
    ----------
    environment : str
        Where it would be applied: an approval is good for one environment.
    plan : dict
        What ``terraform show -json`` makes of it.
    """
    changes = [
        {key: entry.get(key) for key in ("address", "type", "change", "action_reason")}
        for entry in plan.get("resource_changes", [])
        if entry["change"]["actions"] not in (["no-op"], ["read"])
    ]
    outputs = {
        name: change
        for name, change in plan.get("output_changes", {}).items()
        if change["actions"] != ["no-op"]
    }
    content = {"environment": environment, "resources": changes, "outputs": outputs}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def approval(environment: Environment, digest: str, given: str | None) -> Answer:
    """Say whether an approval that is asked for was given, and whether it names this plan.

    Parameters
    ----------
    given : str or None
        The digest that was approved, or its first twelve digits or more.
    """
    shown = digest[:SHORTEST]
    if given is None:
        if environment.approval:
            return failed(f"{environment.name} asks for one, and plan {shown} has none yet.")
        return passed(f"{environment.name} asks for none.")
    if len(given) < SHORTEST or not digest.startswith(given.lower()):
        return failed(f"It is for plan {given[:SHORTEST]}, but this plan is {shown}.")
    return passed(f"Plan {shown} is approved.")
