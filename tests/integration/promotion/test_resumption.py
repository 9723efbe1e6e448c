"""A killed run is rolled back through gates, and only on authentic entries."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.promotion.conftest import actor
from tests.integration.promotion.site import NEW, OLD, ROOT, Site, release_of
from tooling.aws.target import Target
from tooling.delivery import plan as planning
from tooling.delivery.promote import Promotion
from tooling.delivery.result import Decision, GatesFailed
from tooling.environments import EnvironmentFiles
from tooling.errors import OperatorError
from tooling.ledger.entry import Entry, Step
from tooling.ledger.lease import Lease
from tooling.ledger.ledger import HEAD, digest_of, key_of
from tooling.scanning.findings import Finding, Report

if TYPE_CHECKING:
    from tests.integration.promotion.conftest import Cloud
    from tooling.delivery.run import Run
    from tooling.ledger.ledger import Ledger
    from tooling.releases.release import Release

EVIL = release_of("evil")


@dataclass(frozen=True)
class Operator:
    """Types ``promote dev staging`` where nothing is deployed in ``dev``.

    Parameters
    ----------
    run : Run
        Of the target.
    source : Target
        That ``dev``.
    site : Site
        What is deployed in the target.
    """

    run: Run
    source: Target
    site: Site

    @property
    def ledger(self) -> Ledger:
        return self.run.journal.ledger

    def promote(self, approved: str | None = None, *, dry: bool = False) -> Decision:
        """Run the command; return what it decided, whatever it ended with."""
        decision = Decision("promote dev staging")
        journal = replace(self.run.journal, run=f"run{len(self.ledger.entries())}")
        run = replace(self.run, journal=journal, dry=dry)
        promotion = Promotion(run, decision, source=self.source)
        if dry:
            promotion.dry_run(approved)
        else:
            promotion.promote(approved)
        return decision

    def steps(self) -> list[Step]:
        return [entry.step for entry in self.ledger.entries()]


@pytest.fixture
def operator(cloud: Cloud, run: Run, site: Site, monkeypatch: pytest.MonkeyPatch) -> Operator:
    run.lease.give_up()
    monkeypatch.setattr(planning, "bucket_exists", lambda *_: True)
    site.release = NEW
    source = Target(
        EnvironmentFiles(ROOT / "environments").load("dev"), cloud.endpoint, cloud.session
    )
    return Operator(run, source, site)


def asking(operator: Operator) -> Operator:
    """The same where the target asks for an approval."""
    target = operator.run.target
    environment = target.environment.model_copy(update={"approval": True})
    run = replace(operator.run, target=replace(target, environment=environment))
    return replace(operator, run=run)


def killed(step: Step, release: Release, previous: Release) -> list[Entry]:
    """What a run leaves that was killed after it had applied a release that does not work."""
    return [
        Entry(
            "killed",
            "promote dev staging",
            each,
            actor("anna").document(),
            release=release.document(),
            previous=previous.document(),
        )
        for each in (Step.STARTED, Step.APPLYING, step)
    ]


def leave(operator: Operator) -> None:
    for entry in killed(Step.SMOKE_FAILED, NEW, OLD):
        operator.ledger.append(entry)


def forge(operator: Operator) -> None:
    """Write the same for an attacker's release, as who may only write objects can."""
    ledger = operator.ledger
    ledger.append(Entry("first", "promote dev staging", Step.STARTED, actor("a").document()))
    contents = [content for _, content in ledger.contents()]
    for entry in killed(Step.SMOKE_FAILED, EVIL, EVIL):
        placed = replace(
            entry,
            sequence=len(contents) + 1,
            time="2026-01-01T12:00:00+00:00",
            chain=digest_of(contents[-1]),
        )
        contents.append(placed.encoded())
        ledger.s3.put_object(Bucket=ledger.bucket, Key=key_of(placed.sequence), Body=contents[-1])
    note = f'{{"sequence": {len(contents)}, "digest": "{digest_of(contents[-1])}"}}'
    ledger.s3.put_object(Bucket=ledger.bucket, Key=HEAD, Body=note.encode())


def objects(operator: Operator) -> list[Any]:
    found = operator.ledger.s3.list_object_versions(Bucket=operator.ledger.bucket)
    return [(entry["Key"], entry["VersionId"]) for entry in found["Versions"]]


@pytest.mark.parametrize("dry", [True, False])
def test_forged_entries_bring_nothing(operator: Operator, *, dry: bool) -> None:
    forge(operator)
    with pytest.raises(OperatorError, match="Nothing is deployed in dev"):
        operator.promote(dry=dry)
    assert operator.site.shared == []  # nothing was applied
    assert Step.RETURNING not in operator.steps()


def test_a_dry_run_tells_of_the_way_back_and_writes_nothing(operator: Operator) -> None:
    leave(operator)
    before = objects(operator)
    decision = operator.promote(dry=True)
    assert decision.result == "would be taken back"
    assert decision.release == decision.previous == OLD
    assert decision.takes_back
    assert operator.site.locked == [False]
    assert operator.site.shared == []
    assert objects(operator) == before


def test_a_dry_run_holds_nobody_up_and_is_held_up_by_nobody(operator: Operator) -> None:
    leave(operator)
    other = Lease(operator.ledger.s3, operator.ledger.bucket, actor("bert"), "staging")
    with other.held():
        assert operator.promote(dry=True).result == "would be taken back"
        other.renew()
        assert not other.lost


def test_the_way_back_of_a_killed_run_needs_the_approval_of_its_own_plan(
    operator: Operator, tests: list[Exception | None]
) -> None:
    leave(operator)
    careful = asking(operator)
    for dry in (True, False):
        with pytest.raises(GatesFailed, match="waits for an approval") as caught:
            careful.promote(dry=dry)
        assert operator.site.shared == []
    digest = caught.value.remedy.split()[-1]
    with pytest.raises(GatesFailed):
        careful.promote("f" * 64)
    assert len(digest) == 64
    assert tests == []
    with pytest.raises(OperatorError, match=r"was verified\. staging was rolled back"):
        careful.promote(digest)
    assert operator.site.release == OLD
    assert operator.steps()[-1] is Step.RETURNED


def test_a_way_back_that_a_gate_objects_to_is_told_and_not_gone(operator: Operator) -> None:
    leave(operator)
    found = Finding("CKV_AWS_1", "No open door", "aws_iam_policy.open", "main.tf:1")
    operator.site.scanned = Report("plan of staging", 1, (found,), ())
    with pytest.raises(OperatorError, match=r"COULD NOT be rolled back.*scan: .*CKV_AWS_1"):
        operator.promote()
    assert operator.site.shared == []
    assert operator.steps()[-2:] == [Step.GATES, Step.FAILED]
    # The next promotion leads forward, through gates of its own.
    with pytest.raises(OperatorError, match="Nothing is deployed in dev"):
        operator.promote()
