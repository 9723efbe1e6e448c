"""Whatever the order in which events come, the row ends as what the object is.

The store's own code runs, conditions included; in memory are only S3 and DynamoDB themselves.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from itertools import permutations, product
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from PIL import Image

from media.bucket import MediaBucket
from media.freshness import has_current_renditions
from media.images import ImageRecord, Status
from media.inspection import RenditionSpec, inspect_image
from media.limits import Limits
from media.reconciliation import ObjectChange, Reconciler, ReprocessRequest
from media.sequencers import normalise_sequencer
from media.table import ImageTable
from tests.unit.lambdas.memory.dynamodb import MemoryDynamoDB
from tests.unit.lambdas.memory.s3 import START, Event, MemoryS3

if TYPE_CHECKING:
    from collections.abc import Iterator

IMAGE = "0b8a5f6e-1111-4111-9111-00000000000b"
KEY = f"uploads/6f1c2d3e-0000-4000-8000-00000000000a/{IMAGE}"
SPECS = (RenditionSpec("thumb", 8),)
LIFE = timedelta(days=30)


def png(width: int) -> bytes:
    output = io.BytesIO()
    Image.new("RGB", (width, 4), "teal").save(output, "PNG")
    return output.getvalue()


# Three versions of a key, one of them no picture.
BODIES = {"first": png(16), "second": png(24), "no picture": b"<html>"}
STEPS = (*BODIES, "delete", "restore")


@dataclass
class Store:
    """The processor's domain over a bucket and a table in memory."""

    s3: MemoryS3 = field(default_factory=MemoryS3)
    dynamodb: MemoryDynamoDB = field(default_factory=MemoryDynamoDB)

    def __post_init__(self) -> None:
        self.table = ImageTable(cast("Any", self.dynamodb), "images", month_shards=1)
        bucket = MediaBucket(cast("Any", self.s3), "media-test")
        limits = Limits(upload_bytes=10_000)
        inspect = partial(inspect_image, limits=limits, specs=SPECS)
        is_current = partial(has_current_renditions, specs=SPECS)
        self.reconciler = Reconciler(self.table, bucket, limits, inspect, is_current, LIFE)

    @property
    def row(self) -> ImageRecord | None:
        return self.table.get(IMAGE)

    def act(self, step: str) -> None:
        """Do something to the object."""
        if step in BODIES:
            self.s3.put(KEY, BODIES[step])
        elif step == "delete":
            self.s3.put(KEY, None)
        elif self.s3.versions.get(KEY):
            self.s3.remove_latest(KEY)

    def deliver(self, event: Event) -> None:
        sequencer = normalise_sequencer(f"{event.number:x}")
        self.reconciler.reconcile(ObjectChange(event.key, sequencer, event.occurred_at))

    def reprocess(self, *, unless_current: bool = False) -> None:
        self.reconciler.reprocess(ReprocessRequest(KEY, START, unless_current))

    def require_whole(self) -> None:
        """Never does a row list a rendition that is not there."""
        row = self.row
        if row:
            assert {each.key for each in row.renditions.values()} <= self.s3.objects("renditions/")

    def require_settled(self) -> None:
        """The row is the one that the last event alone makes, and what it lists is there."""
        self.require_whole()
        straight = Store(MemoryS3(dict(self.s3.versions)))
        straight.deliver(self.s3.events[-1])
        row, expected = self.row, straight.row
        assert row
        assert expected
        assert _settled(row) == _settled(expected)
        assert (row.status is Status.READY) == bool(
            self.s3.latest(KEY) and row.error is None and row.renditions
        )


def _settled(row: ImageRecord) -> ImageRecord:
    """Leave out what tells of the way: how often the row was written, and when a tombstone ends."""
    return replace(row, expires_at=None, deleted_at=None)


def schedules(steps: int) -> Iterator[list[int]]:
    """Yield every order in which so many changes can happen and be told.

    ``n`` means at first that change n happens, then that its event comes: later than it, but
    before, between or after any others.
    """
    for order in set(permutations([*range(steps)] * 2)):
        happened = [n for at, n in enumerate(order) if n not in order[:at]]
        if happened == sorted(happened):
            yield [*order]


HISTORIES = [
    history
    for length in (1, 2, 3)
    for history in product(STEPS, repeat=length)
    if history[0] in BODIES
]


@pytest.mark.parametrize("history", HISTORIES, ids="-".join)
def test_all_orders_of_a_short_history_end_alike(history: tuple[str, ...]) -> None:
    for schedule in schedules(len(history)):
        store = Store()
        events: dict[int, Event] = {}
        for n in schedule:
            if n in events:
                store.deliver(events[n])
            else:
                store.act(history[n])
                events[n] = store.s3.events[-1]
            store.require_whole()
        store.require_settled()
        for event in [*events.values()]:  # each a second time, as late as can be
            store.deliver(event)
        store.reprocess()
        store.require_settled()


class Deliveries(RuleBasedStateMachine):
    """Longer histories, in which one event comes while another is being handled."""

    def __init__(self) -> None:
        super().__init__()
        self.store = Store()
        self.untold: list[Event] = []

    @rule(step=st.sampled_from(STEPS))
    def happens(self, step: str) -> None:
        known = len(self.store.s3.events)
        self.store.act(step)
        self.untold += self.store.s3.events[known:]

    @precondition(lambda self: self.store.s3.events)
    @rule(data=st.data())
    def is_told(self, data: st.DataObject) -> None:
        event = data.draw(st.sampled_from(self.store.s3.events))
        self.store.deliver(event)
        self.untold = [each for each in self.untold if each != event]

    @precondition(lambda self: self.store.s3.events)
    @rule(data=st.data(), step=st.none() | st.sampled_from(STEPS))
    def is_told_while_another_is_handled(self, data: st.DataObject, step: str | None) -> None:
        """The other may be of a change that happens only now, after the object was read."""
        first = data.draw(st.sampled_from(self.untold or self.store.s3.events))
        told = [first]

        def meanwhile() -> None:
            if step:
                self.happens(step)
            told.append(data.draw(st.sampled_from(self.store.s3.events[-2:])))
            self.store.deliver(told[-1])

        self.store.dynamodb.before_write.append(meanwhile)
        self.store.deliver(first)
        self.store.dynamodb.before_write.clear()  # where the first had nothing to write
        self.untold = [each for each in self.untold if each not in told]

    @precondition(lambda self: self.store.s3.events)
    @rule(unless_current=st.booleans(), data=st.data())
    def is_asked_for(self, unless_current: bool, data: st.DataObject) -> None:  # noqa: FBT001
        event = data.draw(st.none() | st.sampled_from(self.store.s3.events))
        if event:
            self.store.dynamodb.before_write.append(lambda: self.store.deliver(event))
        self.store.reprocess(unless_current=unless_current)
        self.store.dynamodb.before_write.clear()

    @invariant()
    def no_row_lists_what_is_not_there(self) -> None:
        self.store.require_whole()

    @precondition(lambda self: self.store.s3.events)
    @rule()
    def all_is_told(self) -> None:
        for event in reversed(self.untold):
            self.store.deliver(event)
        self.untold = []
        self.store.require_settled()

    def teardown(self) -> None:
        if self.store.s3.events:
            self.all_is_told()


TestDeliveries = Deliveries.TestCase
TestDeliveries.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
