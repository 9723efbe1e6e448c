"""A release must have worked for its time, and nobody must hold promotions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.tooling.gates.answers import says
from tests.unit.tooling.ledger.entries import entry
from tooling.gates.evidence import hold, smoke_evidence, soak
from tooling.gates.gate import Verdict
from tooling.ledger.entry import Step
from tooling.releases.release import UNKNOWN_RELEASE

OTHER = replace(UNKNOWN_RELEASE, git_commit="other")


def test_the_newest_smoke_test_must_be_of_this_release_and_passed() -> None:
    good = entry(Step.SMOKE_PASSED)
    says(smoke_evidence("dev", [good, entry(Step.FINISHED)], UNKNOWN_RELEASE), Verdict.PASS)
    says(smoke_evidence("dev", [], UNKNOWN_RELEASE), Verdict.FAIL, "nox -s smoke -- dev")
    says(smoke_evidence("dev", [good], OTHER), Verdict.FAIL, UNKNOWN_RELEASE.id[:12])
    failed = entry(Step.SMOKE_FAILED, 1)
    says(smoke_evidence("dev", [good, failed], UNKNOWN_RELEASE), Verdict.FAIL, "failed")


@pytest.mark.parametrize("step", [Step.APPLYING, Step.RETURNING])
def test_an_environment_that_is_being_changed_has_no_evidence(step: Step) -> None:
    good, begun = entry(Step.SMOKE_PASSED), entry(step, 1)
    answer = smoke_evidence("dev", [good, begun, entry(Step.FAILED, 2)], UNKNOWN_RELEASE)
    says(answer, Verdict.FAIL, "anna@here began to change dev at 2026-01-01T12:01:00+00:00")
    says(smoke_evidence("dev", [begun, good], UNKNOWN_RELEASE), Verdict.PASS)


@pytest.mark.parametrize(
    ("entries", "verdict"),
    [
        ([], Verdict.FAIL),
        ([entry(Step.SMOKE_PASSED, 0)], Verdict.PASS),
        ([entry(Step.SMOKE_PASSED, 1)], Verdict.FAIL),
        ([entry(Step.SMOKE_PASSED, 0), entry(Step.SMOKE_PASSED, 29)], Verdict.PASS),
        (
            [
                entry(Step.SMOKE_PASSED, 0),
                entry(Step.SMOKE_FAILED, 10),
                entry(Step.SMOKE_PASSED, 11),
            ],
            Verdict.FAIL,
        ),
        (
            [
                entry(Step.SMOKE_PASSED, 0),
                entry(Step.APPLIED, 10, release=OTHER),
                entry(Step.SMOKE_PASSED, 11),
            ],
            Verdict.FAIL,
        ),
        (
            [
                entry(Step.SMOKE_PASSED, 0),
                entry(Step.APPLYING, 10, release=OTHER),
                entry(Step.SMOKE_PASSED, 11),
            ],
            Verdict.FAIL,
        ),
    ],
    ids=[
        "none",
        "old enough",
        "too young",
        "since the first",
        "failed between",
        "other between",
        "other begun between",
    ],
)
def test_a_release_must_have_worked_long_enough_without_a_break(
    entries: list[Any], verdict: Verdict
) -> None:
    half_past = datetime(2026, 1, 1, 12, 30, tzinfo=UTC)
    says(soak("dev", entries, UNKNOWN_RELEASE, 30, half_past), verdict)
    says(soak("dev", entries, UNKNOWN_RELEASE, 0, half_past), Verdict.PASS)


def test_a_release_that_is_too_young_is_told_when_it_may_go_on() -> None:
    now = datetime(2026, 1, 1, 12, 10, tzinfo=UTC)
    answer = soak("dev", [entry(Step.SMOKE_PASSED, 5)], UNKNOWN_RELEASE, 30, now)
    says(answer, Verdict.FAIL, "5 minutes of 30; promote after 2026-01-01T12:35:00")


def test_a_hold_stops_until_it_is_lifted() -> None:
    held = entry(Step.HOLD_SET)
    says(hold("prod", []), Verdict.PASS)
    says(hold("prod", [held, entry(Step.FINISHED)]), Verdict.FAIL, "nox -s release-hold -- prod")
    says(hold("prod", [held, entry(Step.HOLD_LIFTED)]), Verdict.PASS)
    says(hold("prod", [held, entry(Step.HOLD_LIFTED), held]), Verdict.FAIL)
