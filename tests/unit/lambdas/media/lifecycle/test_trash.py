"""A trashed image stays in the trash until its owner, and nobody else, restores it."""

from __future__ import annotations

import pytest

from media.model.images import Status
from tests.unit.lambdas.memory.store import IMAGE, Store


@pytest.fixture
def store() -> Store:
    """One image, thrown away by its owner, whose object was deleted in S3 then."""
    store = Store()
    for step in ("first", "delete"):
        store.act(step)
        store.deliver(store.s3.events[-1])
        if step == "first":
            store.discard()
    return store


@pytest.mark.parametrize("removed_before", [0, 1], ids=["none", "originals"])
def test_a_image_that_comes_back_while_it_is_purged_keeps_its_renditions(
    removed_before: int,
) -> None:
    """Its renditions are there already when it is processed, and are not those to be purged."""
    store = Store()
    for step in ("first", "delete"):
        store.act(step)
        store.deliver(store.s3.events[-1])

    def comes_back() -> None:
        store.act("first")
        store.deliver(store.s3.events[-1])

    store.s3.before_removal += [comes_back, *[lambda: None] * removed_before]
    store.purge()
    assert store.row
    assert store.row.status is Status.READY
    store.require_whole()


def test_of_what_was_purged_not_even_a_trace_is_left() -> None:
    store = Store()
    store.act("first")
    store.deliver(store.s3.events[-1])
    store.discard()
    store.purge()
    store.deliver(store.s3.events[-1])  # the purge's own deletion
    stray = f"renditions/{IMAGE}/x"
    store.s3.put(stray, b"by a function that was at work meanwhile")
    assert store.row
    assert store.row.trace
    events = [*store.s3.events]
    store.purge()
    assert not store.dynamodb.rows
    assert not store.s3.versions
    assert store.s3.events == events


def test_a_trace_takes_no_version_of_an_original_with_it() -> None:
    """It may be of an object whose row was lost, and which is to be recovered."""
    store = Store()
    store.act("first")
    store.act("delete")
    store.deliver(store.s3.events[-1])
    store.purge()
    assert not store.dynamodb.rows
    store.act("restore")
    store.deliver(store.s3.events[-1])
    assert store.row
    assert store.row.status is Status.READY


def test_an_object_that_is_back_does_not_bring_its_image_back(store: Store) -> None:
    store.act("restore")
    store.deliver(store.s3.events[-1])
    row = store.row
    assert row
    assert (row.status, row.proven_status, row.gone) == (Status.TRASHED, Status.READY, False)
    assert row.purge_at
    assert store.restore()
    store.require_whole()


def test_an_object_that_is_back_unseen_is_not_asked_back(store: Store) -> None:
    store.act("restore")
    store.reprocess()
    assert store.row
    assert store.row.status is Status.TRASHED


def test_an_image_that_its_owner_brought_back_follows_its_object_again(store: Store) -> None:
    store.act("restore")
    store.deliver(store.s3.events[-1])
    store.restore()
    for step, status in (("delete", Status.TRASHED), ("restore", Status.READY)):
        store.act(step)
        store.deliver(store.s3.events[-1])
        assert store.row
        assert store.row.status is status
