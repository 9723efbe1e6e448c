"""The status of one environment: a table row, remarks, and a document."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tooling.delivery.history import runs_of
from tooling.gates.evidence import current_hold
from tooling.gates.gate import Finding, Verdict
from tooling.ledger.entry import Entry, Step, as_typed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tooling.aws.target import Target
    from tooling.delivery.history import PastRun
    from tooling.environments import Environment
    from tooling.releases.differences import ReleaseDifference
    from tooling.releases.release import Release
    from tooling.terraform.outputs import Outputs

NOT_ASKED = "not asked"


@dataclass
class EnvironmentStatus:
    """One line of the table.

    Parameters
    ----------
    environment : Environment
        What its file says.
    """

    environment: Environment
    target: Target | None = None
    deployed: Outputs | None = None
    entries: list[Entry] = field(default_factory=list)
    holds: list[Entry] = field(default_factory=list)
    """The entries that may set or lift a hold."""
    forged: list[int] = field(default_factory=list)
    """Numbers of entries written by somebody without the right to change it."""
    problem: str = ""
    drift: list[str] | None = None
    health: Finding | None = None
    difference: ReleaseDifference | None = None
    plan: str = ""
    at_work: str = ""
    """Who holds its lease, and until when."""

    @property
    def where(self) -> str:
        """The AWS account, or the embedded AWS."""
        aws = self.environment.aws
        return "embedded AWS" if self.environment.embedded else f"{aws.account_id} {aws.region}"

    @property
    def release(self) -> Release | None:
        """The release that runs there."""
        return self.deployed.release if self.deployed else None

    @property
    def age(self) -> timedelta | None:
        """How long its release has been there."""
        arrived = arrival(self.entries, self.release.id) if self.release else None
        return datetime.now(UTC) - arrived if arrived else None

    def row(self) -> tuple[str, ...]:
        """Return the row of the table."""
        drift = NOT_ASKED if self.drift is None else f"{len(self.drift)} resources"
        return (
            self.environment.name,
            self.where,
            self.release.id[:12] if self.release else "none",
            in_words(self.age),
            "none" if self.drift == [] else drift,
            self.health.verdict.value if self.health else "-",
            "yes" if current_hold(self.holds) else "no",
            self._to_come(),
        )

    def remarks(self) -> list[str]:
        """Return what the table has no room for, one line each."""
        return [*self._about_runs(), *self._about_health(), *self._about_what_comes()]

    def _about_runs(self) -> Iterator[str]:
        name = self.environment.name
        if self.problem:
            yield f"{name}: {self.problem}"
        if self.at_work:
            yield f"{name} is being changed: {self.at_work}"
        elif self.last_run and not self.last_run.went_well:
            yield f"{name} last: {self.last_run}"
        if self.forged:
            yield f"{name}: {len(self.forged)} forged entries: nox -s history -- {name} --verify"

    def _about_health(self) -> Iterator[str]:
        name, hold = self.environment.name, current_hold(self.holds)
        yield from (f"{name} drifted: {resource}" for resource in self.drift or [])
        if self.health and self.health.verdict is not Verdict.PASS:
            yield f"{name} alarms: {self.health.evidence}"
        if hold:
            yield f"{name} hold: {hold.detail} ({hold.time})"

    def _about_what_comes(self) -> Iterator[str]:
        name = self.environment.name
        if self.difference:
            yield f"{name} would get: {self.difference}"
            yield from (f"    {commit}" for commit in self.difference.commits or [])
        if self.plan:
            yield f"{name} plan: {self.plan}"

    @property
    def last_run(self) -> PastRun | None:
        """The last run that changed it or tried to."""
        return next((run for run in reversed(runs_of(self.entries)) if run.changes_things), None)

    @property
    def next(self) -> str:
        """The next command, if there is one; a hold is left to a person's judgement."""
        name, before = self.environment.name, self.environment.promotes_from
        if self.at_work or self.problem:
            return ""
        if self.last_run and self.last_run.was_killed:
            return as_typed(self.last_run.began.command)
        if current_hold(self.holds):
            return f"nox -s release-hold -- {name}, when promotions may go on"
        if self.last_run and self.last_run.last.step is Step.FAILED:
            return f"nox -s history -- {name}"
        return f"nox -s promote -- {before} {name}" if self.difference else ""

    def _to_come(self) -> str:
        if self.environment.promotes_from is None:
            return "-"
        if self.difference is None:
            return "settings" if self.plan else "nothing"
        return f"from {self.environment.promotes_from}"

    def document(self) -> dict[str, Any]:
        """Return the status for --json."""
        hold, age = current_hold(self.holds), self.age
        return {
            "environment": self.environment.name,
            "where": self.where,
            "problem": self.problem,
            "release": self.release.document() if self.release else None,
            "age_seconds": int(age.total_seconds()) if age else None,
            "drift": self.drift,
            "health": self.health.document() if self.health else None,
            "hold": hold.detail if hold else None,
            "at_work": self.at_work or None,
            "last_run": str(self.last_run) if self.last_run else None,
            "promotes_from": self.environment.promotes_from,
            "brings": self.difference.document() if self.difference else None,
            "plan": self.plan or None,
        }


def arrival(entries: Sequence[Entry], release_id: str) -> datetime | None:
    """Return when the current release arrived."""
    arrived = None
    for entry in reversed(entries):
        if entry.step in (Step.APPLIED, Step.RETURNED):
            if entry.release_id != release_id:
                break
            arrived = entry.at
    return arrived


def in_words(age: timedelta | None) -> str:
    """Return an age in its largest unit."""
    if age is None:
        return "-"
    minutes = int(age.total_seconds() // 60)
    for unit, size in (("days", 24 * 60), ("hours", 60)):
        if minutes >= 2 * size:
            return f"{minutes // size} {unit}"
    return f"{minutes} minutes"
