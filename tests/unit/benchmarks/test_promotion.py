"""What a benchmark of promotions counts, and where it may run."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.promotion import Spans, at_home
from tooling.environments import EnvironmentFiles

ROOT = Path(__file__).resolve().parents[3]


def test_two_that_run_at_once_count_once() -> None:
    assert Spans([(5.0, 7.0), (0.0, 2.0), (1.0, 3.0), (1.5, 2.5)]).seconds == 5.0
    assert Spans([]).seconds == 0


def test_it_never_goes_to_an_account_or_waits_for_a_person() -> None:
    prod = EnvironmentFiles(ROOT / "environments").load("prod")
    aws = prod.aws.model_copy(update={"account_id": "111122223333", "profile": "media-prod"})
    there = prod.model_copy(update={"aws": aws})
    assert not there.embedded
    here = at_home(there)
    assert here.embedded
    assert here.aws.profile is None
    assert (here.approval, here.soak_minutes, here.canary) == (False, 0, None)
