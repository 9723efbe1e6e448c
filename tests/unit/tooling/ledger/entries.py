from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tooling.ledger.entry import Entry, Step
from tooling.releases.release import UNKNOWN_RELEASE

if TYPE_CHECKING:
    from tooling.releases.release import Release

ORIGIN = {
    "caller": "arn:aws:iam::000000000000:root",
    "user": "anna",
    "host": "here",
    "process": 1,
    "workspace": "/anna",
    "commit": "c0ffee",
}


def entry(
    step: Step,
    minute: int = 0,
    *,
    run: str = "run",
    release: Release | None = UNKNOWN_RELEASE,
    previous: Release | None = None,
) -> Entry:
    """An entry of the ledger, written `minute` minutes after noon."""
    return Entry(
        run=run,
        command="promote dev staging",
        step=step,
        origin=ORIGIN,
        detail="Rolled back",
        release=release.document() if release else None,
        previous=previous.document() if previous else None,
        time=f"2026-01-01T12:{minute:02}:00+00:00",
    )


def resource(address: str, *actions: str, **change: object) -> dict[str, Any]:
    """A resource as a plan's document tells of it."""
    kind = address.split(".")[-2]
    before = change.pop("before", {} if actions != ("create",) else None)
    return {
        "address": address,
        "type": kind,
        "change": {"actions": list(actions), "before": before, "after": {}, **change},
    }
