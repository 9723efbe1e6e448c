"""What a killed run left is seen to once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.commits import commit_of
from tests.integration.promotion.site import NEW, OLD, ROOT
from tooling.aws.target import Target
from tooling.delivery import rollback, strategy
from tooling.delivery.promote import Promotion
from tooling.delivery.result import Decision, GatesFailed
from tooling.delivery.rollback import Rollback
from tooling.environments import EnvironmentFiles
from tooling.errors import OperatorError
from tooling.gates.gate import Verdict
from tooling.ledger.entry import Entry, Step
from tooling.ledger.ledger import key_of
from tooling.releases.release import UNKNOWN_RELEASE
from tooling.terraform.outputs import Outputs

if TYPE_CHECKING:
    from tests.integration.promotion.conftest import Cloud
    from tests.integration.promotion.site import Site
    from tooling.delivery.run import Run
    from tooling.releases.release import Release


class Stopped(Exception):
    """Ends a run where the test has seen enough."""


@pytest.fixture
def promotion(cloud: Cloud, run: Run) -> Promotion:
    """A promotion from an environment where nothing is deployed."""
    run.lease.give_up()
    source = Target(
        EnvironmentFiles(ROOT / "environments").load("dev"), cloud.endpoint, cloud.session
    )
    return Promotion(run, Decision("promote dev staging"), source=source)


def deployed(release: Release) -> Outputs:
    return Outputs("staging", {"release": release.document()})


def killed(
    run: Run,
    *steps: Step,
    command: str = "promote dev staging",
    release: Release = UNKNOWN_RELEASE,
    previous: Release | None = None,
) -> None:
    """Let the ledger know of a run that ended unexpectedly."""
    journal = run.journal
    for step in (Step.STARTED, *steps):
        journal.ledger.append(
            Entry(
                run="killed",
                command=command,
                step=step,
                origin=journal.actor.document(),
                release=release.document(),
                previous=previous.document() if previous else None,
            )
        )


@pytest.mark.parametrize("step", [Step.CANARY, Step.SMOKE_FAILED, Step.RETURNING])
def test_a_run_that_leads_back_is_taken_up_once(promotion: Promotion, step: Step) -> None:
    killed(promotion.run, step)
    with pytest.raises(OperatorError, match="killed before its release was verified"):
        promotion.promote(None)
    again = replace(promotion.run, journal=replace(promotion.run.journal, run="again"))
    with pytest.raises(OperatorError, match="Nothing is deployed in dev"):
        replace(promotion, run=again).promote(None)


def test_a_killed_rollback_that_is_typed_again_brings_the_same_release(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.lease.give_up()
    worked = [
        replace(UNKNOWN_RELEASE, git_commit=commit_of(name)) for name in ("oldest", "older", "new")
    ]
    for release in worked:
        run.journal.record(Step.SMOKE_PASSED, release=release)
    command = "rollback staging"
    killed(run, Step.APPLIED, command=command, release=worked[1], previous=worked[2])
    # The killed run had applied already.
    monkeypatch.setattr(rollback, "read_outputs", lambda *_: deployed(worked[1]))

    def stop(*_: object, **__: object) -> None:
        raise Stopped

    monkeypatch.setattr(strategy, "assess", stop)
    decision = Decision(command)
    with pytest.raises(Stopped):
        Rollback(run, decision).roll_back(None)
    assert (decision.release, decision.previous) == (worked[1], worked[2])


def test_a_rollback_after_a_killed_promotion_leads_to_what_worked_before_that(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.lease.give_up()
    worked = [replace(UNKNOWN_RELEASE, git_commit=commit_of(name)) for name in ("older", "old")]
    for release in worked:
        run.journal.record(Step.SMOKE_PASSED, release=release)
    new = replace(UNKNOWN_RELEASE, git_commit=commit_of("new"))
    killed(run, Step.APPLYING, release=new, previous=worked[1])
    monkeypatch.setattr(rollback, "read_outputs", lambda *_: deployed(worked[1]))

    def stop(*_: object, **__: object) -> None:
        raise Stopped

    monkeypatch.setattr(strategy, "assess", stop)
    decision = Decision("rollback staging")
    with pytest.raises(Stopped):
        Rollback(run, decision).roll_back(None)
    assert (decision.release, decision.previous) == (worked[1], worked[1])


def test_a_rollback_goes_back_to_no_release_that_the_state_alone_names(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who may write the state, and not apply, would else have it brought if the rollback fails."""
    run.lease.give_up()
    worked = [replace(UNKNOWN_RELEASE, git_commit=commit_of(name)) for name in ("older", "old")]
    for release in worked:
        run.journal.record(Step.SMOKE_PASSED, release=release)
    evil = replace(UNKNOWN_RELEASE, git_commit=commit_of("evil"))
    monkeypatch.setattr(rollback, "read_outputs", lambda *_: deployed(evil))

    def stop(*_: object, **__: object) -> None:
        raise Stopped

    monkeypatch.setattr(strategy, "assess", stop)
    decision = Decision("rollback staging")
    with pytest.raises(Stopped):
        Rollback(run, decision, wanted=worked[0].id).roll_back(None)
    assert (decision.release, decision.previous) == (worked[0], worked[1])


def test_garbage_in_the_ledger_keeps_no_release_that_is_named_from_being_brought_back(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.lease.give_up()
    worked = replace(UNKNOWN_RELEASE, git_commit=commit_of("old"))
    run.journal.record(Step.SMOKE_PASSED, release=worked)
    ledger = run.journal.ledger
    ledger.s3.put_object(Bucket=ledger.bucket, Key=key_of(99), Body=b"garbage")
    monkeypatch.setattr(rollback, "read_outputs", lambda *_: deployed(worked))

    def stop(*_: object, **__: object) -> None:
        raise Stopped

    monkeypatch.setattr(strategy, "assess", stop)
    with pytest.raises(OperatorError, match="is not what was written"):
        Rollback(run, Decision("rollback staging")).roll_back(None)
    decision = Decision("rollback staging")
    with pytest.raises(Stopped):
        Rollback(run, decision, wanted=worked.id).roll_back(None)
    assert decision.release == worked


def test_nothing_is_promoted_on_a_ledger_that_was_edited(promotion: Promotion) -> None:
    ledger = promotion.run.journal.ledger
    killed(promotion.run, Step.FINISHED)
    content = ledger.contents()[0][1].replace(b"dev staging", b"dev prod")
    ledger.s3.put_object(Bucket=ledger.bucket, Key=key_of(1), Body=content)
    with pytest.raises(OperatorError, match="ledger of staging is not what was written"):
        promotion.promote(None)
    assert len(ledger.entries()) == 2


def test_a_rollback_skips_the_gates_that_speak_of_a_source_and_says_why(
    run: Run, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.lease.give_up()
    for release in (OLD, NEW):
        run.journal.record(Step.SMOKE_PASSED, release=release)
    monkeypatch.setattr(rollback, "read_outputs", lambda _: deployed(NEW))
    monkeypatch.setattr(strategy, "scan_planned", lambda *_: site.scanned)
    decision = Decision("rollback staging")
    with pytest.raises(GatesFailed):
        Rollback(run, decision).roll_back(None)
    assert [finding.gate for finding in decision.failed_gates] == [
        "artifacts"
    ]  # there is no such zip
    skipped = [each for each in decision.findings if each.verdict is Verdict.SKIPPED]
    assert [each.gate for each in skipped] == [
        "order",
        "hold",
        "live code",
        "source converged",
        "alarms",
        "soak",
        "foundation",
    ]
    assert all(each.evidence for each in skipped)
    entries = run.journal.ledger.entries()
    assert [entry.step for entry in entries[2:]] == [Step.STARTED, Step.GATES, Step.REFUSED]
    assert entries[3].gates == decision.gate_documents
