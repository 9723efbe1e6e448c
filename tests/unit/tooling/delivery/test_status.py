"""What a status says beside its table: what goes on, what went wrong, what to type next."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.unit.tooling.ledger.entries import entry
from tooling.console import Screen
from tooling.delivery import overview
from tooling.delivery.status import EnvironmentStatus
from tooling.environments import EnvironmentFiles
from tooling.errors import OperatorError
from tooling.ledger.entry import Step
from tooling.ledger.ledger import Ledger
from tooling.releases.differences import ReleaseDifference
from tooling.workspace import Workspace

if TYPE_CHECKING:
    from tooling.aws.target import Target
    from tooling.environments import Environment
    from tooling.terraform.outputs import Outputs

ROOT = Path(__file__).resolve().parents[4]
TO_COME = ReleaseDifference([], ["api"], terraform=False, runtime=False)


@pytest.fixture
def status(dev: Environment) -> EnvironmentStatus:
    environment = dev.model_copy(update={"name": "staging", "promotes_from": "dev"})
    return EnvironmentStatus(environment, difference=TO_COME)


def test_what_waits_is_what_to_type_next(status: EnvironmentStatus) -> None:
    assert status.next == "nox -s promote -- dev staging"
    status.difference = None
    assert status.next == ""


def test_a_hold_comes_before_what_waits(status: EnvironmentStatus) -> None:
    status.entries = status.holds = [entry(Step.HOLD_SET)]
    assert status.next == "nox -s release-hold -- staging, when promotions may go on"


def test_a_run_at_work_is_named_and_nothing_is_to_be_typed(status: EnvironmentStatus) -> None:
    status.entries = [entry(Step.STARTED), entry(Step.APPLYING)]
    status.at_work = "The lease is held by anna@here."
    assert status.remarks()[0] == "staging is being changed: The lease is held by anna@here."
    assert status.next == ""


def test_a_run_that_was_killed_is_to_be_typed_again(status: EnvironmentStatus) -> None:
    status.entries = [entry(Step.HOLD_SET, run="rollback"), entry(Step.STARTED)]
    assert status.next == "nox -s promote -- dev staging"
    status.environment = status.environment.model_copy(update={"name": "dev"})
    status.entries = [replace(found, command="deploy dev") for found in status.entries]
    assert status.next == "nox -s deploy -- dev"


def test_entries_that_nobody_with_the_right_wrote_are_reported(status: EnvironmentStatus) -> None:
    status.forged = [4, 5]
    assert "staging: 2 forged entries: nox -s history -- staging --verify" in status.remarks()


def test_a_last_run_that_failed_is_told_until_another_has_gone_well(
    status: EnvironmentStatus,
) -> None:
    failed = [entry(Step.STARTED), entry(Step.FAILED)]
    smoke = entry(Step.SMOKE_PASSED, run="smoke")
    status.entries = [*failed, smoke]
    assert "'promote dev staging' of anna@here" in status.remarks()[0]
    assert "failed" in status.remarks()[0]
    assert status.next == "nox -s history -- staging"
    well = [entry(Step.STARTED, run="again"), entry(Step.FINISHED, run="again")]
    status.entries = [*failed, *well]
    assert not any("last:" in line for line in status.remarks())


@pytest.mark.parametrize(
    "fault",
    [
        OperatorError("An entry can't be read."),
        ClientError({"Error": {"Code": "AccessDenied"}}, "GetObject"),
    ],
)
def test_one_that_can_not_be_read_does_not_hide_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def read(target: Target) -> Outputs | None:
        if target.environment.name == "staging":
            raise fault
        return None

    def opened(_: Workspace, environment: Environment) -> SimpleNamespace:
        return SimpleNamespace(s3=None, kms=None, environment=environment)

    monkeypatch.setattr(overview, "open_target", opened)
    monkeypatch.setattr(overview, "read_outputs", read)
    monkeypatch.setattr(overview, "holder", lambda *_: "")
    monkeypatch.setattr(Ledger, "contents", lambda _: [])
    workspace = Workspace(ROOT, tmp_path, tmp_path)
    files = EnvironmentFiles(workspace.environments)
    found = overview.Overview(workspace, files, Screen(quiet=True)).look(plans=False)
    assert [entry.environment.name for entry in found if entry.problem] == ["staging"]
    assert len(found) == 3
