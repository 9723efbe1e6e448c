"""A summary of a plan: what it creates, changes, replaces and destroys."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from tooling.terraform.values import differences

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tooling.terraform.resource_change import ResourceChange
    from tooling.terraform.values import Difference


# Ends the name of an attribute in a path such as ``rule[0].id``.
TOP_LEVEL = re.compile(r"[.\[]")


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
    values : tuple of Difference
        What differs in it.
    """

    action: Action
    address: str
    values: tuple[Difference, ...]

    @property
    def attributes(self) -> tuple[str, ...]:
        """Names of the top-level attributes that differ, where it was there before."""
        if self.action not in (Action.UPDATE, Action.REPLACE):
            return ()
        return tuple(sorted({TOP_LEVEL.split(value.path, maxsplit=1)[0] for value in self.values}))

    def describe(self) -> str:
        """Return the address, and below it each value that differs."""
        return "\n".join([self.address, *(f"  {value}" for value in self.values)])

    def document(self) -> dict[str, Any]:
        """Return the change as a script reads it."""
        return {
            "action": self.action.value,
            "address": self.address,
            "values": [value.document() for value in self.values],
        }

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
    output_values : tuple of Difference
        What differs in them.
    """

    changes: tuple[Change, ...]
    outputs: tuple[str, ...]
    output_values: tuple[Difference, ...] = ()

    @classmethod
    def of(
        cls, resources: Sequence[ResourceChange], outputs: Mapping[str, Mapping[str, Any]]
    ) -> PlanSummary:
        """Sum up what a plan does to resources and outputs."""
        changes = tuple(
            Change(action, entry.address, differences(entry.change))
            for entry in resources
            if (action := _action(entry)) is not None
        )
        values = tuple(
            replace(value, path=f"{name}.{value.path}".rstrip("."))
            for name, change in outputs.items()
            for value in differences(change)
        )
        return cls(changes, tuple(outputs), values)

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
        """Return ``(action, what)`` pairs: values that change, and by module what is made or goes.

        What is made has no value but those of the sources and of the settings.
        """
        rows: list[tuple[str, str]] = []
        for action in Action:
            touched = [change for change in self.changes if change.action is action]
            is_whole = action in (Action.CREATE, Action.DELETE)
            lines = _by_module(touched) if is_whole else [change.describe() for change in touched]
            rows += [(action.value, line) for line in lines]
        if self.outputs and not self.changes:
            rows += [("output", str(value)) for value in self.output_values]
        return rows


def _action(entry: ResourceChange) -> Action | None:
    action = ACTIONS.get(entry.actions)
    if action is None and entry.change.get("importing"):
        return Action.IMPORT
    return action


def _by_module(changes: list[Change]) -> list[str]:
    """Return a line for each module, with what changes in it."""
    names: dict[str, list[str]] = {}
    for change in changes:
        module, name = _module_and_name(change.address)
        names.setdefault(module, []).append(name)
    return [f"{module}: {', '.join(some)}" for module, some in names.items()]


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
