"""Applies that Terraform can't finish, and who may change an environment, on one in miniature."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.commits import commit_of
from tests.integration.promotion.conftest import actor
from tests.integration.promotion.site import ROOT
from tooling import smoke
from tooling.aws.buckets import bucket_exists, remove_bucket
from tooling.aws.ledger_key import LedgerKey
from tooling.aws.target import Target
from tooling.console import Screen
from tooling.delivery import automatic_rollback, deploy
from tooling.delivery.deploy import Deployment
from tooling.delivery.destroy import destroy
from tooling.delivery.plan import plan_at_once
from tooling.delivery.rollout import ApplyFailed, roll_out
from tooling.delivery.run import Run
from tooling.environments import EnvironmentFiles
from tooling.environments.names import artifact_bucket, state_bucket
from tooling.ledger.entry import Step
from tooling.ledger.integrity import authenticated
from tooling.ledger.interrupted_runs import last_verified
from tooling.ledger.lease import Lease, LeaseHeld
from tooling.releases.release import UNKNOWN_RELEASE, Release, terraform_digest
from tooling.terraform.diagnostics import TerraformFailed
from tooling.terraform.outputs import read_outputs
from tooling.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.integration.promotion.conftest import Cloud
    from tooling.terraform.stack import Stack
    from tooling.terraform.summary import PlanSummary

# What it makes first is made; what it makes then is refused if the release is the bad one.
SOURCES = """
terraform {
  backend "s3" {}
}

variable "release" {
  type = any
}

resource "terraform_data" "first" {
  input = var.release.git_commit
}

resource "terraform_data" "second" {
  input = terraform_data.first.output

  lifecycle {
    postcondition {
      condition     = self.output != "COMMIT"
      error_message = "The quota is used up."
    }
  }
}

output "release" {
  value = var.release
}

output "functions" {
  value = {}
}
""".replace("COMMIT", commit_of("bad"))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A checkout whose root module is the one above."""
    sources = tmp_path / "terraform"
    sources.mkdir()
    (sources / "main.tf").write_text(SOURCES, encoding="utf-8")
    (sources / ".terraform.lock.hcl").touch()
    (tmp_path / "environments").symlink_to(ROOT / "environments")
    return Workspace(tmp_path, tmp_path / "state", tmp_path / "cache")


@pytest.fixture
def target(cloud: Cloud) -> Target:
    environment = EnvironmentFiles(ROOT / "environments").load("dev")
    named = environment.model_copy(update={"project": "mediafails"})
    return Target(named, cloud.endpoint, cloud.session)


@pytest.fixture
def run(workspace: Workspace, target: Target) -> Iterator[Run]:
    found = Run.with_foundation(workspace, target, Screen(), "promote dev staging")
    yield found
    for bucket in (artifact_bucket(target.environment), state_bucket(target.environment)):
        remove_bucket(found.target.s3, bucket)
    LedgerKey.of(found.target).remove()


@pytest.fixture(autouse=True)
def works(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is brought completely passes the smoke test."""
    monkeypatch.setattr(smoke, "run", lambda *_: [("all", "ok", 1)])
    # checkov has no check of what these sources hold, and passes no plan that it did not check.
    monkeypatch.setattr(automatic_rollback, "scan_planned", lambda *_: None)


def release_of(name: str, workspace: Workspace) -> Release:
    digest = terraform_digest(workspace.terraform)
    lock = hashlib.sha256(b"").hexdigest()
    return replace(
        UNKNOWN_RELEASE,
        git_commit=commit_of(name),
        terraform_digest=digest,
        provider_lock_digest=lock,
        functions={},
    )


def test_a_look_before_there_is_a_bucket_makes_none_and_shows_the_same_plan(
    workspace: Workspace, target: Target
) -> None:
    good = release_of("good", workspace)
    look = Run.open(workspace, target, Screen(), "promote dev staging", dry=True)
    shown = plan_at_once(look, good, workspace.terraform)
    assert shown.summary.counts() == "2 to create"
    for bucket in (artifact_bucket(target.environment), state_bucket(target.environment)):
        assert not bucket_exists(look.target.s3, bucket)
    assert LedgerKey.of(look.target).find() is None

    founded = Run.with_foundation(workspace, target, Screen(), "promote dev staging")
    try:
        assert plan_at_once(founded, good, workspace.terraform).digest == shown.digest
    finally:
        for bucket in (artifact_bucket(target.environment), state_bucket(target.environment)):
            remove_bucket(founded.target.s3, bucket)
        LedgerKey.of(founded.target).remove()


def test_it_goes_back_to_what_was_there_or_on_where_nothing_was(
    run: Run, workspace: Workspace
) -> None:
    good, bad = release_of("good", workspace), release_of("bad", workspace)
    ledger = run.journal.ledger

    def attempt(release: Release) -> None:
        here = read_outputs(run.target)
        previous = last_verified(authenticated(ledger).authentic, here.release if here else None)
        roll_out(run, plan_at_once(run, release, workspace.terraform), previous)

    with run.lease.held():
        with pytest.raises(ApplyFailed, match="There is no earlier release") as caught:
            attempt(bad)
        assert "The quota is used up." in caught.value.reason
        # Terraform has written the release into the state all the same.
        left = read_outputs(run.target)
        assert left is not None
        assert left.release == bad
        attempt(good)
        with pytest.raises(ApplyFailed, match=f"was rolled back to release {good.id[:12]}"):
            attempt(bad)
        back = read_outputs(run.target)
        assert back is not None
        assert back.release == good
        assert plan_at_once(run, good, workspace.terraform).summary.empty


# Deploys


@pytest.fixture
def deployment(
    run: Run, workspace: Workspace, target: Target, monkeypatch: pytest.MonkeyPatch
) -> Deployment:
    """A deploy of the bad release; its zips and its scan are no matter here."""
    release = release_of("bad", workspace)

    def prepare(_: Deployment) -> tuple[Release, Stack, PlanSummary]:
        planned = plan_at_once(run, release, workspace.terraform)
        return release, planned.stack, planned.summary

    monkeypatch.setattr(Deployment, "_prepare", prepare)
    monkeypatch.setattr(deploy, "require_clean_plan", lambda *_: None)
    return Deployment(workspace, target, Screen())


def test_a_deploy_that_fails_is_written_down(deployment: Deployment, run: Run) -> None:
    with pytest.raises(TerraformFailed, match="terraform apply failed for dev"):
        deployment.deploy()
    entries = run.journal.ledger.entries()
    assert [entry.step for entry in entries] == [Step.STARTED, Step.APPLYING, Step.FAILED]
    assert {entry.command for entry in entries} == {"deploy dev"}
    assert "The quota is used up." in entries[-1].detail
    run.lease.acquire()  # given up


def test_a_deploy_waits_for_nobody_and_tells_who_is_at_work(
    deployment: Deployment, run: Run
) -> None:
    Lease(run.target.s3, run.lease.bucket, actor("bert", "/bert"), "dev").acquire()
    with pytest.raises(LeaseHeld, match="Another run is at work in dev") as caught:
        deployment.deploy()
    assert "bert@here" in caught.value.reason
    assert run.journal.ledger.entries() == []


# The end of it


def test_a_destroy_waits_for_nobody_either_and_takes_its_lease_with_it(
    run: Run, workspace: Workspace
) -> None:
    s3, state = run.target.s3, run.lease.bucket
    with run.lease.held():
        roll_out(run, plan_at_once(run, release_of("good", workspace), workspace.terraform), None)
    bert = Lease(s3, state, actor("bert", "/bert"), "dev")
    with bert.held(), pytest.raises(LeaseHeld, match="nothing was done"):
        destroy(run, lambda _: True)
    assert read_outputs(run.target) is not None
    destroy(run, lambda _: True)
    assert not bucket_exists(s3, state)
