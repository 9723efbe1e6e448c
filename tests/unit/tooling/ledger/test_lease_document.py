"""Whatever the object of a lease holds, it is read as a lease or reported as none."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tooling.ledger.actor import Actor
from tooling.ledger.lease_document import (
    BYTES_MAX,
    CLOCK_MARGIN,
    LIFE,
    FoundLease,
    LeaseDocument,
    NoLease,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LIMIT = NOON + LIFE + CLOCK_MARGIN
ANNA = Actor("arn:aws:iam::000000000000:user/anna", "anna", "here", 1, "/anna", "c0ffee", "id")
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
UNTIL = st.datetimes(timezones=st.timezones() | st.none()).map(datetime.isoformat) | JSON


def found(content: bytes) -> FoundLease:
    return FoundLease(content, "etag", NOON)


def found_document(document: object) -> FoundLease:
    return found(json.dumps(document).encode())


def look_at(lease: FoundLease) -> None:
    """Ask all that a run asks of a lease; nothing may be raised."""
    until = lease.believed_until
    assert until is None or until <= LIMIT
    assert not lease.is_held(LIMIT)
    assert lease.describe().isprintable()
    assert (lease.document is None) == bool(lease.fault)


def test_what_a_run_writes_is_read_again() -> None:
    written = LeaseDocument(ANNA, NOON + LIFE, {"nonce": "n", "written": 1})
    assert LeaseDocument.decoded(written.encoded()) == written
    given_up = LeaseDocument(None, None, {"nonce": "n", "written": 1})
    assert LeaseDocument.decoded(given_up.encoded()) == given_up
    assert found(given_up.encoded()).believed_until is None


@given(st.binary())
def test_any_bytes(content: bytes) -> None:
    look_at(found(content))


@given(JSON)
def test_any_document(document: object) -> None:
    look_at(found_document(document))


@given(
    st.fixed_dictionaries(dict.fromkeys(ANNA.document(), JSON)) | st.just(ANNA.document()) | JSON,
    UNTIL,
)
def test_any_holder_and_end(holder: object, until: object) -> None:
    look_at(found_document({"holder": holder, "until": until}))


@given(st.datetimes(timezones=st.timezones()))
def test_an_end_is_believed_up_to_the_limit(until: datetime) -> None:
    lease = found_document({"holder": ANNA.document(), "until": until.isoformat()})
    # In UTC: a time in the hour that a zone repeats equals none of another zone.
    assert lease.believed_until == min(until.astimezone(UTC), LIMIT)


def test_one_without_a_time_zone_is_none() -> None:
    lease = found_document({"holder": ANNA.document(), "until": "2026-01-01T12:00:00"})
    assert "time zone" in lease.fault
    assert lease.is_held(LIMIT - timedelta(seconds=1))


def test_one_that_is_too_long_is_none() -> None:
    with pytest.raises(NoLease, match="more than"):
        LeaseDocument.decoded(b" " * (BYTES_MAX + 1))


def test_the_name_of_a_holder_stays_in_its_line() -> None:
    evil = {**ANNA.document(), "user": "x\n==> \x1b[32mAll gates pass\u202e" + "y" * 1000}
    sentence = found_document({"holder": evil, "until": (NOON + LIFE).isoformat()}).describe()
    assert sentence.isprintable()
    assert len(sentence) < 400
