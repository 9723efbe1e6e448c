"""Buckets and the ledger's key: made by the tooling, adopted by Terraform, gone at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.promotion.site import ROOT
from tooling.aws.ledger_key import LedgerKey
from tooling.aws.target import Target
from tooling.console import Screen
from tooling.delivery.destroy import destroy
from tooling.delivery.run import Run
from tooling.environments import EnvironmentFiles
from tooling.ledger.entry import Step
from tooling.ledger.integrity import authenticated
from tooling.terraform.foundation import plan_foundation
from tooling.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.promotion.conftest import Cloud


@pytest.fixture
def run(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    environment = EnvironmentFiles(ROOT / "environments").load("dev")
    named = environment.model_copy(update={"project": "mediabelow"})
    target = Target(named, cloud.endpoint, cloud.session)
    workspace = Workspace(ROOT, tmp_path / "state", Workspace.from_process().cache)
    # Other tests still live on this embedded AWS.
    monkeypatch.setattr("tooling.delivery.destroy._stop_if_deserted", lambda _: None)
    return Run.with_foundation(workspace, target, Screen(), "deploy dev")


def test_the_key_is_adopted_with_the_buckets_and_goes_with_them(run: Run) -> None:
    key = LedgerKey.of(run.target)
    made = key.find()
    # The first entry is authentic: it comes before Terraform has seen the key.
    run.journal.record(Step.STARTED)
    assert authenticated(run.journal.ledger).unauthenticated == []

    planned = plan_foundation(run.workspace, run.target, run.screen)
    changes = {change.address: change.action for change in planned.summary.changes}
    assert changes["aws_kms_key.ledger"] in ("import", "update")
    assert changes["aws_kms_alias.ledger"] in ("import", "update")
    planned.apply(run.screen)
    assert key.find() == made
    assert planned.stack.outputs().values["ledger_key_arn"].endswith(f"/{made}")
    assert plan_foundation(run.workspace, run.target, run.screen).summary.empty
    assert authenticated(run.journal.ledger).unauthenticated == []

    destroy(run, lambda _: True)
    assert key.find() is None
    keys = run.target.kms.describe_key(KeyId=str(made))["KeyMetadata"]
    assert keys["KeyState"] == "PendingDeletion"
