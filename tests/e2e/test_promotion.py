"""Releases on their way from dev to staging to prod and back, by the operator's commands."""

from __future__ import annotations

import base64
import json
import re
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from tests.e2e.conftest import kill, last_lines
from tooling.promotion.entry import Entry, Step
from tooling.promotion.lease import KEY, LIFE, Lease
from tooling.promotion.ledger import Ledger
from tooling.promotion.origin import Origin
from tooling.releases import Release

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Checkout

ELSEWHERE = Origin("arn:aws:iam::000000000000:user/bert", "bert", "elsewhere", 1, "/bert", "c0ffee")
# Works in dev; in staging nobody can announce an upload.
BROKEN_IN_STAGING = """

_answer = handler


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    if "staging" in os.environ["MEDIA_BUCKET"] and event["routeKey"] == "POST /images":
        raise RuntimeError("broken in staging")
    return _answer(event, context)
"""
OPEN_QUEUE = """
resource "aws_sqs_queue" "open" {
  count = var.retention.multipart_days == 3 ? 1 : 0
  name  = "${local.name}-open"
}

"""
NAME_OF_TABLE = 'table     = "${local.name}-images"'
OTHER_NAME_OF_TABLE = (
    'table     = "${local.name}-${var.retention.multipart_days == 4 ? "other" : "images"}"'
)


@dataclass(frozen=True)
class Lab:
    """The account, to break things in.

    Parameters
    ----------
    checkout : Checkout
        Where commands are typed.
    endpoint : str
        URL of the embedded AWS.
    stack : ExitStack
        Closes the clients.
    """

    checkout: Checkout
    endpoint: str
    stack: ExitStack

    def client(self, service: Any) -> Any:  # noqa: ANN401 - boto3 has a type for each service
        session = boto3.Session("test", "test", region_name="eu-central-1")
        config = Config(s3={"addressing_style": "path"})
        client = session.client(service, endpoint_url=self.endpoint, config=config)
        return self.stack.enter_context(closing(client))

    @cached_property
    def s3(self) -> Any:  # noqa: ANN401 - as above
        return self.client("s3")

    @cached_property
    def functions(self) -> Any:  # noqa: ANN401 - as above
        return self.client("lambda")

    def state_bucket(self, name: str) -> str:
        return f"media-{name}-state-000000000000"

    def ledger(self, name: str) -> Ledger:
        return Ledger(self.s3, self.state_bucket(name))

    def state(self, name: str) -> dict[str, Any]:
        answer = self.s3.get_object(Bucket=self.state_bucket(name), Key="media.tfstate")
        with answer["Body"] as body:
            state: dict[str, Any] = json.loads(body.read())
        return state

    def release(self, name: str) -> Release:
        return Release.from_document(self.state(name)["outputs"]["release"]["value"])

    def behind_the_aliases(self, name: str) -> dict[str, str]:
        """Return the digest of the code that runs, by function."""
        return {
            key: base64.b64decode(
                self.functions.get_function_configuration(
                    FunctionName=function["name"], Qualifier="live"
                )["CodeSha256"]
            ).hex()
            for key, function in self.state(name)["outputs"]["functions"]["value"].items()
        }

    def gates(self, *command: str) -> dict[str, str]:
        """Run a command that brings something; return the gates that say no, with verdicts.

        What it left undone is proven: the state of the target is what it was.
        """
        target = command[2] if command[0] == "promote" else command[1]
        before = self.state(target)
        document = self.checkout.document(*command)
        assert document["result"] in {"refused", "would be promoted"}
        assert self.state(target) == before
        assert len(document["gates"]) >= 11
        return {
            found["gate"]: found["verdict"]
            for found in document["gates"]
            if found["verdict"] != "pass"
        }


@pytest.fixture(scope="module")
def lab(staging: Checkout) -> Iterator[Lab]:
    endpoint = staging.document("emulator", "status")["endpoint"]
    with ExitStack() as stack:
        yield Lab(staging, endpoint, stack)


@contextmanager
def edited(path: Path, old: str, new: str) -> Iterator[None]:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module", autouse=True)
def prod(lab: Lab) -> Iterator[subprocess.Popen[str]]:
    """``prod``, brought up while the gates between dev and staging are tried.

    Most of it is waiting, so the two go together well. Its approval is asked for first, and one
    for another plan refused.
    """
    waiting = lab.checkout.document("promote", "staging", "prod")
    assert waiting["result"] == "refused"
    assert [found["gate"] for found in waiting["gates"] if found["verdict"] != "pass"] == [
        "approval"
    ]
    other = "0" * 64
    printed = lab.checkout.run("promote", "staging", "prod", "--approve", other, code=1)
    assert f"It is for plan {other[:12]}" in printed
    digest = waiting["plan"]["digest"]
    with lab.checkout.start("promote", "staging", "prod", "--approve", digest) as process:
        last_lines(process, "==> State and artifact buckets")
        yield process
        process.communicate()
    assert process.returncode == 0
    lab.checkout.run("destroy", "prod", "--yes")


# What stops a promotion from dev to staging: each time one thing is broken, and one gate says no.


def test_an_environment_is_not_skipped(lab: Lab) -> None:
    printed = lab.checkout.run("promote", "dev", "prod", code=1)
    assert "1 of 1 gates say no (order); nothing was changed in prod" in printed
    assert "prod is promoted from staging" in printed


def test_an_edited_terraform_tree(lab: Lab) -> None:
    with edited(lab.checkout.folder / "terraform" / "main.tf", "\n", "\n# edited\n"):
        assert lab.gates("promote", "dev", "staging", "--dry-run") == {"checkout": "fail"}


def test_a_zip_that_was_tampered_with(lab: Lab) -> None:
    bucket, api = "media-dev-artifacts-000000000000", lab.release("dev").functions["api"]
    forged = lab.s3.put_object(Bucket=bucket, Key=api.key, Body=b"tampered")["VersionId"]
    state = {"Bucket": lab.state_bucket("dev"), "Key": "media.tfstate"}
    with lab.s3.get_object(**state)["Body"] as body:
        content = body.read()
    lab.s3.put_object(**state, Body=content.replace(api.version_id.encode(), forged.encode()))
    try:
        assert lab.gates("promote", "dev", "staging", "--dry-run") == {"artifacts": "fail"}
    finally:
        lab.s3.put_object(**state, Body=content)
        lab.s3.delete_object(Bucket=bucket, Key=api.key, VersionId=forged)


def test_code_that_was_published_by_hand_behind_the_alias(lab: Lab) -> None:
    name = "media-dev-api"
    foreign = lab.s3.get_object(
        Bucket="media-dev-artifacts-000000000000",
        Key=lab.release("dev").functions["processor"].key,
    )["Body"].read()
    true = lab.s3.get_object(
        Bucket="media-dev-artifacts-000000000000", Key=lab.release("dev").functions["api"].key
    )["Body"].read()
    _publish(lab, name, foreign)
    try:
        assert lab.gates("promote", "dev", "staging", "--dry-run") == {"live code": "fail"}
    finally:
        _publish(lab, name, true)


def _publish(lab: Lab, name: str, content: bytes) -> None:
    made = lab.functions.update_function_code(FunctionName=name, ZipFile=content, Publish=True)
    lab.functions.update_alias(FunctionName=name, Name="live", FunctionVersion=made["Version"])


@pytest.mark.parametrize(
    ("environment", "gate"), [("dev", "source converged"), ("staging", "target converged")]
)
def test_drift(lab: Lab, environment: str, gate: str) -> None:
    queues = lab.client("sqs")
    url = lab.checkout.document("outputs", environment)["queue_url"]
    name: Any = "VisibilityTimeout"
    before = queues.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"]
    queues.set_queue_attributes(QueueUrl=url, Attributes={name: "30"})
    try:
        assert lab.gates("promote", "dev", "staging", "--dry-run") == {gate: "fail"}
    finally:
        queues.set_queue_attributes(QueueUrl=url, Attributes=before)


def test_an_alarm(lab: Lab) -> None:
    cloudwatch = lab.client("cloudwatch")
    name = "media-dev-dead-letters"
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a test")
    try:
        assert lab.gates("promote", "dev", "staging", "--dry-run") == {"alarms": "fail"}
    finally:
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="a test")


def test_evidence_that_is_missing_or_for_another_release_or_too_young(lab: Lab) -> None:
    other = replace(lab.release("dev"), git_commit="other")
    entry = Entry("run", "smoke dev", Step.SMOKE_PASSED, ELSEWHERE.document())
    lab.ledger("dev").append(replace(entry, release=other.document()))
    assert lab.gates("promote", "dev", "staging", "--dry-run") == {"smoke evidence": "fail"}
    lab.checkout.run("smoke", "dev")
    path = lab.checkout.folder / "environments" / "staging.yaml"
    with edited(path, "soak_minutes: 0", "soak_minutes: 600"):
        assert lab.gates("promote", "dev", "staging", "--dry-run") == {"soak": "fail"}


def test_a_lease_that_somebody_holds_and_one_that_has_run_out(lab: Lab) -> None:
    lease = Lease(lab.s3, lab.state_bucket("staging"), ELSEWHERE, "staging")
    lease.acquire()
    for command in (
        ("promote", "dev", "staging", "--dry-run"),
        ("smoke", "staging"),
        ("release-hold", "staging"),
    ):
        printed = lab.checkout.run(*command, code=1)
        assert "bert@elsewhere" in printed
        assert re.search(r"until \d{4}-\d\d-\d\dT", printed)
    lease.now = lambda: datetime.now(UTC) - LIFE - timedelta(seconds=1)
    lease.renew()
    # With nothing else broken every gate lets through.
    assert lab.gates("promote", "dev", "staging", "--dry-run") == {}
    lease.renew()
    assert lease.lost


def test_a_state_that_terraform_has_locked(lab: Lab) -> None:
    bucket, key = lab.state_bucket("staging"), "media.tfstate.tflock"
    lock = {"ID": "c0ffee", "Operation": "OperationTypeApply", "Who": "bert@elsewhere"}
    lab.s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(lock).encode())
    try:
        printed = lab.checkout.run("promote", "dev", "staging", "--dry-run", code=1)
    finally:
        lab.s3.delete_object(Bucket=bucket, Key=key)
    assert "Error acquiring the state lock" in printed
    assert "nox -s unlock -- staging c0ffee" in printed
    assert lab.ledger("staging").entries()[-1].step is Step.FAILED


# A new release on its way


def test_a_release_goes_through_all_three_and_back(lab: Lab, prod: subprocess.Popen[str]) -> None:
    prod.wait()
    first = lab.release("dev")
    settings = lab.checkout.folder / "lambdas" / "functions" / "api" / "settings.py"
    with edited(settings, "\n", "\n# new\n"), traps(lab):
        lab.checkout.run("deploy", "dev")
        second = lab.release("dev")
        assert second.id != first.id
        _tells_what_would_come(lab)
        _finds_what_the_settings_of_staging_bring(lab)
        _goes_on_after_each_kill(lab)
        assert lab.release("staging").id == second.id

        waiting = lab.checkout.document("promote", "staging", "prod")
        lab.checkout.run("promote", "staging", "prod", "--approve", waiting["plan"]["digest"])
        digests = {name: function.sha256 for name, function in second.functions.items()}
        for name in ("dev", "staging", "prod"):
            assert lab.behind_the_aliases(name) == digests
            there = lab.release(name)
            assert there.id == second.id
            assert {key: entry.sha256 for key, entry in there.functions.items()} == digests
    _goes_back(lab, first)


@contextmanager
def traps(lab: Lab) -> Iterator[None]:
    """Let the Terraform sources hold what only a setting of an environment brings into its plan."""
    folder = lab.checkout.folder / "terraform"
    with (
        edited(folder / "outputs.tf", 'output "api_url"', OPEN_QUEUE + 'output "api_url"'),
        edited(folder / "locals.tf", NAME_OF_TABLE, OTHER_NAME_OF_TABLE),
    ):
        yield


def _tells_what_would_come(lab: Lab) -> None:
    status = {entry["environment"]: entry for entry in lab.checkout.document("status")}
    assert list(status) == ["dev", "staging", "prod"]
    assert status["staging"]["brings"]["functions"] == ["api"]
    assert "update" in status["staging"]["plan"]
    assert status["prod"]["brings"] is None
    assert {name: entry["drift"] for name, entry in status.items()} == {
        "dev": [],
        "staging": [],
        "prod": [],
    }
    differences = lab.checkout.document("diff", "staging", "prod")["settings"]
    assert {"name": "retention.log_days", "staging": "90", "prod": "365"} in differences


def _finds_what_the_settings_of_staging_bring(lab: Lab) -> None:
    path = lab.checkout.folder / "environments" / "staging.yaml"
    with edited(path, "multipart_days: 2", "multipart_days: 3"):
        assert lab.gates("promote", "dev", "staging", "--dry-run") == {"scan": "fail"}
    with edited(path, "multipart_days: 2", "multipart_days: 4"):
        assert lab.gates("promote", "dev", "staging", "--dry-run") == {"data": "fail"}


def _goes_on_after_each_kill(lab: Lab) -> None:
    for at in (r"gates asked", r" 1/\d+ set", r"==> Smoke test"):
        kill(lab.checkout, "promote", "dev", "staging", at=at)
        _wait_for_terraform(lab)
    printed = lab.checkout.run("promote", "dev", "staging")
    assert "An earlier run was killed" in printed
    assert "This one goes on from there" in printed


def _wait_for_terraform(lab: Lab) -> None:
    """Wait until the Terraform that a killed run has left behind is done with the state."""
    deadline = monotonic() + 120
    while lab.s3.list_objects_v2(Bucket=lab.state_bucket("staging"), Prefix="media.tfstate.tflock")[
        "KeyCount"
    ]:
        assert monotonic() < deadline
        sleep(0.2)


def _goes_back(lab: Lab, first: Release) -> None:
    waiting = lab.checkout.document("rollback", "prod")
    assert waiting["release"]["id"] == first.id
    lab.checkout.run("rollback", "prod", "--approve", waiting["plan"]["digest"])
    assert lab.release("prod").id == first.id
    assert lab.behind_the_aliases("prod") == {
        name: function.sha256 for name, function in first.functions.items()
    }
    assert "hold" in lab.gates("promote", "staging", "prod", "--dry-run")
    lab.checkout.run("release-hold", "prod")
    assert "There is no hold" in lab.checkout.run("release-hold", "prod", code=1)
    assert lab.checkout.document("history", "prod", "--verify") == {"intact": True, "faults": []}


def test_a_release_that_does_not_work_there_is_taken_back(lab: Lab) -> None:
    before = lab.release("staging")
    path = lab.checkout.folder / "lambdas" / "functions" / "api" / "handler.py"
    text = path.read_text(encoding="utf-8")
    try:
        with traps(lab), edited(path, text, text + BROKEN_IN_STAGING):
            lab.checkout.run("deploy", "dev")
            printed = lab.checkout.run("promote", "dev", "staging", code=1)
    finally:
        lab.checkout.run("deploy", "dev")
    assert "does not work in staging" in printed
    assert f"staging was taken back to release {before.id[:12]}" in printed
    assert lab.release("staging").id == before.id
    steps = [entry.step for entry in lab.ledger("staging").entries()][-5:]
    assert steps == [
        Step.APPLIED,
        Step.SMOKE_FAILED,
        Step.RETURNING,
        Step.SMOKE_PASSED,
        Step.RETURNED,
    ]


def test_the_lease_is_given_up_in_the_end(lab: Lab) -> None:
    with lab.s3.get_object(Bucket=lab.state_bucket("staging"), Key=KEY)["Body"] as body:
        assert json.loads(body.read())["holder"] is None
