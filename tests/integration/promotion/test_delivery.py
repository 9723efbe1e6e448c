"""After an apply a release is verified, or the environment is rolled back and says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

from tests.integration.promotion.conftest import actor
from tests.integration.promotion.site import CHANGED, NEW, OLD, ROOT, Site
from tooling.delivery import automatic_rollback
from tooling.delivery import canary as trial
from tooling.delivery.aliases import shares
from tooling.delivery.plan import Planned
from tooling.delivery.result import Decision
from tooling.delivery.rollout import ApplyFailed, roll_out
from tooling.delivery.watch import Watch
from tooling.environments import Canary
from tooling.errors import OperatorError
from tooling.gates.gate import Answer, failed
from tooling.ledger.entry import Step
from tooling.ledger.lease import Lease, LeaseHeld
from tooling.ledger.lease_document import LIFE
from tooling.scanning.findings import Finding, Report
from tooling.smoke import SmokeTestFailed
from tooling.terraform.diagnostics import Diagnostic, TerraformFailed
from tooling.terraform.foundation import PlannedFoundation

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

    from tooling.console import Screen
    from tooling.delivery.run import Run
    from tooling.terraform.media_stack import MediaStack
    from tooling.terraform.outputs import Outputs
    from tooling.terraform.stack import Stack
    from tooling.terraform.summary import PlanSummary

BROKEN = SmokeTestFailed("The smoke test failed.", reason="At 'processed': broken")


def planned(site: Site, **more: Any) -> Planned:
    site.coming = NEW
    return Planned(cast("MediaStack", site), NEW, CHANGED, **more)


def steps(run: Run) -> list[Step]:
    return [entry.step for entry in run.journal.ledger.entries()]


def test_a_release_that_works_stays(run: Run, site: Site, tests: list[Exception | None]) -> None:
    roll_out(run, planned(site), OLD)
    assert tests == []
    assert site.release == NEW
    assert steps(run) == [Step.APPLYING, Step.APPLIED, Step.SMOKE_PASSED]


def test_the_buckets_below_get_the_plan_that_was_judged(
    run: Run, site: Site, tests: list[Exception | None]
) -> None:
    below = Site(site.functions, site.name)
    judged = PlannedFoundation(cast("Stack", below), CHANGED)
    roll_out(run, planned(site, foundation=judged), OLD)
    assert tests == []
    assert len(below.shared) == 1


def test_a_release_that_fails_the_smoke_test_is_rolled_back(
    run: Run, site: Site, tests: list[Exception | None]
) -> None:
    tests.append(BROKEN)
    with pytest.raises(SmokeTestFailed, match="rolled back to release"):
        roll_out(run, planned(site), OLD)
    assert site.release == OLD
    assert steps(run)[2:] == [
        Step.SMOKE_FAILED,
        Step.RETURNING,
        Step.SMOKE_PASSED,
        Step.RETURNED,
    ]


def test_a_release_that_does_not_say_what_it_is_is_rolled_back(
    run: Run,
    site: Site,
    tests: list[Exception | None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers: list[Exception] = [OperatorError("Terraform can't read the state.")]
    outputs = site.outputs

    def unreadable() -> Outputs:
        if answers:
            raise answers.pop()
        return outputs()

    monkeypatch.setattr(site, "outputs", unreadable)
    with pytest.raises(SmokeTestFailed, match="rolled back to release") as caught:
        roll_out(run, planned(site), OLD)
    assert "Terraform can't read the state" in caught.value.reason
    assert tests == []
    assert Step.SMOKE_FAILED in steps(run)
    assert site.release == OLD


def test_code_that_was_published_by_hand_meanwhile_is_a_failed_smoke_test(
    run: Run,
    site: Site,
    tests: list[Exception | None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish, foreign = site.publish, ["by hand"]
    monkeypatch.setattr(site, "publish", lambda code: publish(foreign.pop() if foreign else code))
    with pytest.raises(SmokeTestFailed, match="rolled back to release") as caught:
        roll_out(run, planned(site), OLD)
    assert "published by hand" in caught.value.reason
    assert tests == []
    assert steps(run).count(Step.SMOKE_FAILED) == 1
    assert site.release == OLD


@pytest.mark.parametrize(
    "fault",
    [OperatorError("Terraform failed."), ClientError({"Error": {"Code": "Throttling"}}, "Update")],
)
def test_a_way_back_that_fails_itself_says_what_to_do(
    run: Run, site: Site, tests: list[Exception | None], fault: Exception
) -> None:
    tests.append(BROKEN)
    site.faults += [None, fault]
    with pytest.raises(SmokeTestFailed, match="COULD NOT be rolled back") as caught:
        roll_out(run, planned(site), OLD)
    assert "run: nox -s rollback -- staging" in caught.value.what
    assert steps(run)[-2:] == [Step.RETURNING, Step.FAILED]


def test_a_way_back_that_the_scanner_objects_to_is_not_gone(
    run: Run, site: Site, tests: list[Exception | None]
) -> None:
    tests.append(BROKEN)
    found = Finding("CKV_AWS_1", "No open door", "aws_iam_policy.open", "main.tf:1")
    site.scanned = Report("plan of staging", 1, (found,), ())
    with pytest.raises(SmokeTestFailed, match=r"COULD NOT be rolled back.*scan: .*CKV_AWS_1"):
        roll_out(run, planned(site), OLD)
    assert len(site.shared) == 1  # applied once, on the way there
    assert steps(run)[-2:] == [Step.RETURNING, Step.FAILED]


def test_a_way_back_from_other_sources_than_the_releases_is_not_gone(
    run: Run, site: Site, tests: list[Exception | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    tests.append(BROKEN)
    monkeypatch.setattr(automatic_rollback, "sources_of", lambda *_: ROOT / "terraform")
    other = replace(OLD, provider_lock_digest="f" * 64)
    with pytest.raises(SmokeTestFailed, match=r"COULD NOT be rolled back.*checkout: The lock"):
        roll_out(run, planned(site), other)
    assert len(site.shared) == 1


# An apply that fails


QUOTA = Diagnostic("error", "LimitExceededException", "The quota is used up.", "main.tf:1")


def test_an_apply_that_fails_half_way_is_rolled_back(
    run: Run, site: Site, tests: list[Exception | None]
) -> None:
    site.faults.append(TerraformFailed("apply", "staging", [QUOTA]))
    with pytest.raises(
        ApplyFailed, match=r"in part\. staging was rolled back to release"
    ) as caught:
        roll_out(run, planned(site), OLD)
    assert "The quota is used up" in caught.value.reason
    assert tests == []
    assert site.release == OLD
    assert steps(run) == [
        Step.APPLYING,
        Step.APPLY_FAILED,
        Step.RETURNING,
        Step.SMOKE_PASSED,
        Step.RETURNED,
    ]


def test_a_first_apply_that_fails_leaves_what_it_made_for_the_next_run(
    run: Run, site: Site
) -> None:
    site.faults.append(TerraformFailed("apply", "staging", [QUOTA]))
    decision = Decision("promote dev staging")
    with (
        pytest.raises(ApplyFailed, match="There is no earlier release") as caught,
        run.journal.failures_recorded(),
        decision.ended_by(run.journal, run.name),
    ):
        roll_out(run, planned(site), None)
    assert "The quota is used up" in caught.value.reason
    assert caught.value.remedy.endswith("run the same command again to continue.")
    assert (decision.result, decision.next) == ("broken", "nox -s promote -- dev staging")
    entries = run.journal.ledger.entries()
    assert [entry.step for entry in entries] == [Step.APPLYING, Step.APPLY_FAILED, Step.FAILED]
    assert "The quota is used up" in entries[1].detail


def test_an_apply_that_was_refused_has_nothing_to_go_back_from(run: Run, site: Site) -> None:
    refusal = TerraformFailed("apply", "staging", [replace(QUOTA, summary="Saved plan is stale")])
    site.faults.append(refusal)
    decision = Decision("promote dev staging", previous=OLD)
    with pytest.raises(TerraformFailed), decision.ended_by(run.journal, run.name):
        roll_out(run, planned(site), OLD)
    assert (decision.result, decision.next) == ("stopped", "nox -s promote -- dev staging")
    assert steps(run) == [Step.APPLYING]


@pytest.mark.parametrize(
    ("fault", "result", "typed"),
    [
        (None, "taken back", "nox -s history -- staging"),
        (OperatorError("Terraform failed."), "broken", "nox -s rollback -- staging"),
    ],
)
def test_a_pipeline_is_told_what_became_of_the_environment(
    run: Run,
    site: Site,
    tests: list[Exception | None],
    fault: Exception | None,
    result: str,
    typed: str,
) -> None:
    tests.append(BROKEN)
    site.faults += [None, fault]
    decision = Decision("promote dev staging", previous=OLD)
    with pytest.raises(SmokeTestFailed), decision.ended_by(run.journal, run.name):
        roll_out(run, planned(site), OLD)
    assert (decision.result, decision.next) == (result, typed)


# A canary


KEEPS = {"api": {"version": "1", "weight": 0.9}}


@pytest.fixture
def canary(run: Run, site: Site, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The delivery to an environment with a canary, whose minutes are over at once."""
    ticks = count(step=60)
    quick = partial(Watch, clock=lambda: next(ticks), sleep=lambda _: None)
    monkeypatch.setattr(trial, "Watch", quick)
    asked = Canary(percent=10, minutes=1)
    environment = run.target.environment.model_copy(update={"canary": asked})
    site.keeps.append({"1": 0.9})
    return replace(run, target=replace(run.target, environment=environment))


def sent_back_at_once(site: Site) -> bool:
    """Return whether the old version had all requests before Terraform went back."""
    return site.shared[-1] == {"1": 1}


def test_a_canary_whose_alarms_can_not_be_asked_is_rolled_back(
    canary: Run, site: Site, tests: list[Exception | None]
) -> None:
    del site.alarms["alarm_names"]
    with pytest.raises(SmokeTestFailed, match="rolled back to release") as caught:
        roll_out(canary, planned(site, keeps=KEEPS), OLD)
    assert "alarm_names" in caught.value.reason
    assert tests == []
    assert sent_back_at_once(site)
    assert site.release == OLD


@pytest.mark.parametrize(
    "fault",
    [OperatorError("Terraform failed."), ClientError({"Error": {"Code": "Throttling"}}, "Update")],
)
def test_a_canary_that_can_not_be_ended_is_rolled_back(
    canary: Run,
    site: Site,
    tests: list[Exception | None],
    fault: Exception,
) -> None:
    site.faults += [None, fault]
    with pytest.raises(SmokeTestFailed, match="rolled back to release"):
        roll_out(canary, planned(site, keeps=KEEPS), OLD)
    assert tests == []
    assert sent_back_at_once(site)
    assert site.release == OLD


def test_a_canary_whose_apply_fails_half_way_is_sent_back_at_once(
    canary: Run, site: Site, tests: list[Exception | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    apply, faults = site.apply, [TerraformFailed("apply", "staging", [QUOTA])]

    def half_way(screen: Screen, summary: PlanSummary) -> None:
        apply(screen, summary)
        if faults:
            raise faults.pop()

    monkeypatch.setattr(site, "apply", half_way)
    with pytest.raises(ApplyFailed, match="was rolled back to release"):
        roll_out(canary, planned(site, keeps=KEEPS), OLD)
    assert tests == []
    assert sent_back_at_once(site)
    assert site.release == OLD


def test_a_canary_that_works_gets_all_requests(
    canary: Run, site: Site, tests: list[Exception | None]
) -> None:
    roll_out(canary, planned(site, keeps=KEEPS), OLD)
    assert tests == []
    assert list(shares(site.functions, site.name).values()) == [1]
    assert site.release == NEW


# The lease


def test_a_run_that_has_lost_its_lease_changes_nothing_more(
    canary: Run, site: Site, s3: S3Client, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(*_: object, **__: object) -> Answer:
        """Answer for the alarms, while somebody else takes the lease that has run out."""
        other = Lease(s3, bucket, actor("bert", "/bert"), "staging")
        other.now = lambda: datetime.now(UTC) + LIFE
        other.acquire()
        return failed("In ALARM: errors.")

    monkeypatch.setattr(trial, "alarms", asked)
    with pytest.raises(LeaseHeld):
        roll_out(canary, planned(site, keeps=KEEPS), OLD)
    assert shares(site.functions, site.name) == {"2": pytest.approx(0.1), "1": 0.9}
    assert steps(canary)[-1] is Step.CANARY
