"""Nobody has put a hold on the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tooling.gates.gate import Answer, failed, passed
from tooling.ledger.entry import Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tooling.ledger.entry import Entry


def hold(name: str, entries: Sequence[Entry]) -> Answer:
    """Say whether promotions into an environment are stopped."""
    found = current_hold(entries)
    if found:
        return failed(
            f"{found.detail} ({found.origin['user']}@{found.origin['host']}, {found.time}); lift "
            f"it with: nox -s release-hold -- {name}"
        )
    return passed(f"There is no hold on {name}.")


def current_hold(entries: Sequence[Entry]) -> Entry | None:
    """Return the entry that set the hold which is in force."""
    for entry in reversed(entries):
        if entry.step is Step.HOLD_SET:
            return entry
        if entry.step is Step.HOLD_LIFTED:
            return None
    return None
