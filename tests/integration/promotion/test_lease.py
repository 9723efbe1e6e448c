"""One run at a time: the lease is taken, held, released, expired, lost."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.promotion.conftest import actor
from tooling.aws.buckets import bucket_exists, remove_bucket
from tooling.errors import OperatorError
from tooling.ledger.lease import KEY, Lease, LeaseHeld, LeaseUnreadable, holder
from tooling.ledger.lease_document import CLOCK_MARGIN, LIFE

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

BEFORE_PUT = "provide-client-params.s3.PutObject"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def anna(s3: S3Client, bucket: str) -> Lease:
    return Lease(s3, bucket, actor("anna", "/anna"), "staging", lambda: NOON)


@pytest.fixture
def bert(s3: S3Client, bucket: str) -> Lease:
    return Lease(s3, bucket, actor("bert", "/bert"), "staging", lambda: NOON)


def test_who_comes_second_is_told_who_holds_it_and_until_when(anna: Lease, bert: Lease) -> None:
    with anna.held():
        with pytest.raises(LeaseHeld) as caught:
            bert.acquire()
        assert "anna@here" in caught.value.reason
        assert "until 2026-01-01T12:02:00+00:00" in caught.value.reason
    with bert.held():
        bert.require()


def test_who_holds_it_is_told_for_as_long_as_that_is_so(anna: Lease) -> None:
    anna.acquire()
    assert "anna@here" in holder(anna.s3, anna.bucket, NOON)
    assert holder(anna.s3, anna.bucket, NOON + LIFE) == ""
    anna.give_up()
    assert holder(anna.s3, anna.bucket, NOON) == ""
    assert holder(anna.s3, f"{anna.bucket}-none", NOON) == ""


def test_of_many_that_start_together_one_wins(s3: S3Client, bucket: str) -> None:
    leases = [
        Lease(s3, bucket, actor(f"run{number}", f"/{number}"), "staging") for number in range(8)
    ]

    def wins(lease: Lease) -> bool:
        try:
            lease.acquire()
        except LeaseHeld:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(wins, leases)) == 1


def test_one_that_has_run_out_is_taken_over_and_lost_to_its_holder(
    anna: Lease, bert: Lease
) -> None:
    anna.acquire()
    bert.now = lambda: NOON + LIFE - timedelta(seconds=1)
    with pytest.raises(LeaseHeld):
        bert.acquire()
    bert.now = lambda: NOON + LIFE
    bert.acquire()
    with pytest.raises(LeaseHeld, match="has taken over in staging; this one") as caught:
        anna.require()
    assert "bert@here" in caught.value.reason
    anna.give_up()  # must not end what is Bert's by now
    bert.require()


def test_a_renewal_puts_the_end_off(anna: Lease, bert: Lease) -> None:
    anna.acquire()
    anna.now = lambda: NOON + timedelta(seconds=60)
    anna.renew()
    bert.now = lambda: NOON + LIFE + timedelta(seconds=1)
    with pytest.raises(LeaseHeld):
        bert.acquire()


def test_what_a_dead_run_of_the_same_folder_left_is_taken_at_once(
    anna: Lease, s3: S3Client, bucket: str
) -> None:
    anna.acquire()
    again = Lease(s3, bucket, actor("anna", "/anna"), "staging", lambda: NOON)
    again.acquire()
    again.require()


def test_another_folder_of_the_same_host_and_path_is_another(
    anna: Lease, s3: S3Client, bucket: str
) -> None:
    anna.acquire()
    runner = replace(anna.actor, workspace_id="another")
    with pytest.raises(LeaseHeld):
        Lease(s3, bucket, runner, "staging", lambda: NOON).acquire()
    unnamed = replace(anna.actor, workspace_id="")
    assert not unnamed.shares_workspace(unnamed)


def test_a_write_whose_answer_was_lost_and_that_was_repeated_is_no_loss(anna: Lease) -> None:
    def twice(params: dict[str, Any], **_: object) -> None:
        """Write beforehand what is about to be written, as a repetition does."""
        anna.s3.meta.events.unregister(BEFORE_PUT, twice)
        anna.s3.put_object(**params)

    for act in (anna.acquire, anna.renew, anna.give_up):
        anna.s3.meta.events.register(BEFORE_PUT, twice)
        act()
        assert not anna.lost
    current = anna.s3.get_object(Bucket=anna.bucket, Key=KEY)
    with current["Body"] as body:
        assert json.loads(body.read())["holder"] is None


def test_a_run_and_its_own_renewal_do_not_take_each_other_for_somebody_else(anna: Lease) -> None:
    anna.acquire()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: anna.require(), range(40)))
    assert not anna.lost


def test_it_may_go_with_the_bucket_that_it_lies_in(anna: Lease) -> None:
    with anna.held():
        with anna.unrenewed():
            remove_bucket(anna.s3, anna.bucket)
        anna.renew()
        assert anna.lost
    assert not bucket_exists(anna.s3, anna.bucket)
    with pytest.raises(OperatorError, match="Nothing is deployed in staging"):
        anna.acquire()


def written(lease: Lease, content: bytes) -> datetime:
    """Put something where the lease lies; return when S3 took it."""
    lease.s3.put_object(Bucket=lease.bucket, Key=KEY, Body=content)
    return lease.s3.head_object(Bucket=lease.bucket, Key=KEY)["LastModified"]


def test_a_lease_until_the_end_of_time_is_believed_for_a_life(anna: Lease, bert: Lease) -> None:
    for_ever = {"holder": bert.actor.document(), "until": "9999-12-31T23:59:59+00:00"}
    at = written(bert, json.dumps(for_ever).encode())
    anna.now = lambda: at + LIFE + CLOCK_MARGIN - timedelta(seconds=1)
    with pytest.raises(LeaseHeld) as caught:
        anna.acquire()
    assert "9999" not in caught.value.reason
    assert holder(anna.s3, anna.bucket, anna.now())
    anna.now = lambda: at + LIFE + CLOCK_MARGIN
    assert holder(anna.s3, anna.bucket, anna.now()) == ""
    anna.acquire()
    anna.require()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        b'{"holder": {"user": "x"}, "until": "2026-01-01T12:00:00+00:00"}',
        b'{"holder": 1, "until": 1}',
        b"[" * 60_000,
        b" " * 1_000_000,
    ],
    ids=range(8),
)
def test_one_that_cannot_be_read_is_told_and_taken_only_once_it_is_old(
    anna: Lease, content: bytes
) -> None:
    at = written(anna, content)
    anna.now = lambda: at
    with pytest.raises(LeaseUnreadable) as caught:
        anna.acquire()
    assert KEY in caught.value.reason
    assert "Run the same command again after" in caught.value.remedy
    assert "can't be read" in holder(anna.s3, anna.bucket, at)
    with anna.s3.get_object(Bucket=anna.bucket, Key=KEY)["Body"] as body:
        assert body.read() == content
    anna.now = lambda: at + LIFE + CLOCK_MARGIN
    anna.acquire()
    anna.require()


def test_a_holder_whose_lease_was_overwritten_by_rubbish_stops(anna: Lease) -> None:
    anna.acquire()
    written(anna, b"rubbish")
    with pytest.raises(LeaseHeld, match="has taken over in staging"):
        anna.require()
