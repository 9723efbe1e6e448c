"""The document of one workload: complete where rivals are missing, too."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.images.measurement import Performance
from tests.benchmarks.images.report import document
from tests.benchmarks.images.workloads import Workload

WORKLOAD = Workload("JPEG", Path("a.jpg"), "photograph")


def performance(*milliseconds: float, size: int, similarity: float) -> Performance:
    return Performance(
        milliseconds=list(milliseconds),
        cpu_milliseconds=[2 * each for each in milliseconds],
        sizes={"thumb": size},
        similarities={"thumb": similarity},
        peak_rss_mib=50.04,
    )


def test_ratios_are_ours_to_theirs() -> None:
    found = {
        "ours": performance(10, 20, 30, size=90, similarity=0.96),
        "sharp": performance(20, 20, 60, size=100, similarity=0.95),
        "floor": performance(5, 10, 15, size=90, similarity=0.97),
    }
    told = document(WORKLOAD, found)
    assert (told["ratio_to_sharp"], told["ratio_to_floor"]) == (0.5, 2.0)
    assert (told["cpu_ratio_to_sharp"], told["cpu_ratio_to_floor"]) == (0.5, 2.0)
    assert (told["ssim"], told["ssim_margin_to_sharp"], told["bytes_ratio"]) == (0.96, 0.01, 0.9)
    assert told["peak_rss_mib"] == 50.0
    assert told["median_ms"] == {"ours": 20, "sharp": 20, "floor": 10}


def test_a_rival_that_is_absent_or_failed_has_no_ratio_but_a_reason() -> None:
    found = {
        "ours": performance(10, size=90, similarity=0.96),
        "pyvips": Performance(fault="Error: no decoder"),
    }
    told = document(WORKLOAD, found)
    assert (told["ratio_to_sharp"], told["ratio_to_pyvips"], told["bytes_ratio"]) == (None,) * 3
    assert told["faults"] == {"pyvips": "Error: no decoder"}
