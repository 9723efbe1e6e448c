import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.processor.event import MalformedEventError, parse_message
from media.reconciliation import ObjectChange, ReprocessRequest

ReadEvent = Callable[[str], dict[str, Any]]
KEYS = [
    "uploads/a b.jpg",
    "uploads/a+b.jpg",
    "uploads/a%25b.jpg",
    "uploads/a%2Bb%20c.jpg",
    "uploads/caf\u00e9.jpg",
    "uploads/cafe\u0301.jpg",
    "uploads/" + "\u00e9" * 508,
]


@pytest.mark.parametrize("key", KEYS)
def test_the_key_is_taken_as_it_is(read_event: ReadEvent, key: str) -> None:
    event = read_event("object-created")
    event["detail"]["object"]["key"] = key
    assert parse_message(json.dumps(event), "media-test").key == key


def test_creations_and_deletions_are_read(read_event: ReadEvent) -> None:
    created = parse_message(json.dumps(read_event("object-created")), "media-test")
    deleted = parse_message(json.dumps(read_event("object-deleted")), "media-test")
    assert isinstance(created, ObjectChange)
    assert isinstance(deleted, ObjectChange)
    assert created.key == deleted.key == "uploads/holiday/a b+c%25.jpg"
    assert created.sequencer == "0062E99A88DC407460".rjust(32, "0")
    assert created.sequencer < deleted.sequencer
    assert deleted.occurred_at == datetime(2026, 11, 23, 7, tzinfo=UTC)


def test_a_request_needs_no_place_in_the_history(read_event: ReadEvent) -> None:
    key, moment = "uploads/holiday/a b+c%25.jpg", datetime(2026, 11, 24, 6, tzinfo=UTC)
    event = read_event("reprocess-requested")
    for said, unless_current in (({}, False), ({"unless-current": True}, True)):
        event["detail"] |= said
        asked = parse_message(json.dumps(event), "media-test")
        assert asked == ReprocessRequest(key, moment, unless_current)


def test_neither_kind_passes_for_the_other(read_event: ReadEvent) -> None:
    event = read_event("reprocess-requested")
    event["source"] = "aws.s3"
    with pytest.raises(MalformedEventError):
        parse_message(json.dumps(event), "media-test")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("source",), "aws.ec2"),
        (("detail-type",), "Object Restored"),
        (("detail-type",), ["Object Created"]),
        (("time",), "yesterday"),
        (("time",), "2026-11-23T06:00:27"),
        (("detail",), "secret text"),
        (("detail", "bucket", "name"), "another"),
        (("detail", "object", "key"), "renditions/x/y/z.webp"),
        (("detail", "object", "key"), "uploads/\ud800"),
        (("detail", "object", "key"), 3),
        (("detail", "object", "sequencer"), "no number"),
        (("detail", "object", "sequencer"), None),
    ],
)
def test_what_is_no_event_of_ours_is_refused_without_its_value(
    read_event: ReadEvent, path: tuple[str, ...], value: object
) -> None:
    event = read_event("object-created")
    place: Any = event
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    with pytest.raises(MalformedEventError) as caught:
        parse_message(json.dumps(event), "media-test")
    assert str(value) not in str(caught.value)


@given(st.text() | st.recursive(st.none() | st.text(), st.lists).map(json.dumps))
def test_no_message_does_more_than_be_refused(body: str) -> None:
    with pytest.raises(MalformedEventError):
        parse_message(body, "media-test")
