"""Gates on the ledgers: smoke evidence, soak, and holds."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tooling.gates.gate import Answer, failed, passed
from tooling.ledger.entry import BEGINS, Step

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tooling.ledger.entry import Entry
    from tooling.releases.release import Release

SMOKE = (Step.SMOKE_PASSED, Step.SMOKE_FAILED)


def smoke_evidence(name: str, entries: Sequence[Entry], release: Release) -> Answer:
    """Check that the newest smoke test of an environment was passed by this release.

    While an environment is being changed, or after a change that never ended, there is no evidence:
    what was tested is not what runs.
    """
    telling = [entry for entry in entries if entry.step in (*SMOKE, *BEGINS)]
    if not any(entry.step in SMOKE for entry in telling):
        return failed(f"No smoke test of {name} is recorded: nox -s smoke -- {name}")
    last = telling[-1]
    if last.step in BEGINS:
        return failed(
            f"'{last.command}' of {last.origin['user']}@{last.origin['host']} began to change "
            f"{name} at {last.time}, and no smoke test has come since: wait for its end, or run it "
            "again if it has failed."
        )
    if last.release_id != release.id:
        return failed(
            f"The smoke test of {name} at {last.time} was of release "
            f"{last.release_id or 'none'}, not {release.id}: nox -s smoke -- {name}"
        )
    if last.step is Step.SMOKE_FAILED:
        return failed(f"Release {release.id} failed the smoke test of {name} at {last.time}.")
    return passed(f"Release {release.id} passed the smoke test of {name} at {last.time}.")


def soak(
    name: str, entries: Sequence[Entry], release: Release, minutes: int, now: datetime
) -> Answer:
    """Check that the release has worked for `minutes` without a failure or another release."""
    if minutes == 0:
        return passed("No soak time is required.")
    first = first_success(entries, release)
    if first is None:
        return failed(f"Release {release.id} has not passed a smoke test of {name}.")
    age = now - first
    ran = f"Release {release.id} has worked in {name} for {_minutes(age)} minutes"
    if age < timedelta(minutes=minutes):
        ready = first + timedelta(minutes=minutes)
        return failed(f"{ran} of {minutes}; promote after {ready.isoformat(timespec='seconds')}.")
    return passed(f"{ran}, {minutes} are required.")


def first_success(entries: Sequence[Entry], release: Release) -> datetime | None:
    """Return when the release passed the first smoke test of its current unbroken series."""
    first = None
    for entry in entries:
        if entry.step in (*SMOKE, *BEGINS, Step.APPLIED):
            same = entry.release_id == release.id
            if not same or entry.step is Step.SMOKE_FAILED:
                first = None
            elif entry.step is Step.SMOKE_PASSED and first is None:
                first = entry.at
    return first


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


def _minutes(age: timedelta) -> int:
    return int(age.total_seconds() // 60)
