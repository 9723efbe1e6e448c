"""``status``: every environment in one table, and what a promotion into it would bring."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tooling.clients import Clients
from tooling.errors import OperatorError
from tooling.promotion.carrying import NOWHERE
from tooling.promotion.deployed import Deployed, read_deployed
from tooling.promotion.differences import ReleaseDifference
from tooling.promotion.gates.alarms import alarms
from tooling.promotion.gates.convergence import drifted
from tooling.promotion.gates.hold import current_hold
from tooling.promotion.gates.verdict import Finding, Gate, Verdict
from tooling.promotion.ledger import Entry, Ledger, Step
from tooling.promotion.sources import sources_of
from tooling.rendering import render_variables, state_bucket
from tooling.stack import media_stack
from tooling.target import open_target
from tooling.terraform.plans import PlanSummary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tooling.console import Screen
    from tooling.environments import Environment, EnvironmentFiles
    from tooling.releases import Release
    from tooling.stack import Stack
    from tooling.target import Target
    from tooling.workspace import Workspace

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
    deployed: Deployed | None = None
    entries: list[Entry] = field(default_factory=list)
    problem: str = ""
    drift: list[str] | None = None
    health: Finding | None = None
    difference: ReleaseDifference | None = None
    plan: str = ""

    @property
    def where(self) -> str:
        """The AWS that it lives on."""
        aws = self.environment.aws
        return "embedded AWS" if self.environment.embedded else f"{aws.account_id} {aws.region}"

    @property
    def release(self) -> Release | None:
        """What runs there."""
        return self.deployed.release if self.deployed else None

    @property
    def age(self) -> timedelta | None:
        """How long its release has been there."""
        arrived = arrival(self.entries, self.release.id) if self.release else None
        return datetime.now(UTC) - arrived if arrived else None

    def row(self) -> tuple[str, ...]:
        """Return the line as a person reads it."""
        drift = NOT_ASKED if self.drift is None else f"{len(self.drift)} resources"
        return (
            self.environment.name,
            self.where,
            self.release.id[:12] if self.release else "none",
            spoken(self.age),
            "none" if self.drift == [] else drift,
            self.health.verdict.value if self.health else "-",
            "yes" if current_hold(self.entries) else "no",
            self._to_come(),
        )

    def remarks(self) -> list[str]:
        """Return what the table has no room for, a line each."""
        name, hold = self.environment.name, current_hold(self.entries)
        lines = [f"{name}: {self.problem}"] if self.problem else []
        lines += [f"{name} drifted: {resource}" for resource in self.drift or []]
        if self.health and self.health.verdict is not Verdict.PASS:
            lines.append(f"{name} alarms: {self.health.evidence}")
        if hold:
            lines.append(f"{name} hold: {hold.detail} ({hold.time})")
        if self.difference:
            lines.append(f"{name} would get: {self.difference}")
            lines += [f"    {commit}" for commit in self.difference.commits or []]
        if self.plan:
            lines.append(f"{name} plan: {self.plan}")
        return lines

    def _to_come(self) -> str:
        if self.environment.promotes_from is None:
            return "-"
        if self.difference is None:
            return "settings" if self.plan else "nothing"
        return f"from {self.environment.promotes_from}"

    def document(self) -> dict[str, Any]:
        """Return the line as a script reads it."""
        hold, age = current_hold(self.entries), self.age
        return {
            "environment": self.environment.name,
            "where": self.where,
            "problem": self.problem,
            "release": self.release.document() if self.release else None,
            "age_seconds": int(age.total_seconds()) if age else None,
            "drift": self.drift,
            "health": self.health.document() if self.health else None,
            "hold": hold.detail if hold else None,
            "promotes_from": self.environment.promotes_from,
            "brings": self.difference.document() if self.difference else None,
            "plan": self.plan or None,
        }


@dataclass(frozen=True)
class Overview:
    """Looks at all environments; changes nothing, and holds no lock.

    Parameters
    ----------
    workspace : Workspace
        The checkout and its folders.
    files : EnvironmentFiles
        The environments.
    screen : Screen
        Where progress is told.
    """

    workspace: Workspace
    files: EnvironmentFiles
    screen: Screen

    def look(self, *, plans: bool) -> list[EnvironmentStatus]:
        """Return every environment in the order of promotion.

        Parameters
        ----------
        plans : bool
            Also plan each, for drift and for what a promotion would change; takes seconds.
        """
        found = {
            environment.name: self._read(environment)
            for environment in in_order([self.files.load(name) for name in self.files.names()])
        }
        for status in found.values():
            source = found.get(status.environment.promotes_from or "")
            if source and source.release and source.release.id != getattr(status.release, "id", ""):
                status.difference = ReleaseDifference.between(
                    self.workspace.root, source.release, status.release
                )
        if plans:
            with self.screen.working("looking for drift"):
                self._plan(found)
        return list(found.values())

    def _read(self, environment: Environment) -> EnvironmentStatus:
        status = EnvironmentStatus(environment)
        try:
            status.target = open_target(self.workspace, environment)
        except OperatorError as error:
            status.problem = error.what
            return status
        clients = Clients(status.target)
        status.deployed = read_deployed(clients.s3, environment)
        status.entries = Ledger(clients.s3, state_bucket(environment)).entries()
        if status.deployed:
            outputs = status.deployed.outputs
            status.health = Gate("alarms", lambda: alarms(clients.cloudwatch, outputs)).find()
        return status

    def _plan(self, found: dict[str, EnvironmentStatus]) -> None:
        planned = []
        for status in found.values():
            source = found.get(status.environment.promotes_from or "")
            release = _to_come(source.release if source else None, status.release)
            if status.target and status.release and release:
                name = status.environment.name
                sources = sources_of(self.workspace, name, release)
                if sources:
                    # One after the other: Terraform's plugin cache bears no more.
                    stack = media_stack(self.workspace, status.target, sources)
                    stack.init(self.screen)
                    planned.append((status, stack, release))
        with ThreadPoolExecutor() as pool:
            for work in [pool.submit(self._compare, *each) for each in planned]:
                work.result()

    def _compare(self, status: EnvironmentStatus, stack: Stack, release: Release) -> None:
        variables = render_variables(
            self.workspace.environments, status.environment, stack.target.endpoint, release
        )
        try:
            document = stack.compare(variables)
        except OperatorError as error:
            status.problem = error.what
            return
        status.drift = list(drifted(document))
        summary = PlanSummary.from_document(document)
        status.plan = "" if summary.empty else summary.counts()


def in_order(environments: Sequence[Environment]) -> list[Environment]:
    """Return environments as releases go through them; those of no promotion first."""
    by_name = {environment.name: environment for environment in environments}

    def depth(environment: Environment, seen: frozenset[str] = frozenset()) -> int:
        before = by_name.get(environment.promotes_from or "")
        if before is None or before.name in seen:
            return 0
        return 1 + depth(before, seen | {environment.name})

    return sorted(environments, key=lambda environment: (depth(environment), environment.name))


def arrival(entries: Sequence[Entry], release_id: str) -> datetime | None:
    """Return when a release came that has been there since."""
    arrived = None
    for entry in reversed(entries):
        if entry.step in (Step.APPLIED, Step.RETURNED):
            if entry.release_id != release_id:
                break
            arrived = entry.at
    return arrived


def spoken(age: timedelta | None) -> str:
    """Return an age in its largest unit."""
    if age is None:
        return "-"
    minutes = int(age.total_seconds() // 60)
    for unit, size in (("days", 24 * 60), ("hours", 60)):
        if minutes >= 2 * size:
            return f"{minutes // size} {unit}"
    return f"{minutes} minutes"


def _to_come(source: Release | None, here: Release | None) -> Release | None:
    """Return the release that a promotion would bring, as if its zips were here already."""
    if source is None or here is None:
        return here
    functions = {}
    for name, published in source.functions.items():
        ours = here.functions.get(name)
        same = ours is not None and ours.sha256 == published.sha256
        functions[name] = ours if ours and same else replace(published, version_id=NOWHERE)
    return replace(source, functions=functions)
