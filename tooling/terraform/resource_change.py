"""One resource in a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
