"""A saved plan: its changes, the drift it found, and its variables."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tooling.terraform.configuration import configured_attributes
from tooling.terraform.resource_change import ResourceChange
from tooling.terraform.summary import PlanSummary
from tooling.terraform.values import settings

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Plan:
    """A saved plan. One without any content changes nothing.

    Parameters
    ----------
    resources : tuple of ResourceChange
        Every resource, in the order of the plan.
    drift : tuple of ResourceChange
        The drift since the last apply.
    outputs : dict
        By name, the change of each output that changes.
    configured : dict
        By address, the attributes that the sources set.
    settings : tuple of (str, str)
        Its variables.
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
        """The resources that change."""
        return tuple(entry for entry in self.resources if entry.is_changed)

    @property
    def removed(self) -> tuple[ResourceChange, ...]:
        """The resources that are destroyed or replaced."""
        return tuple(entry for entry in self.resources if entry.is_removed)

    @cached_property
    def summary(self) -> PlanSummary:
        """What it would do, as an operator reads it."""
        return PlanSummary.of(self.resources, self.outputs)


def _resources(document: dict[str, Any], key: str) -> tuple[ResourceChange, ...]:
    return tuple(ResourceChange.from_document(entry) for entry in document.get(key, []))
