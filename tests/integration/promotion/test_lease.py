"""One run at a time: the lease is taken, held, given up, run out, lost."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.promotion.conftest import origin
from tooling.buckets import bucket_exists, remove_bucket
from tooling.errors import OperatorError
from tooling.promotion.lease import KEY, LIFE, Lease, LeaseHeld, holder

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

BEFORE_PUT = "provide-client-params.s3.PutObject"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def anna(s3: S3Client, bucket: str) -> Lease:
    return Lease(s3, bucket, origin("anna", "/anna"), "staging", lambda: NOON)


@pytest.fixture
def bert(s3: S3Client, bucket: str) -> Lease:
    return Lease(s3, bucket, origin("bert", "/bert"), "staging", lambda: NOON)


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
        Lease(s3, bucket, origin(f"run{number}", f"/{number}"), "staging") for number in range(8)
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
    again = Lease(s3, bucket, origin("anna", "/anna"), "staging", lambda: NOON)
    again.acquire()
    again.require()


def test_another_folder_of_the_same_host_and_path_is_another(
    anna: Lease, s3: S3Client, bucket: str
) -> None:
    anna.acquire()
    runner = replace(anna.origin, workspace_id="another")
    with pytest.raises(LeaseHeld):
        Lease(s3, bucket, runner, "staging", lambda: NOON).acquire()
    unnamed = replace(anna.origin, workspace_id="")
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
