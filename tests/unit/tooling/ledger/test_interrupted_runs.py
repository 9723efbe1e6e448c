"""The next run finds out where a killed one stood."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.commits import commit_of
from tests.unit.tooling.ledger.entries import entry
from tooling.delivery.rollback import SHORTEST, candidates_of, earlier_than
from tooling.delivery.status import arrival
from tooling.errors import OperatorError
from tooling.ledger.entry import ENDS, Step
from tooling.ledger.interrupted_runs import (
    current_or_last_verified,
    half_applied,
    interruption,
    last_verified,
)
from tooling.releases.release import UNKNOWN_RELEASE

if TYPE_CHECKING:
    from tooling.releases.release import Release

OLD = replace(UNKNOWN_RELEASE, git_commit=commit_of("old"))
OLDER = replace(UNKNOWN_RELEASE, git_commit=commit_of("older"))
STARTED = entry(Step.STARTED)


@pytest.mark.parametrize("end", sorted(ENDS))
def test_a_run_that_came_to_an_end_was_not_interrupted(end: Step) -> None:
    assert interruption([STARTED, entry(end)]) is None


def test_other_runs_do_not_count() -> None:
    smoke = entry(Step.SMOKE_PASSED, run="smoke")
    assert interruption([]) is None
    assert interruption([smoke]) is None
    assert interruption([STARTED, entry(Step.FINISHED), smoke]) is None
    found = interruption([STARTED, smoke])
    assert found is not None
    assert found.last is STARTED


def test_what_a_run_would_have_taken_up_that_was_killed_as_it_began_is_still_known() -> None:
    canary = entry(Step.CANARY)
    again = [entry(step, run="again") for step in (Step.STARTED, Step.RETURNING, Step.RETURNED)]
    found = interruption([STARTED, canary, *again[:1]])
    assert found is not None
    assert found.last is canary
    found = interruption([STARTED, canary, *again[:2]])
    assert found is not None
    assert found.last is again[1]
    assert interruption([STARTED, canary, *again]) is None
    asked = [again[0], entry(Step.GATES, run="again")]
    found = interruption([STARTED, canary, *asked])
    assert found is not None
    assert found.last is canary


@pytest.mark.parametrize("end", [Step.REFUSED, Step.DRY_RUN, Step.FAILED])
def test_a_run_that_ended_before_it_changed_anything_leaves_the_killed_one_to_the_next(
    end: Step,
) -> None:
    killed = [STARTED, entry(Step.APPLYING)]
    again = [entry(step, run="again") for step in (Step.STARTED, Step.GATES, end)]
    found = interruption([*killed, *again])
    assert found is not None
    assert found.last is killed[-1]
    more = [entry(step, run="more") for step in (Step.STARTED, Step.APPLYING, Step.FINISHED)]
    assert interruption([*killed, *again, *more]) is None


def test_a_run_that_could_not_go_back_has_taken_up_the_killed_one() -> None:
    again = [entry(step, run="again") for step in (Step.STARTED, Step.FAILED)]
    assert interruption([STARTED, entry(Step.CANARY), *again]) is None


@pytest.mark.parametrize(
    ("step", "needs_rollback"),
    [
        (Step.STARTED, False),
        (Step.GATES, False),
        (Step.APPLYING, False),
        (Step.APPLY_FAILED, False),
        (Step.APPLIED, False),
        (Step.CANARY, True),
        (Step.SMOKE_PASSED, False),
        (Step.SMOKE_FAILED, True),
        (Step.RETURNING, True),
    ],
)
def test_where_it_stood_decides_whether_the_next_goes_on_or_back(
    step: Step,
    needs_rollback: bool,
) -> None:
    found = interruption([STARTED, entry(step)])
    assert found is not None
    assert found.needs_rollback is needs_rollback
    assert f"after '{step}'" in str(found)


@pytest.mark.parametrize("step", [Step.APPLYING, Step.APPLY_FAILED, Step.APPLIED])
def test_an_apply_that_begins_a_canary_leads_back(step: Step) -> None:
    applying = replace(entry(Step.APPLYING), keeps={"api": {"version": "1", "weight": 0.9}})
    found = interruption([STARTED, applying, entry(step)])
    assert found is not None
    assert found.needs_rollback
    applied = interruption([STARTED, entry(Step.APPLYING), entry(step)])
    assert applied is not None
    assert not applied.needs_rollback


def test_a_killed_run_says_itself_where_it_would_have_gone_back_to() -> None:
    applying = entry(Step.APPLYING, previous=OLD)
    typed = entry(Step.SMOKE_PASSED, run="by hand")
    found = interruption([STARTED, applying, entry(Step.CANARY), typed])
    assert found is not None
    assert (found.release, found.previous) == (UNKNOWN_RELEASE, OLD)
    again = [entry(Step.STARTED, run="again"), entry(Step.RETURNING, run="again", release=OLD)]
    found = interruption([STARTED, applying, entry(Step.CANARY), typed, *again])
    assert found is not None
    assert found.previous == OLD


def test_an_apply_that_never_ended_is_known_after_a_refusal_too() -> None:
    applying, applied = entry(Step.APPLYING), entry(Step.APPLIED)
    assert half_applied([applying, STARTED, entry(Step.REFUSED)])
    assert half_applied([applying, applied, entry(Step.RETURNING)])
    assert not half_applied([applying, applied, STARTED])
    assert not half_applied([STARTED])


def test_what_was_last_seen_to_work_is_what_to_go_back_to() -> None:
    good, never_tried = entry(Step.SMOKE_PASSED, release=OLD), entry(Step.APPLIED)
    assert last_verified([good, never_tried], UNKNOWN_RELEASE) == OLD
    assert last_verified([good, entry(Step.SMOKE_FAILED)], UNKNOWN_RELEASE) == OLD
    assert last_verified([good, entry(Step.SMOKE_PASSED)], UNKNOWN_RELEASE) == UNKNOWN_RELEASE
    assert last_verified([never_tried], OLD) == OLD
    assert last_verified([], None) is None


def test_a_release_that_a_failed_first_apply_left_in_the_state_is_none_to_go_back_to() -> None:
    failed = [entry(Step.APPLYING), entry(Step.APPLY_FAILED), entry(Step.FAILED)]
    assert last_verified(failed, UNKNOWN_RELEASE) is None
    # What was there before the ledger began is what its first apply found.
    assert last_verified([entry(Step.APPLYING, previous=OLD), *failed], UNKNOWN_RELEASE) == OLD


def test_what_a_state_alone_says_is_nothing_to_go_back_to() -> None:
    entries = [entry(Step.SMOKE_PASSED, release=OLD), entry(Step.APPLIED, release=OLDER)]
    assert current_or_last_verified(entries, OLD) == OLD
    assert (
        current_or_last_verified(entries, OLDER) == OLDER
    )  # it runs there, whether it works or not
    assert current_or_last_verified(entries, UNKNOWN_RELEASE) == OLD
    assert current_or_last_verified(entries, None) == OLD


def worked(*releases: object) -> list[str | None]:
    entries = [
        entry(Step.SMOKE_PASSED, release=release)  # type: ignore[arg-type]
        for release in releases
    ]
    return [found.release_id for found in earlier_than(entries, OLD.id)]


def test_a_rollback_leads_to_what_worked_before_the_current_release_first_came() -> None:
    assert worked(OLDER, OLD) == [OLDER.id]
    # OLD is there again, after a rollback from UNKNOWN: back once more leads to OLDER.
    assert worked(OLDER, OLD, UNKNOWN_RELEASE, OLD) == [OLDER.id]
    assert worked(OLD) == []
    # The current release never worked: whatever did will do.
    assert worked(OLDER, UNKNOWN_RELEASE) == [OLDER.id, UNKNOWN_RELEASE.id]


def test_the_beginning_of_an_id_names_one_release_or_none() -> None:
    # Anybody can make commits until two releases begin alike.
    seen: dict[str, Release] = {}
    for number in range(100_000):
        release = replace(UNKNOWN_RELEASE, git_commit=str(number))
        twin = seen.setdefault(release.id[:SHORTEST], release)
        if twin is not release:
            break
    worked = [entry(Step.SMOKE_PASSED, release=each) for each in (twin, release)]
    name = release.id[:SHORTEST]
    assert candidates_of(worked[:1], name) == worked[:1]
    assert candidates_of([*worked[:1], *worked[:1]], name)[-1] is worked[0]
    with pytest.raises(OperatorError, match="More than one release begins with"):
        candidates_of(worked, name)
    with pytest.raises(OperatorError, match="too short"):
        candidates_of(worked, name[:-1])


def test_a_release_is_as_old_as_its_unbroken_stay() -> None:
    entries = [
        entry(Step.APPLIED, 1),
        entry(Step.APPLIED, 2, release=OLD),
        entry(Step.APPLIED, 3),
        entry(Step.APPLIED, 4),
    ]
    found = arrival(entries, UNKNOWN_RELEASE.id)
    assert found is not None
    assert found.minute == 3
    assert arrival(entries, OLD.id) is None
