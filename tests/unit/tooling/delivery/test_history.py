"""A past run is shown in one line: how it ended, and why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.tooling.ledger.entries import entry
from tooling.delivery.history import PastRun, runs_of
from tooling.ledger.entry import Entry, Step
from tooling.releases.release import UNKNOWN_RELEASE


def step(kind: Step, detail: str = "", **more: object) -> Entry:
    return replace(entry(kind, release=None), detail=detail, **more)  # type: ignore[arg-type]


STARTED = step(Step.STARTED)
APPLYING = replace(step(Step.APPLYING), release=UNKNOWN_RELEASE.document())
GATES = step(
    Step.GATES,
    gates=[
        {"gate": "order", "verdict": "pass", "evidence": "Right."},
        {"gate": "hold", "verdict": "fail", "evidence": "Rolled back."},
        {"gate": "alarms", "verdict": "unknown", "evidence": "Not known."},
        {"gate": "soak", "verdict": "skipped", "evidence": "It has worked before."},
    ],
)


@pytest.mark.parametrize(
    ("entries", "ending", "reason"),
    [
        (
            [STARTED, APPLYING, step(Step.APPLIED, "1 to update"), step(Step.FINISHED)],
            "done",
            "1 to update",
        ),
        (
            [STARTED, GATES, step(Step.REFUSED, "hold, alarms")],
            "refused",
            "hold: Rolled back.\nalarms: Not known.",
        ),
        (
            [
                *(STARTED, APPLYING, step(Step.APPLIED, "1 to update")),
                *(step(Step.SMOKE_FAILED, "At 'processed'"), step(Step.RETURNING)),
                *(step(Step.SMOKE_PASSED, "15 steps"), step(Step.RETURNED)),
            ],
            "taken back",
            "At 'processed'",
        ),
        (
            [
                *(STARTED, APPLYING, step(Step.APPLY_FAILED, "Quota"), step(Step.RETURNING)),
                *(step(Step.SMOKE_PASSED, "15 steps"), step(Step.RETURNED)),
            ],
            "taken back",
            "Quota",
        ),
        ([STARTED, APPLYING, step(Step.FAILED, "Quota")], "failed", "Quota"),
        ([STARTED, APPLYING], "no end yet, after 'applying'", ""),
        ([step(Step.SMOKE_PASSED, "15 steps")], "smoke passed", "15 steps"),
    ],
    ids=["done", "refused", "not working", "in part", "failed", "killed", "smoke test"],
)
def test_how_a_run_ended_and_why(entries: list[Entry], ending: str, reason: str) -> None:
    run = PastRun(tuple(entries))
    assert (run.ending, run.reason) == (ending, reason)
    assert run.went_well is (ending in {"done", "smoke passed"})


def test_runs_that_write_at_the_same_time_are_told_apart() -> None:
    smoke = entry(Step.SMOKE_PASSED, run="smoke")
    numbered = [
        replace(found, sequence=number)
        for number, found in enumerate([STARTED, smoke, APPLYING, step(Step.FINISHED)], start=1)
    ]
    promotion, by_hand = runs_of(numbered)
    assert (promotion.numbers, by_hand.numbers) == ("1-4", "2")
    assert promotion.release_id == UNKNOWN_RELEASE.id
    assert promotion.changes_things
    assert not by_hand.changes_things
