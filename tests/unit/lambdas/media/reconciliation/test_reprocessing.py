"""Operators' requests to process an image again, without an event."""

from __future__ import annotations

from dataclasses import replace

import pytest

from media.inspection import RenditionSpec
from media.model.images import ImageRecord, Status
from media.model.sequencers import EARLIEST
from media.reconciliation import Result
from tests.unit.lambdas.memory.store import IMAGE, KEY, OWNER, SPECS, Store


@pytest.fixture
def store() -> Store:
    """One image that is there and not recorded yet."""
    store = Store()
    store.act("first")
    return store


@pytest.fixture
def ready(store: Store) -> Store:
    """The same, recorded."""
    store.deliver(store.s3.events[-1])
    return store


def row_of(store: Store) -> ImageRecord:
    row = store.row
    assert row
    return row


def test_a_lost_row_is_made_again_and_gives_way_to_any_event(store: Store) -> None:
    assert store.reprocess().result is Result.READY
    assert (row_of(store).status, row_of(store).sequencer) == (Status.READY, EARLIEST)
    assert store.deliver(store.s3.events[-1]).result is Result.READY
    store.require_settled()


def test_an_image_is_made_anew_in_its_place_in_the_history(ready: Store) -> None:
    before = row_of(ready)
    for key in ready.s3.objects("renditions/"):
        ready.s3.put(key, None)
    assert ready.reprocess().result is Result.READY
    after = row_of(ready)
    assert before.processed_at
    assert after.processed_at
    assert after.processed_at > before.processed_at
    again = replace(after, revision=before.revision, processed_at=before.processed_at)
    assert again == before
    assert ready.deliver(ready.s3.events[-1]).result is Result.SUPERSEDED
    ready.require_settled()


def test_what_the_owner_said_survives(ready: Store) -> None:
    row = row_of(ready)
    assert ready.table.describe(replace(row, title="t", tags=("a",)), row)
    ready.reprocess()
    assert (row_of(ready).title, row_of(ready).tags) == ("t", ("a",))


def test_an_image_that_is_current_is_left_alone_where_that_is_asked(ready: Store) -> None:
    before = row_of(ready)
    assert ready.reprocess(unless_current=True).result is Result.CURRENT
    assert row_of(ready) == before
    newer = Store(ready.s3, ready.dynamodb, (*SPECS, RenditionSpec("small", 24)))
    assert newer.reprocess(unless_current=True).result is Result.READY
    assert set(row_of(newer).renditions) == {"thumb", "small"}
    assert newer.reprocess(unless_current=True).result is Result.CURRENT


def test_an_event_that_is_handled_meanwhile_wins(ready: Store) -> None:
    ready.act("second")
    ready.dynamodb.before_write.append(lambda: ready.deliver(ready.s3.events[-1]))
    assert ready.reprocess().result is Result.READY
    ready.require_settled()


def test_a_title_that_is_given_meanwhile_stays(ready: Store) -> None:
    row = row_of(ready)
    ready.dynamodb.before_write.append(lambda: ready.table.describe(replace(row, title="t"), row))
    assert ready.reprocess().result is Result.READY
    assert row_of(ready).title == "t"


def test_a_deletion_without_an_event_is_found(ready: Store) -> None:
    ready.act("delete")
    assert ready.reprocess().result is Result.TOMBSTONED
    assert row_of(ready).gone


def test_a_restored_object_without_an_event_is_found(ready: Store) -> None:
    ready.act("delete")
    ready.deliver(ready.s3.events[-1])
    ready.act("restore")
    assert ready.reprocess().result is Result.READY


def test_what_is_only_announced_goes_on_being_waited_for() -> None:
    store = Store()
    store.table.announce(ImageRecord(image_id=IMAGE, key=KEY, status=Status.PENDING, owner=OWNER))
    assert store.reprocess().result is Result.SUPERSEDED
    assert row_of(store).status is Status.PENDING


def test_a_request_for_nothing_makes_no_row() -> None:
    store = Store()
    assert store.reprocess().result is Result.SUPERSEDED
    assert store.row is None


def test_a_request_brings_nothing_back_from_the_trash(ready: Store) -> None:
    ready.discard()
    before = row_of(ready)
    assert ready.reprocess().result is Result.SUPERSEDED
    assert row_of(ready) == before


def test_an_image_that_is_trashed_meanwhile_stays_in_the_trash(ready: Store) -> None:
    ready.dynamodb.before_write.append(ready.discard)
    assert ready.reprocess().result is Result.SUPERSEDED
    assert row_of(ready).status is Status.TRASHED
