"""The arithmetic of capacity, against figures worked out by hand."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

import pytest

from tests.benchmarks.capacity import command
from tests.benchmarks.capacity.costs import LOGS_GB, S3_WRITE, costs_of, storage_of
from tests.benchmarks.capacity.demand import RATES, Demand, Measured, Rate, Sizing
from tests.benchmarks.capacity.quotas import Settings, broken, nearest, quotas_of, settings_of
from tooling.console import Screen
from tooling.errors import OperatorError

if TYPE_CHECKING:
    from pathlib import Path

DEMAND = Demand(
    Measured(
        processing_ms=200,
        announcing_ms=2,
        reading_ms=4,
        row_bytes=1025,
        slowdown=2,
        aws_ms=100,
        api_aws_ms=10,
        requests=3,
    ),
    Sizing(processor_mb=1769, api_mb=1769),
)
RATE = Rate("100 a second", 50, 2)


def test_what_an_upload_asks_for() -> None:
    assert DEMAND.processor_seconds == pytest.approx(0.5)
    assert DEMAND.api_seconds == pytest.approx((2 + 2 * 4) * 2 / 1000 + 3 * 0.01)
    # The announcement, 2 for the row and for each of two indexes that hold it whole, 1 of keys.
    assert DEMAND.write_units == 8
    # A page of twenty rows of 1,025 bytes is six units of 4 KiB, of which half count.
    assert DEMAND.read_units == 1 + 2 * 3


@pytest.mark.parametrize(("megabytes", "seconds"), [(512, 1.482), (1769, 0.5), (10_240, 0.5)])
def test_a_decoder_gains_by_memory_up_to_one_core(megabytes: int, seconds: float) -> None:
    sizing = Sizing(processor_mb=megabytes)
    assert Demand(DEMAND.measured, sizing).processor_seconds == pytest.approx(seconds, abs=0.001)


def test_what_breaks_first() -> None:
    settings = settings_of(DEMAND, RATE, Settings(concurrency_max=40, month_shards=1))
    assert {each.name: each.share for each in settings} == pytest.approx(
        {
            "images at once": 100 * 0.5 / 40,
            "uploads announced a second": 0.5,
            "requests a second": 300 / 500,
            "writes a second to a month of all images": 0.2,
        }
    )
    assert [each.name for each in broken(settings)] == ["images at once"]
    assert nearest(settings).breaks_at == pytest.approx(80)
    assert broken(settings_of(DEMAND, RATE, Settings(concurrency_max=50))) == []


def test_a_new_account_breaks_before_all_else() -> None:
    for rate in (*RATES, RATE):
        assert nearest(quotas_of(DEMAND, rate)).name == "executions at once, new account"


def test_costs_are_those_of_a_thousand() -> None:
    costs = {cost.item: cost.dollars for cost in costs_of(DEMAND)}
    assert costs["S3: the original and three renditions written"] == pytest.approx(4000 * S3_WRITE)
    bytes_logged = 1000 * (1300 + 3 * 1700)
    assert costs["CloudWatch: logs"] == pytest.approx(bytes_logged / 1e9 * LOGS_GB)
    assert storage_of(DEMAND) == pytest.approx(3.25 * 0.0245)


def parsed(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_to(parser.add_subparsers(required=True))
    return parser.parse_args(["capacity", *arguments])


def test_figures_of_ones_own_are_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load = tmp_path / "load.json"
    load.write_text(
        json.dumps({"load": [{"processing_mean_ms": 612}, {"processing_mean_ms": 100}]})
    )
    given = ("--load", str(load), "--slowdown", "2", "--aws-ms", "50", "--rate", "10")
    command.run(parsed(*given, "--json"), Screen(json_wanted=True))
    told = json.loads(capsys.readouterr().out)
    assert told["processor_seconds"] == 0.25
    [size] = told["sizes"]
    assert (size["pictures_at_once"], size["settings"]["images at once"]) == (2.5, 0.025)
    command.run(parsed("--processing-ms", "200", "--slowdown", "1", "--aws-ms", "0"), Screen())
    assert "2,000 a second" in capsys.readouterr().out
    with pytest.raises(OperatorError, match="holds no figures of a load"):
        command.run(parsed("--load", str(tmp_path / "other.json")), Screen())
