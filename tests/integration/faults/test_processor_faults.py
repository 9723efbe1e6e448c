"""Each AWS call of the processor fails in each way: once, and permanently."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from media.model.images import Status
from media.reconciliation import Reconciler, Result
from tests.integration.faults.proxy import ALWAYS, Fault, FaultProxy, Spoiled

if TYPE_CHECKING:
    from tests.integration.faults.conftest import Store

CALLS = [("GetItem", 1), ("GetObject", 1), ("PutObject", 1), ("PutObject", 2), ("UpdateItem", 1)]
FOR_GOOD = [fault for fault in Fault if fault is not Fault.SLOW]


def test_these_are_the_calls(store: Store, proxy: FaultProxy, reconciler: Reconciler) -> None:
    proxy.watch()
    reconciler.reconcile(store.put())
    counted = [(name, proxy.calls[: at + 1].count(name)) for at, name in enumerate(proxy.calls)]
    assert counted == CALLS


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize(("operation", "nth"), CALLS)
def test_what_fails_once_is_tried_again(
    store: Store,
    proxy: FaultProxy,
    reconciler: Reconciler,
    operation: str,
    nth: int,
    fault: Fault,
) -> None:
    change = store.put()
    proxy.watch(Spoiled(operation, fault, nth))
    # Where the answer to the last write is lost, the second try finds that all is done.
    assert reconciler.reconcile(change).result in {Result.READY, Result.SUPERSEDED}
    store.require_ready(change)


@pytest.mark.parametrize("fault", FOR_GOOD)
@pytest.mark.parametrize(("operation", "nth"), CALLS)
def test_what_fails_for_good_goes_back_to_the_queue_and_harms_nothing(
    store: Store,
    proxy: FaultProxy,
    reconciler: Reconciler,
    operation: str,
    nth: int,
    fault: Fault,
) -> None:
    change = store.put()
    proxy.watch(Spoiled(operation, fault, nth, ALWAYS))
    with pytest.raises((ClientError, BotoCoreError)):
        reconciler.reconcile(change)
    row = store.row(change)
    # All of it or nothing: only a write whose every answer is lost may have been made.
    assert row is None or row.status in {Status.FAILED, Status.READY}
    assert (row is not None and row.status is Status.READY) == (
        operation == "UpdateItem" and fault is Fault.LOST
    )
    proxy.watch()
    reconciler.reconcile(change)
    store.require_ready(change)


def test_an_image_is_served_on_while_its_overwrite_fails(
    store: Store, proxy: FaultProxy, reconciler: Reconciler
) -> None:
    change = store.put()
    proxy.watch()
    reconciler.reconcile(change)
    before = store.row(change)
    store.aws.s3.put_object(Bucket=store.name, Key=change.key, Body=b"<html>")
    overwrite = store.change(change.key)
    for operation, nth in CALLS[:2]:
        proxy.watch(Spoiled(operation, Fault.BROKEN, nth, ALWAYS))
        with pytest.raises(ClientError):
            reconciler.reconcile(overwrite)
        assert store.row(change) == before
