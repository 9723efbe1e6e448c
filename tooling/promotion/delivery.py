"""Brings one release to one environment: plan, apply exactly that, prove it, or go back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from time import monotonic
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from tooling.clients import Clients
from tooling.errors import OperatorError
from tooling.foundation import TITLE, PlannedFoundation, ensure_buckets, plan_foundation
from tooling.promotion.aliases import send_all_to
from tooling.promotion.canary import Watch, changes_aliases_alone, shares_to_keep
from tooling.promotion.gates.alarms import alarms
from tooling.promotion.gates.approval import plan_digest
from tooling.promotion.gates.data import data
from tooling.promotion.gates.live_code import live_code
from tooling.promotion.gates.verdict import Answer, Gate, Verdict
from tooling.promotion.journal import Journal
from tooling.promotion.lease import Lease, LeaseHeld
from tooling.promotion.ledger import Step
from tooling.promotion.sources import sources_of
from tooling.rendering import render_variables, state_bucket
from tooling.reports import show_plan
from tooling.scanning.gate import scan_saved_plan
from tooling.smoke import SmokeTestFailed
from tooling.stack import media_stack

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tooling.console import Screen
    from tooling.promotion.deployed import Deployed
    from tooling.releases import Release
    from tooling.scanning.findings import Report
    from tooling.stack import Stack
    from tooling.target import Target
    from tooling.terraform.plans import PlanSummary
    from tooling.workspace import Workspace


@dataclass(frozen=True)
class Planned:
    """A saved plan, the one that is judged, scanned, approved and applied.

    Parameters
    ----------
    stack : Stack
        Holds it.
    release : Release
        What it brings, with the places of its zips in the target.
    summary : PlanSummary
        What it would do.
    document : dict
        What ``terraform show -json`` makes of it.
    keeps : dict
        In a canary, by function, the version that goes on serving, and its share.
    foundation : PlannedFoundation or None
        What goes before it; a rollback leaves the buckets alone.
    """

    stack: Stack
    release: Release
    summary: PlanSummary
    document: dict[str, Any]
    keeps: dict[str, dict[str, Any]] = field(default_factory=dict)
    foundation: PlannedFoundation | None = None

    @cached_property
    def digest(self) -> str:
        """What an approval names."""
        return plan_digest(self.stack.target.environment.name, self.document)


@dataclass(frozen=True)
class Delivery:
    """One run that brings a release to an environment.

    Parameters
    ----------
    workspace : Workspace
        The checkout and its folders.
    target : Target
        Where the release goes.
    clients : Clients
        For the target.
    journal : Journal
        What the run writes down.
    lease : Lease
        Held by the run; asked for again before anything is changed.
    screen : Screen
        Where progress is told.
    """

    workspace: Workspace
    target: Target
    clients: Clients
    journal: Journal
    lease: Lease
    screen: Screen

    @classmethod
    def open(cls, workspace: Workspace, target: Target, screen: Screen, command: str) -> Delivery:
        """Return a run that begins now; the buckets that it writes down in are made if missing."""
        clients = Clients(target)
        ensure_buckets(target, clients, screen)
        journal = Journal.open(workspace, target, clients, command)
        environment = target.environment
        lease = Lease(clients.s3, state_bucket(environment), journal.origin, environment.name)
        return cls(workspace, target, clients, journal, lease, screen)

    @property
    def name(self) -> str:
        """The environment's name."""
        return self.target.environment.name

    def plan(self, release: Release, sources: Path) -> Planned:
        """Save the plan that brings the release at once, and show it."""
        return self._shown(lambda: self._planned(release, sources))

    def plan_as_asked(self, release: Release, sources: Path, deployed: Deployed | None) -> Planned:
        """Save the plan that brings the release as the environment asks, and show it.

        With a canary the version that serves now keeps a share, which only a first plan can tell
        for which functions.
        """

        def planned() -> Planned:
            at_once = self._planned(release, sources)
            canary = self.target.environment.canary
            keeps = shares_to_keep(canary, deployed, at_once.document)
            return self._planned(release, sources, keeps) if keeps else at_once

        return self._shown(planned)

    def _shown(self, make: Callable[[], Planned]) -> Planned:
        began = monotonic()
        self.screen.step(f"Plan of {self.name}")
        planned = make()
        show_plan(self.screen, planned.summary, began)
        return planned

    def _planned(
        self, release: Release, sources: Path, keeps: dict[str, dict[str, Any]] | None = None
    ) -> Planned:
        stack = media_stack(self.workspace, self.target, sources)
        stack.init(self.screen)
        environment = self.target.environment
        variables = render_variables(
            self.workspace.environments, environment, self.target.endpoint, release, keeps
        )
        summary = stack.plan(self.screen, variables)
        return Planned(stack, release, summary, stack.read_plan(), keeps or {})

    def with_foundation(self, planned: Planned) -> Planned:
        """Return the same with the plan of the buckets below, which is applied before it."""
        return replace(
            planned, foundation=plan_foundation(self.workspace, self.target, self.screen)
        )

    def scan(self, planned: Planned) -> Report | None:
        """Scan the saved plan; None where it has nothing to apply."""
        if planned.summary.empty:
            return None
        return scan_saved_plan(self.workspace, self.target, planned.stack, self.screen)

    def bring(self, planned: Planned, previous: Release | None) -> dict[str, Any]:
        """Apply the plan and prove that it works; go back to `previous` if it does not.

        Raises
        ------
        SmokeTestFailed
            The release does not work there; the message says what became of the environment.
        """
        self.lease.require()
        if not planned.summary.empty:
            if planned.foundation:
                self.screen.step(TITLE)
                planned.foundation.lay(self.screen)
            self.journal.record(
                Step.APPLYING, release=planned.release, previous=previous, keeps=planned.keeps
            )
            self._apply(planned)
        # Also without an apply of this run: one that was killed may have done it.
        self.journal.record(
            Step.APPLIED, planned.summary.counts(), release=planned.release, previous=previous
        )
        try:
            if planned.keeps:
                self._try_out(planned)
            return self._prove(planned)
        except SmokeTestFailed as error:
            became = self.go_back(previous)
            raise SmokeTestFailed(
                f"Release {planned.release.id[:12]} does not work in {self.name}. {became}",
                reason=error.reason,
                remedy=f"Mend the release, then bring it again; nox -s history -- {self.name} "
                "tells what happened.",
            ) from error

    def _prove(self, planned: Planned) -> dict[str, Any]:
        """Compare the code that serves with the release's, and smoke-test it; return the outputs.

        Raises
        ------
        SmokeTestFailed
            It does not work, or does not even say what it is; either is written down.
        """
        try:
            outputs = planned.stack.outputs()
            self._require_live_code(outputs, planned.release)
            self.journal.smoke_test(self.target, self.clients, outputs, self.screen)
        except SmokeTestFailed as error:
            if self.journal.last is not Step.SMOKE_FAILED:
                self.journal.record(Step.SMOKE_FAILED, error.reason, release=planned.release)
            raise
        except (OperatorError, LookupError) as error:
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            self.journal.record(Step.SMOKE_FAILED, reason, release=planned.release)
            raise SmokeTestFailed("The release could not be tested.", reason=reason) from error
        return outputs

    def _require_live_code(self, outputs: dict[str, Any], release: Release) -> None:
        """Make sure that nobody has published other code while the release was applied."""
        behind = Gate(
            "live code", lambda: live_code(self.clients.functions, outputs["functions"], release)
        ).find()
        if not behind.lets_through:
            raise SmokeTestFailed(
                "Behind the aliases is not the code of the release.", reason=behind.evidence
            )

    def _try_out(self, planned: Planned) -> None:
        """Watch the new versions serve their share, then give them all, or none.

        Raises
        ------
        SmokeTestFailed
            An alarm was raised, or could not be read.
        """
        outputs = planned.stack.outputs()
        try:
            self._widen(planned, outputs)
        except LeaseHeld:
            raise  # whoever has it sees to the canary
        except (OperatorError, ClientError, BotoCoreError) as error:
            self._send_back(planned, outputs)
            reason = error.reason if isinstance(error, SmokeTestFailed) else str(error)
            raise SmokeTestFailed("The canary failed.", reason=reason) from error

    def _widen(self, planned: Planned, outputs: dict[str, Any]) -> None:
        canary = self.target.environment.canary
        if canary is None:
            return
        self.screen.step(f"Canary: {canary.percent}% for {canary.minutes} minutes")
        self.journal.record(Step.CANARY, f"{canary.percent}%", release=planned.release)
        answer = Watch(partial(self._alarms, outputs)).keep(canary.minutes)
        if answer.verdict is not Verdict.PASS:
            raise SmokeTestFailed("The canary failed.", reason=answer.evidence)
        self.screen.done(answer.evidence)
        rest = self.plan(planned.release, planned.stack.terraform.folder)
        if not changes_aliases_alone(rest.document):
            raise SmokeTestFailed(
                "The canary failed.", reason="Something was changed by other hands meanwhile."
            )
        self._apply(rest)

    def _alarms(self, outputs: dict[str, Any], settled: bool) -> Answer:  # noqa: FBT001
        """Ask the alarms; one that can't be asked is an unknown."""
        asked = Gate("alarms", lambda: alarms(self.clients.cloudwatch, outputs, settled=settled))
        found = asked.find()
        return Answer(found.verdict, found.evidence)

    def _send_back(self, planned: Planned, outputs: dict[str, Any]) -> None:
        """Let the versions of before serve all requests, at once; Terraform follows."""
        for key, kept in planned.keeps.items():
            name = outputs["functions"][key]["name"]
            try:
                self.lease.require()
                send_all_to(self.clients.functions, name, kept["version"])
            except (ClientError, BotoCoreError) as error:
                self.screen.say(f"{name} could not be sent back at once: {error}")

    def go_back(self, previous: Release | None) -> str:
        """Take the environment back to what it held before; return what became of it."""
        self.lease.require()
        if previous is None:
            self.journal.record(Step.FAILED, "nothing to go back to")
            return "It held nothing before, so there is nothing to go back to; it stays as it is."
        self.journal.record(Step.RETURNING, release=previous)
        self.screen.step(f"Back to release {previous.id[:12]}")
        try:
            hindrance = self._return_to(previous)
        except LeaseHeld:
            raise  # whoever has it goes on from here
        except (OperatorError, ClientError, BotoCoreError, OSError, LookupError) as error:
            hindrance = " ".join(f"{type(error).__name__}: {error}".split())
        if hindrance:
            return self._stay(hindrance, previous)
        self.journal.record(Step.RETURNED, release=previous)
        return f"{self.name} was taken back to release {previous.id[:12]}, which works."

    def _return_to(self, previous: Release) -> str | None:
        """Bring the release that was there before; return what stands in the way, if anything."""
        sources = sources_of(self.workspace, self.name, previous)
        if sources is None:
            return f"its Terraform sources (commit {previous.short_commit}) are not at hand"
        planned = self.plan(previous, sources)
        judged = data(planned.document, lived_in=True)
        if judged.verdict is not Verdict.PASS:
            return judged.evidence
        if not planned.summary.empty:
            self._apply(planned)
        try:
            self._prove(planned)
        except SmokeTestFailed as error:
            return f"that fails the smoke test as well ({error.reason})"
        return None

    def _stay(self, reason: str, previous: Release) -> str:
        self.journal.record(Step.FAILED, f"no way back: {reason}", release=previous)
        return (
            f"{self.name} COULD NOT be taken back to release {previous.id[:12]}: {reason}. "
            f"Check out commit {previous.short_commit} and run: nox -s rollback -- {self.name}."
        )

    def _apply(self, planned: Planned) -> None:
        """Apply a plan, unless somebody else has taken the lease meanwhile."""
        self.lease.require()
        self.screen.step("Apply")
        began = monotonic()
        planned.stack.apply(self.screen, planned.summary)
        self.screen.done(f"applied: {planned.summary.counts()}", began)
