"""A plan as an operator reads it: what is made, changed, replaced and removed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Action(StrEnum):
    """What a plan does to one resource."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    IMPORT = "import"


ACTIONS = {
    ("create",): Action.CREATE,
    ("update",): Action.UPDATE,
    ("delete",): Action.DELETE,
    ("delete", "create"): Action.REPLACE,
    ("create", "delete"): Action.REPLACE,
}


@dataclass(frozen=True)
class Change:
    """One resource that a plan touches.

    Parameters
    ----------
    action : Action
        What happens to it.
    address : str
        Where it stands in the configuration.
    attributes : tuple of str
        Names of the top-level attributes that differ, for an update.
    """

    action: Action
    address: str
    attributes: tuple[str, ...]

    def __str__(self) -> str:
        named = f" ({', '.join(self.attributes)})" if self.attributes else ""
        return f"{self.address}{named}"


@dataclass(frozen=True)
class PlanSummary:
    """What a saved plan would do.

    Parameters
    ----------
    changes : tuple of Change
        Resources, in the order of the plan.
    outputs : tuple of str
        Names of the outputs whose value changes.
    """

    changes: tuple[Change, ...]
    outputs: tuple[str, ...]

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> PlanSummary:
        """Read the document that ``terraform show -json`` makes of a plan."""
        changes = tuple(
            Change(action, entry["address"], _differing(entry["change"], action))
            for entry in document.get("resource_changes", [])
            if (action := _action(entry["change"])) is not None
        )
        outputs = tuple(
            name
            for name, change in sorted(document.get("output_changes", {}).items())
            if change["actions"] != ["no-op"]
        )
        return cls(changes, outputs)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to apply, outputs included."""
        return not (self.changes or self.outputs)

    def counts(self) -> str:
        """Return one line such as ``72 to create, 1 to update``."""
        counted = Counter(change.action for change in self.changes)
        parts = [f"{counted[action]} to {action.value}" for action in Action if counted[action]]
        if self.outputs and not self.changes:
            parts.append(f"{len(self.outputs)} outputs to change")
        return ", ".join(parts) or "no changes"

    def rows(self) -> list[tuple[str, str]]:
        """Return ``(action, addresses)`` pairs; what is created is grouped by module."""
        rows: list[tuple[str, str]] = []
        for action in Action:
            touched = [change for change in self.changes if change.action is action]
            if action in (Action.CREATE, Action.DELETE):
                by_module: dict[str, list[str]] = {}
                for change in touched:
                    module, name = _module_and_name(change.address)
                    by_module.setdefault(module, []).append(name)
                rows += [
                    (action.value, f"{module}: {', '.join(names)}")
                    for module, names in by_module.items()
                ]
            else:
                rows += [(action.value, str(change)) for change in touched]
        if self.outputs and not self.changes:
            rows.append(("output", ", ".join(self.outputs)))
        return rows


def _action(change: dict[str, Any]) -> Action | None:
    action = ACTIONS.get(tuple(change["actions"]))
    if action is None and change.get("importing"):
        return Action.IMPORT
    return action


def _differing(change: dict[str, Any], action: Action) -> tuple[str, ...]:
    if action not in (Action.UPDATE, Action.REPLACE):
        return ()
    before, after = change["before"] or {}, change["after"] or {}
    unknown = change.get("after_unknown") or {}
    names = sorted({*before, *after, *unknown})
    return tuple(
        name for name in names if before.get(name) != after.get(name) or unknown.get(name) is True
    )


def _module_and_name(address: str) -> tuple[str, str]:
    """Split ``module.a["x"].aws_thing.this`` into its module and the resource in it."""
    if not address.startswith("module."):
        return "root", address
    depth = 0
    for position, character in enumerate(address):
        depth += (character == "[") - (character == "]")
        if character == "." and depth == 0 and position > len("module."):
            return address[len("module.") : position], address[position + 1 :]
    return "root", address
