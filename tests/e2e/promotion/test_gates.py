"""What stops a promotion from dev to staging, by the operator's commands.

A dry run takes its time, so several things are broken for one. Each gate tells all that it has
found: so it is seen that each says no to its own fault alone, and that no other does.
"""

from __future__ import annotations

import json
import re
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.commits import commit_of
from tests.conftest import Checkout
from tests.e2e.promotion.conftest import edited, says
from tooling.ledger.actor import Actor
from tooling.ledger.lease import KEY, Lease
from tooling.ledger.lease_document import LIFE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.promotion.conftest import Lab

ARTIFACTS = "media-dev-artifacts-000000000000"
DRY_RUN = ("promote", "dev", "staging", "--dry-run")
ELSEWHERE = Actor("arn:aws:iam::000000000000:user/bert", "bert", "elsewhere", 1, "/bert", "c0ffee")


def test_an_environment_is_not_skipped(lab: Lab) -> None:
    document = lab.checkout.document("promote", "dev", "prod")
    assert document["result"] == "refused"
    [found] = document["gates"]
    assert (found["gate"], found["verdict"]) == ("order", "fail")
    assert "prod is promoted from staging" in found["evidence"]


def test_a_caller_in_another_account(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ENDPOINT_URL": lab.endpoint,
        **lab.checkout.emulator.credentials.variables,
    }.items():
        monkeypatch.setenv(name, value)
    before = lab.state("staging"), lab.steps("staging")
    with edited(lab.file("staging"), ('account_id: ""', 'account_id: "111122223333"')):
        document = lab.checkout.document(*DRY_RUN)
    assert document["result"] == "refused"
    assert [(found["gate"], found["verdict"]) for found in document["gates"]] == [
        ("order", "pass"),
        ("account", "fail"),
    ]
    assert "staging is account 111122223333" in document["gates"][1]["evidence"]
    assert (lab.state("staging"), lab.steps("staging")) == before


def test_what_is_wrong_with_the_source(lab: Lab) -> None:
    with (
        _alarm(lab, "ALARM"),
        _drift(lab, "dev"),
        _code_published_by_hand(lab, "media-dev-api"),
        edited(lab.file("staging"), ("soak_minutes: 0", "soak_minutes: 600")),
    ):
        found = lab.refusals(*DRY_RUN)
    says(
        found,
        live_code=r"fail: media-dev-api: version \d+ behind live is .* published by hand\.",
        source_converged=r"fail: A plan .*: 1 to update: \S*aws_sqs_queue\S* \(visibility\w+\)\.",
        alarms=r"fail: In ALARM: media-dev-dead-letters(, media-dev-health)?\.",
        soak=r"fail: Release \w+ has worked in dev for \d+ minutes of 600; promote after .*",
    )


def test_what_is_wrong_with_the_release_and_with_the_target(lab: Lab) -> None:
    with (
        _alarm(lab, "INSUFFICIENT_DATA"),
        _drift(lab, "staging"),
        _zip_tampered_with(lab),
        _ledger_hidden(lab, "dev"),
        edited(lab.checkout.folder / "terraform" / "main.tf", ("\n", "\n# edited\n")),
    ):
        found = lab.refusals(*DRY_RUN)
    says(
        found,
        checkout=r"fail: terraform/ is \w+, that of the release is \w+: check out commit \S+",
        alarms=r"unknown: Not known: media-dev-dead-letters \(INSUFFICIENT_DATA\)\.",
        smoke_evidence=r"unknown: The ledger of dev is not what was written\..*was deleted.*",
        soak=r"unknown: The ledger of dev is not what was written\..*was deleted.*",
        artifacts=r"fail: In media-dev-artifacts-\d+ api is \w+, not \w+: somebody has .*",
        target_converged=r"fail: Changed in staging .*: \S*aws_sqs_queue\S* \(visibility\w+\)\.",
    )


def test_evidence_for_another_release(lab: Lab) -> None:
    ledger = lab.ledger("dev")
    worked = next(entry for entry in reversed(ledger.entries()) if entry.step == "smoke passed")
    other = replace(lab.release("dev"), git_commit=commit_of("other"))
    ledger.append(replace(worked, run="other", release=other.document()))
    try:
        found = lab.refusals(*DRY_RUN)
    finally:
        lab.checkout.run("smoke", "dev")
    says(found, smoke_evidence=rf"fail: .* was of release {other.id}, not .*")


def test_a_state_that_terraform_has_locked(lab: Lab) -> None:
    bucket, key = lab.state_bucket("staging"), "media.tfstate.tflock"
    lock = {"ID": "c0ffee", "Operation": "OperationTypeApply", "Who": "bert@elsewhere"}
    lab.s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(lock).encode())
    try:
        assert "would be promoted" in lab.checkout.run(*DRY_RUN)  # it asks for no lock
        printed = lab.checkout.run("promote", "dev", "staging", code=1)
    finally:
        lab.s3.delete_object(Bucket=bucket, Key=key)
    assert "Error acquiring the state lock" in printed
    assert "nox -s unlock -- staging c0ffee" in printed
    assert lab.steps("staging")[-1] == "failed"


# The lease


@dataclass(frozen=True)
class Colleague(Checkout):
    """Another folder of live state, from which the same environments are reached."""

    own_state: Path

    @property
    def state(self) -> Path:
        """The state folder of the colleague."""
        return self.own_state


@pytest.fixture
def colleague(lab: Lab, tmp_path: Path) -> Colleague:
    (tmp_path / "emulator").symlink_to(lab.checkout.state / "emulator")
    return Colleague(lab.checkout.folder, tmp_path)


def test_somebody_who_holds_the_lease(lab: Lab) -> None:
    commands = (("promote", "dev", "staging"), ("smoke", "staging"), ("release-hold", "staging"))
    with _held(lab):
        refused = [lab.checkout.run(*command, code=1) for command in commands]
        refused.append(lab.checkout.run(*DRY_RUN))  # nobody is held up by it, nor it by anybody
    for printed in refused:
        assert re.search(r"held by bert@elsewhere .* until \d{4}-\d\d-\d\dT[\d:]+", printed)


def test_of_two_that_take_over_a_lease_together_one_wins_and_one_is_refused(
    lab: Lab, colleague: Colleague
) -> None:
    with _held(lab) as lease:
        lease.now = lambda: datetime.now(UTC) - LIFE - timedelta(seconds=1)
        lease.renew()
        command = ("promote", "dev", "staging")
        both = [place.start(*command) for place in (lab.checkout, colleague)]
        printed = {process: process.communicate()[0] for process in both}
        assert sorted(process.returncode for process in both) == [0, 1], printed
        won, lost = sorted(both, key=lambda process: process.returncode)
        # With nothing broken every gate lets through.
        assert "promoted" in printed[won]
        assert re.search(
            rf"held by \S+ \(process {won.pid}, .*\) until \d{{4}}-\d\d-\d\dT[\d:]+", printed[lost]
        )
        lease.renew()
        assert lease.lost
    with lab.s3.get_object(Bucket=lab.state_bucket("staging"), Key=KEY)["Body"] as body:
        assert json.loads(body.read())["holder"] is None  # given up in the end


# What is broken, for a while


@contextmanager
def _held(lab: Lab) -> Iterator[Lease]:
    lease = Lease(lab.s3, lab.state_bucket("staging"), ELSEWHERE, "staging")
    lease.acquire()
    try:
        yield lease
    finally:
        lease.give_up()


@contextmanager
def _alarm(lab: Lab, state: str) -> Iterator[None]:
    cloudwatch, name = lab.client("cloudwatch"), "media-dev-dead-letters"
    cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="a test")
    try:
        yield
    finally:
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="a test")


@contextmanager
def _drift(lab: Lab, environment: str) -> Iterator[None]:
    queues, name = lab.client("sqs"), "VisibilityTimeout"
    url = lab.state(environment)["outputs"]["queue_url"]["value"]
    before = queues.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"]
    queues.set_queue_attributes(QueueUrl=url, Attributes={name: "30"})
    try:
        yield
    finally:
        queues.set_queue_attributes(QueueUrl=url, Attributes=before)


@contextmanager
def _code_published_by_hand(lab: Lab, name: str) -> Iterator[None]:
    functions = lab.release("dev").functions
    foreign, true = (
        lab.s3.get_object(Bucket=ARTIFACTS, Key=functions[key].key)["Body"].read()
        for key in ("processor", "api")
    )
    _publish(lab, name, foreign)
    try:
        yield
    finally:
        _publish(lab, name, true)


def _publish(lab: Lab, name: str, content: bytes) -> None:
    made = lab.functions.update_function_code(FunctionName=name, ZipFile=content, Publish=True)
    lab.functions.update_alias(FunctionName=name, Name="live", FunctionVersion=made["Version"])


@contextmanager
def _zip_tampered_with(lab: Lab) -> Iterator[None]:
    api = lab.release("dev").functions["api"]
    forged = lab.s3.put_object(Bucket=ARTIFACTS, Key=api.key, Body=b"tampered")["VersionId"]
    state = {"Bucket": lab.state_bucket("dev"), "Key": "media.tfstate"}
    with lab.s3.get_object(**state)["Body"] as body:
        content = body.read()
    lab.s3.put_object(**state, Body=content.replace(api.version_id.encode(), forged.encode()))
    try:
        yield
    finally:
        lab.s3.put_object(**state, Body=content)
        lab.s3.delete_object(Bucket=ARTIFACTS, Key=api.key, VersionId=forged)


@contextmanager
def _ledger_hidden(lab: Lab, environment: str) -> Iterator[None]:
    """Let an environment have no ledger, as one that was never deployed to with this tooling."""
    ledger = lab.ledger(environment)
    with ExitStack() as back:
        for key, _ in ledger.contents():
            marker = lab.s3.delete_object(Bucket=ledger.bucket, Key=key)["VersionId"]
            back.callback(lab.s3.delete_object, Bucket=ledger.bucket, Key=key, VersionId=marker)
        yield
