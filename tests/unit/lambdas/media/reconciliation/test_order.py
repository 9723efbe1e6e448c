"""In whatever order events come, the row finally agrees with the object.

The store's own code runs, conditions included; in memory are only S3 and DynamoDB themselves.
"""

from __future__ import annotations

from contextlib import suppress
from itertools import permutations, product
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.unit.lambdas.memory.store import BODIES, STEPS, Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.lambdas.memory.s3 import Event


def schedules(steps: int) -> Iterator[list[int]]:
    """Yield every order in which so many changes can happen and be delivered.

    ``n`` means at first that change n happens, then that its event comes: later than it, but
    before, between or after any others.
    """
    for order in set(permutations([*range(steps)] * 2)):
        happened = [n for at, n in enumerate(order) if n not in order[:at]]
        if happened == sorted(happened):
            yield [*order]


# When in a purge something else may happen.
MOMENTS = ("claim", "originals", "renditions", "row")
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
        self.undelivered: list[Event] = []

    @rule(step=st.sampled_from(STEPS))
    def happens(self, step: str) -> None:
        known = len(self.store.s3.events)
        self.store.act(step)
        self.undelivered += self.store.s3.events[known:]

    @precondition(lambda self: self.store.s3.events)
    @rule(data=st.data())
    def is_delivered(self, data: st.DataObject) -> None:
        event = data.draw(st.sampled_from(self.store.s3.events))
        self.store.deliver(event)
        self.undelivered = [each for each in self.undelivered if each != event]

    @precondition(lambda self: self.store.s3.events)
    @rule(data=st.data(), step=st.none() | st.sampled_from(STEPS))
    def is_delivered_while_another_is_handled(self, data: st.DataObject, step: str | None) -> None:
        """The other may be of a change that happens only now, after the object was read."""
        first = data.draw(st.sampled_from(self.undelivered or self.store.s3.events))
        delivered = [first]

        def meanwhile() -> None:
            if step:
                self.happens(step)
            delivered.append(data.draw(st.sampled_from(self.store.s3.events[-2:])))
            self.store.deliver(delivered[-1])

        self.store.dynamodb.before_write.append(meanwhile)
        self.store.deliver(first)
        self.store.dynamodb.before_write.clear()  # where the first had nothing to write
        self.undelivered = [each for each in self.undelivered if each not in delivered]

    @precondition(lambda self: self.store.s3.events)
    @rule(unless_current=st.booleans(), data=st.data())
    def is_asked_for(self, unless_current: bool, data: st.DataObject) -> None:
        event = data.draw(st.none() | st.sampled_from(self.store.s3.events))
        if event:
            self.store.dynamodb.before_write.append(lambda: self.store.deliver(event))
        self.store.reprocess(unless_current=unless_current)
        self.store.dynamodb.before_write.clear()

    @rule()
    def its_owner_throws_it_away(self) -> None:
        self.store.discard()

    @rule()
    def its_owner_wants_it_back(self) -> None:
        self.store.restore()

    @precondition(lambda self: self.store.s3.events)
    @rule(data=st.data(), step=st.none() | st.sampled_from(STEPS), moment=st.sampled_from(MOMENTS))
    def is_delivered_during_a_purge(
        self, data: st.DataObject, step: str | None, moment: str
    ) -> None:
        """Before the claim, before versions of either kind are removed, or before the row is."""
        delivered = data.draw(st.sampled_from(self.undelivered or self.store.s3.events))

        def meanwhile() -> None:
            if step:
                self.happens(step)
            self.store.deliver(self.store.s3.events[-1] if step else delivered)

        hooks, skipped = {
            "claim": (self.store.dynamodb.before_write, 0),
            "originals": (self.store.s3.before_removal, 0),
            "renditions": (self.store.s3.before_removal, 1),
            "row": (self.store.dynamodb.before_write, 1),
        }[moment]
        hooks += [meanwhile, *[lambda: None] * skipped]
        self._purge()

    @precondition(lambda self: self.store.s3.events)
    @rule(data=st.data())
    def is_purged_during_a_delivery(self, data: st.DataObject) -> None:
        event = data.draw(st.sampled_from(self.undelivered or self.store.s3.events))
        self.store.dynamodb.before_write.append(self._purge)
        self.store.deliver(event)
        self.store.dynamodb.before_write.clear()
        self.undelivered = [each for each in self.undelivered if each != event]

    @rule()
    def its_purge_fails_halfway(self) -> None:
        def fail() -> None:
            raise ConnectionError

        self.store.s3.before_removal.append(fail)
        with suppress(ConnectionError):
            self._purge()
        self.store.s3.before_removal.clear()

    def _is_half_purged(self) -> bool:
        return bool(self.store.row and self.store.row.purging)

    def _purge(self) -> None:
        known = len(self.store.s3.events)
        self.store.purge()
        self.undelivered += [
            each for each in self.store.s3.events[known:] if each not in self.undelivered
        ]
        self.store.dynamodb.before_write.clear()
        self.store.s3.before_removal.clear()

    @invariant()
    def no_row_lists_what_is_not_there(self) -> None:
        self.store.require_whole()

    @invariant()
    def nothing_comes_back_against_its_owners_will(self) -> None:
        self.store.require_decided()

    @precondition(lambda self: self.store.s3.events)
    @rule()
    def deliver_all(self) -> None:
        while self.undelivered or self._is_half_purged():
            for event in reversed(self.undelivered):
                self.store.deliver(event)
            self.undelivered = []
            if self._is_half_purged():
                self._purge()
        self.store.require_settled()

    def teardown(self) -> None:
        if self.store.s3.events:
            self.deliver_all()


TestDeliveries = Deliveries.TestCase
TestDeliveries.settings = settings(max_examples=80, stateful_step_count=20)
