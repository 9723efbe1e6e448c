"""What a request waits for AWS is told apart from what our code works."""

from __future__ import annotations

from tests.benchmarks.api.measurement import Measured

MEASURED = Measured(
    name="GET /images",
    statuses=[200],
    milliseconds=[10.0, 12.0, 40.0],
    core_milliseconds=[3.0, 2.0, 4.0],
    aws_milliseconds=[8.0, 9.0, 30.0],
    aws_calls=[1, 1, 2],
    body_characters=7,
)


def test_each_share_is_told_by_its_median() -> None:
    assert MEASURED.document() == {
        "request": "GET /images",
        "statuses": [200],
        "p50_ms": 12.0,
        "p95_ms": 40.0,
        "core_p50_ms": 3.0,
        "aws_p50_ms": 9.0,
        "aws_calls": 2,
        "body_characters": 7,
    }


def test_one_refusal_is_no_success() -> None:
    assert MEASURED.succeeded
    assert not Measured("", [200, 422], [], [], [], [], 0).succeeded
