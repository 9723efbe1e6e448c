"""A saved plan, read once: what it changes, what it found changed, what it was made with."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tooling.terraform.configuration import configured_attributes
from tooling.terraform.summary import PlanSummary
from tooling.terraform.values import settings

if TYPE_CHECKING:
    from collections.abc import Mapping

# What a plan says of a resource that it leaves alone.
IDLE = (("no-op",), ("read",))


@dataclass(frozen=True)
class ResourceChange:
    """One resource in a plan, whether the plan changes it or not.

    Parameters
    ----------
    address, type : str
        Where it stands in the configuration, and what it is.
    change : dict
        What Terraform says of it: actions, values before and after.
    reason : str or None
        Why it is replaced or removed, in Terraform's word.
    """

    address: str
    type: str
    change: Mapping[str, Any]
    reason: str | None = None

    @classmethod
    def from_document(cls, entry: dict[str, Any]) -> ResourceChange:
        """Read an entry of the document that ``terraform show -json`` makes of a plan."""
        return cls(entry["address"], entry["type"], entry["change"], entry.get("action_reason"))

    @property
    def actions(self) -> tuple[str, ...]:
        """What is done to it, step by step."""
        return tuple(self.change["actions"])

    @property
    def is_changed(self) -> bool:
        """Whether anything is done to it."""
        return self.actions not in IDLE

    @property
    def is_removed(self) -> bool:
        """Whether what is there goes, be it to make room for another."""
        return "delete" in self.actions

    @property
    def is_replaced(self) -> bool:
        """Whether another takes its place."""
        return self.is_removed and "create" in self.actions

    @property
    def exists(self) -> bool:
        """Whether there is one before the plan is applied."""
        return self.change.get("before") is not None

    @property
    def before(self) -> dict[str, Any]:
        """Its values as they are."""
        return self.change.get("before") or {}

    @property
    def after(self) -> dict[str, Any]:
        """Its values as they will be, where they are known."""
        return self.change.get("after") or {}

    @property
    def unknown(self) -> dict[str, Any]:
        """Its attributes whose values only the apply will tell."""
        return self.change.get("after_unknown") or {}


@dataclass(frozen=True)
class Plan:
    """A saved plan. One without any content changes nothing.

    Parameters
    ----------
    resources : tuple of ResourceChange
        Every resource, in the order of the plan.
    drift : tuple of ResourceChange
        What was found changed since the last apply.
    outputs : dict
        By name, the change of each output that changes.
    configured : dict
        By address, the attributes that the sources set.
    settings : tuple of (str, str)
        The variables that it was made with.
    """

    resources: tuple[ResourceChange, ...] = ()
    drift: tuple[ResourceChange, ...] = ()
    outputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    configured: Mapping[str, set[str]] = field(default_factory=dict)
    settings: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Plan:
        """Read the document that ``terraform show -json`` makes of a plan."""
        return cls(
            resources=_resources(document, "resource_changes"),
            drift=_resources(document, "resource_drift"),
            outputs={
                name: change
                for name, change in sorted(document.get("output_changes", {}).items())
                if change["actions"] != ["no-op"]
            },
            configured=configured_attributes(document),
            settings=tuple(settings(document)),
        )

    @property
    def changed(self) -> tuple[ResourceChange, ...]:
        """The resources to which anything is done."""
        return tuple(entry for entry in self.resources if entry.is_changed)

    @property
    def removed(self) -> tuple[ResourceChange, ...]:
        """The resources that go, those that are replaced included."""
        return tuple(entry for entry in self.resources if entry.is_removed)

    @cached_property
    def summary(self) -> PlanSummary:
        """What it would do, as an operator reads it."""
        return PlanSummary.of(self)


def _resources(document: dict[str, Any], key: str) -> tuple[ResourceChange, ...]:
    return tuple(ResourceChange.from_document(entry) for entry in document.get(key, []))
