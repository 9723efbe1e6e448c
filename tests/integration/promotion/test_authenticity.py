"""Whoever may only write to the ledger steers nothing by it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tests.commits import commit_of
from tests.integration.promotion.conftest import REGION, Cloud, actor
from tooling.aws.buckets import ensure_bucket
from tooling.aws.ledger_key import LedgerKey
from tooling.commands.history import verify_ledger as verify
from tooling.console import Screen
from tooling.errors import OperatorError
from tooling.gates.evidence import hold, smoke_evidence, soak
from tooling.gates.gate import Verdict
from tooling.ledger.entry import Entry, Step
from tooling.ledger.integrity import authenticated, faults, verified
from tooling.ledger.interrupted_runs import half_applied, interruption, last_verified
from tooling.ledger.ledger import HEAD, Ledger, digest_of, key_of
from tooling.releases.release import UNKNOWN_RELEASE
from tooling.session import Session
from tooling.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3.client import S3Client

    from tooling.releases.release import Release

GOOD = replace(UNKNOWN_RELEASE, git_commit=commit_of("600d"))
EVIL = replace(UNKNOWN_RELEASE, git_commit=commit_of("e41l"))


@pytest.fixture
def ledger(s3: S3Client, bucket: str, ledger_key: LedgerKey) -> Ledger:
    return Ledger(s3, bucket, ledger_key)


def entry(
    step: Step,
    release: Release | None = None,
    *,
    run: str = "run",
    **more: Any,
) -> Entry:
    document = release.document() if release else None
    made = Entry(run, "promote dev staging", step, actor("anna").document(), release=document)
    return replace(made, **more)


@contextmanager
def user(cloud: Cloud, rights: dict[str, str]) -> Iterator[Cloud]:
    """A user of these rights alone, as whom the embedded AWS is reached."""
    iam, name = cloud.client("iam"), f"user-{uuid4().hex[:8]}"
    statements = [
        {"Effect": "Allow", "Action": action, "Resource": resource}
        for action, resource in rights.items()
    ]
    policy = {"Version": "2012-10-17", "Statement": statements}
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    try:
        yield cloud.of(key["AccessKeyId"], key["SecretAccessKey"])
    finally:
        iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
        iam.delete_user_policy(UserName=name, PolicyName="own")
        iam.delete_user(UserName=name)


@dataclass(frozen=True)
class Forger:
    """Writes entries whose chain is right, with nothing but the right to write objects."""

    ledger: Ledger
    s3: S3Client

    def write(self, *forged: Entry) -> None:
        """Append entries as the ledger would, but for the code."""
        contents = [content for _, content in self.ledger.contents()]
        for written in forged:
            placed = replace(
                written,
                sequence=len(contents) + 1,
                time=datetime.now(UTC).isoformat(timespec="seconds"),
                chain=digest_of(contents[-1]) if contents else written.chain,
            )
            contents.append(placed.encoded())
            bucket = self.ledger.bucket
            self.s3.put_object(Bucket=bucket, Key=key_of(placed.sequence), Body=contents[-1])
            note = {"sequence": placed.sequence, "digest": digest_of(contents[-1])}
            self.s3.put_object(Bucket=bucket, Key=HEAD, Body=json.dumps(note).encode())


@pytest.fixture
def forger(cloud: Cloud, ledger: Ledger) -> Iterator[Forger]:
    with user(cloud, {"s3:PutObject": f"arn:aws:s3:::{ledger.bucket}/promotion/*"}) as caller:
        yield Forger(ledger, caller.client("s3"))


@pytest.fixture
def deployed(ledger: Ledger) -> Ledger:
    """The ledger of an environment to which one release was brought that works."""
    for step in (Step.STARTED, Step.APPLYING, Step.APPLIED, Step.SMOKE_PASSED, Step.FINISHED):
        ledger.append(entry(step, GOOD))
    return ledger


def test_three_forged_entries_lead_back_to_nothing(deployed: Ledger, forger: Forger) -> None:
    forger.write(
        entry(Step.STARTED, EVIL, run="evil"),
        entry(Step.APPLYING, EVIL, run="evil", previous=EVIL.document()),
        entry(Step.SMOKE_FAILED, EVIL, run="evil"),
    )
    assert faults(deployed) == []  # the chain is right
    written = verified(deployed, "staging")
    # This is what they would do if they were believed.
    found = interruption(written.written)
    assert found is not None
    assert (found.needs_rollback, found.previous) == (True, EVIL)
    assert interruption(written.authentic) is None
    assert last_verified(written.authentic, EVIL) == GOOD
    assert not half_applied(written.authentic)
    assert written.unauthenticated == written.forged == [6, 7, 8]


def test_forged_entries_of_a_run_that_was_killed_change_nothing_of_it(
    deployed: Ledger, forger: Forger
) -> None:
    deployed.append(entry(Step.STARTED, GOOD, run="killed"))
    deployed.append(entry(Step.SMOKE_FAILED, GOOD, run="killed", previous=GOOD.document()))
    forger.write(entry(Step.RETURNING, EVIL, run="killed", keeps={"api": {"version": "1"}}))
    found = interruption(verified(deployed, "staging").authentic)
    assert found is not None
    assert (found.last.step, found.previous) == (Step.SMOKE_FAILED, GOOD)


def test_a_forged_smoke_test_is_no_evidence(deployed: Ledger, forger: Forger) -> None:
    forger.write(entry(Step.SMOKE_PASSED, EVIL, time="2020-01-01T00:00:00+00:00"))
    believed = authenticated(deployed).authentic
    assert smoke_evidence("dev", believed, EVIL).verdict is Verdict.FAIL
    assert soak("dev", believed, EVIL, 1, datetime.now(UTC)).verdict is Verdict.FAIL
    assert smoke_evidence("dev", believed, GOOD).verdict is Verdict.PASS


def test_a_hold_is_set_by_anybody_and_lifted_by_appliers_alone(
    deployed: Ledger, forger: Forger
) -> None:
    deployed.append(entry(Step.HOLD_SET, GOOD))
    forger.write(entry(Step.HOLD_LIFTED))
    assert hold("staging", authenticated(deployed).holds).verdict is Verdict.FAIL
    deployed.append(entry(Step.HOLD_LIFTED))
    assert hold("staging", authenticated(deployed).holds).verdict is Verdict.PASS
    forger.write(entry(Step.HOLD_SET))
    assert hold("staging", authenticated(deployed).holds).verdict is Verdict.FAIL


def test_an_entry_that_was_copied_to_another_number_is_not_authentic_there(
    deployed: Ledger, s3: S3Client
) -> None:
    passed = deployed.contents()[3][1]
    s3.put_object(Bucket=deployed.bucket, Key=key_of(6), Body=passed)
    assert authenticated(deployed).forged == [6]
    moved = {**json.loads(passed), "sequence": 6}
    s3.put_object(Bucket=deployed.bucket, Key=key_of(6), Body=json.dumps(moved).encode())
    assert authenticated(deployed).forged == [6]


@pytest.mark.parametrize("same_key", [True, False])
def test_an_entry_that_was_copied_to_another_environment_is_not_authentic_there(
    deployed: Ledger, cloud: Cloud, s3: S3Client, *, same_key: bool
) -> None:
    other = f"{deployed.bucket}-other"
    ensure_bucket(s3, other, REGION)
    key = LedgerKey(cloud.client("kms"), f"alias/media-{uuid4().hex[:12]}-ledger")
    key.ensure()
    for name, content in deployed.contents():
        s3.put_object(Bucket=other, Key=name, Body=content)
    copied = Ledger(s3, other, deployed.key if same_key else key)
    assert authenticated(copied).authentic == []
    assert len(authenticated(deployed).authentic) == 5


FIELDS = [
    ("release", EVIL.document()),
    ("previous", EVIL.document()),
    ("step", "smoke failed"),
    ("run", "other"),
    ("time", "2020-01-01T00:00:00+00:00"),
    ("chain", "0" * 64),
    ("keeps", {"api": {"version": "1"}}),
    ("mac", ""),
    ("mac", "AAAA"),
    ("mac", "not base64"),
]


@pytest.mark.parametrize(("field", "value"), FIELDS)
def test_an_entry_of_which_anything_was_edited_is_not_authentic(
    deployed: Ledger, field: str, value: object
) -> None:
    key, content = deployed.contents()[3]
    assert deployed.believed([(key, content)]) == [True]
    edited = {**json.loads(content), field: value}
    assert deployed.believed([(key, json.dumps(edited).encode())]) == [False]


def test_what_was_written_before_there_was_a_key_is_told_and_not_believed(
    ledger: Ledger, forger: Forger
) -> None:
    old = (entry(Step.STARTED, EVIL), entry(Step.SMOKE_PASSED, EVIL), entry(Step.HOLD_SET, EVIL))
    forger.write(*old)
    before = verified(ledger, "staging")
    assert (before.authentic, before.unauthenticated, before.forged) == ([], [1, 2, 3], [])
    # The release to go back to is then what the state says: to write that is a right to apply.
    assert last_verified(before.authentic, GOOD) == GOOD
    assert hold("staging", before.holds).verdict is Verdict.FAIL
    ledger.append(entry(Step.STARTED, GOOD, run="first"))
    after = verified(ledger, "staging")
    assert [found.run for found in after.authentic] == ["first"]
    assert (after.unauthenticated, after.forged) == ([1, 2, 3], [])


def test_a_person_is_told_which_entries_are_forged(
    deployed: Ledger, forger: Forger, capsys: pytest.CaptureFixture[str]
) -> None:
    session = Session(Workspace.from_process(), Screen(json_wanted=True))
    verify(session, "staging", deployed)
    printed = json.loads(capsys.readouterr().out)
    assert printed == {"intact": True, "faults": [], "not_authenticated": []}
    forger.write(entry(Step.SMOKE_PASSED, EVIL), entry(Step.SMOKE_PASSED, EVIL))
    with pytest.raises(OperatorError, match=r"Not authenticated: 6, 7\."):
        verify(session, "staging", deployed)
    printed = json.loads(capsys.readouterr().out)
    assert printed == {"intact": False, "faults": [], "not_authenticated": [6, 7]}


def test_a_person_is_told_what_was_written_before_there_was_a_key(
    ledger: Ledger, forger: Forger, capsys: pytest.CaptureFixture[str]
) -> None:
    forger.write(entry(Step.SMOKE_PASSED, GOOD))
    ledger.append(entry(Step.SMOKE_PASSED, GOOD))
    verify(Session(Workspace.from_process(), Screen()), "staging", ledger)
    printed = capsys.readouterr().out
    assert "Written before the ledger had a key: 1. They are not authenticated" in printed
    assert "The ledger of staging is intact." in printed


def test_a_reader_checks_codes_and_makes_none(deployed: Ledger, cloud: Cloud, s3: S3Client) -> None:
    arn = f"arn:aws:kms:eu-central-1:000000000000:key/{deployed.key.find()}"
    with user(cloud, {"kms:VerifyMac": arn, "kms:DescribeKey": "*"}) as caller:
        read = Ledger(s3, deployed.bucket, LedgerKey(caller.client("kms"), deployed.key.alias))
        assert len(authenticated(read).authentic) == 5
        with pytest.raises(ClientError, match="AccessDenied"):
            read.append(entry(Step.SMOKE_PASSED, EVIL))
        with pytest.raises(ClientError, match="AccessDenied"):
            LedgerKey(read.key.kms, "alias/media-own-ledger").ensure()
    assert len(deployed.entries()) == 5


def test_one_who_may_not_check_codes_believes_nothing(deployed: Ledger, cloud: Cloud) -> None:
    with user(cloud, {"s3:GetObject": "*"}) as caller:
        blind = replace(deployed, key=LedgerKey(caller.client("kms"), deployed.key.alias))
        with pytest.raises(ClientError, match="AccessDenied"):
            authenticated(blind)


def test_runs_that_make_the_key_at_once_use_the_same(ledger_key: LedgerKey) -> None:
    made = ledger_key.ensure()
    assert ledger_key.ensure() == made
    # Another run has looked before that, and makes one of its own.
    late = _Late(ledger_key.kms, ledger_key.alias)
    assert late.ensure() == made
    assert ledger_key.remove()
    assert ledger_key.find() is None
    assert not ledger_key.remove()


class _Late(LedgerKey):
    """Looks once before the other run made the key."""

    def find(self) -> str | None:
        keys = getattr(self, "_seen", None)
        object.__setattr__(self, "_seen", True)
        return super().find() if keys else None
