"""The figures of the image benchmark, for a script and for a person."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from tests.benchmarks.figures import median_ratio
from tests.benchmarks.images.contenders import DECODING, FLOOR, OURS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.benchmarks.images.measurement import Performance
    from tests.benchmarks.images.workloads import Workload
    from tooling.console import Screen

RIVALS = ("sharp", "sharp cascade", "pyvips", "thumbor", FLOOR)
DECODED_GIVEN = (
    "sharp's and pyvips' builds have no HEVC decoder: they were given a TIFF that is not "
    "compressed, and the time that libheif takes to decode is added to theirs, once"
)


def document(workload: Workload, found: Mapping[str, Performance]) -> dict[str, Any]:
    """Return the figures of one workload; a ratio to a rival that is not there is null."""
    ours = found[OURS]
    shown = {name: found[name] for name in found if name != DECODING}
    return {
        "workload": workload.name,
        "origin": workload.origin,
        "note": DECODED_GIVEN if workload.decoded else None,
        **{f"ratio_to_{_key(rival)}": _time_ratio(ours, found.get(rival)) for rival in RIVALS},
        **{f"cpu_ratio_to_{_key(rival)}": _cpu_ratio(ours, found.get(rival)) for rival in RIVALS},
        "ssim": _rounded(_mean_similarity(ours), 4),
        "ssim_margin_to_sharp": _margin(ours, found.get("sharp")),
        "bytes_ratio": _bytes_ratio(ours, found.get("sharp")),
        "peak_rss_mib": _rounded(ours.peak_rss_mib, 1),
        "median_ms": {_key(name): _median(one.milliseconds) for name, one in found.items()},
        "median_cpu_ms": {_key(name): _median(one.cpu_milliseconds) for name, one in found.items()},
        "ssim_by_contender": {
            _key(name): {key: round(value, 4) for key, value in one.similarities.items()}
            for name, one in shown.items()
        },
        "bytes_by_contender": {_key(name): one.sizes for name, one in shown.items()},
        "peak_rss_mib_by_contender": {
            _key(name): _rounded(one.peak_rss_mib, 1) for name, one in found.items()
        },
        "faults": {_key(name): one.fault for name, one in found.items() if one.fault},
    }


def show(screen: Screen, documents: Sequence[Mapping[str, Any]], absent: Mapping[str, str]) -> None:
    """Print the tables, and why a contender is in none of them."""
    names = [name for name in (OURS, *RIVALS) if name not in absent]
    screen.wide_table(
        "Milliseconds for three renditions (median)",
        ("workload", *names),
        [[row["workload"], *(row["median_ms"].get(_key(n)) for n in names)] for row in documents],
    )
    screen.wide_table(
        "This processor's time as a share of theirs (median of the rounds' ratios)",
        ("workload", *names[1:]),
        [[row["workload"], *(row[f"ratio_to_{_key(n)}"] for n in names[1:])] for row in documents],
    )
    screen.wide_table(
        "The same by the core's work, which other programs on the machine don't disturb",
        ("workload", *names[1:]),
        [
            [row["workload"], *(row[f"cpu_ratio_to_{_key(n)}"] for n in names[1:])]
            for row in documents
        ],
    )
    screen.wide_table(
        "SSIM against one direct Lanczos filter (mean of the renditions)",
        ("workload", *names[:-1]),
        [
            [
                row["workload"],
                *(_mean(row["ssim_by_contender"].get(_key(n), {})) for n in names[:-1]),
            ]
            for row in documents
        ],
    )
    screen.wide_table(
        "Bytes as a share of sharp's, and peak memory in MiB",
        ("workload", "bytes", *names),
        [
            [
                *(row["workload"], row["bytes_ratio"]),
                *(row["peak_rss_mib_by_contender"].get(_key(n)) for n in names),
            ]
            for row in documents
        ],
    )
    for row in documents:
        remarks = [row["origin"], *filter(None, [row["note"]])]
        remarks += [f"{name}: {fault}" for name, fault in row["faults"].items()]
        screen.say(f"{row['workload']}: {'; '.join(remarks)}.")
    for name, reason in absent.items():
        screen.say(f"{name} is absent: {reason}.")


def versions(found: Mapping[str, Performance]) -> dict[str, dict[str, str]]:
    """Return what each contender runs on."""
    return {_key(name): one.versions for name, one in found.items() if one.versions}


def _key(name: str) -> str:
    return name.replace(" ", "_")


def _time_ratio(ours: Performance, rival: Performance | None) -> float | None:
    if rival is None or not ours.milliseconds or not rival.milliseconds:
        return None
    return round(median_ratio(ours.milliseconds, rival.milliseconds), 3)


def _cpu_ratio(ours: Performance, rival: Performance | None) -> float | None:
    if rival is None or not ours.cpu_milliseconds or not rival.cpu_milliseconds:
        return None
    return round(median_ratio(ours.cpu_milliseconds, rival.cpu_milliseconds), 3)


def _median(values: Sequence[float]) -> float | None:
    return round(median(values), 1) if values else None


def _bytes_ratio(ours: Performance, rival: Performance | None) -> float | None:
    if rival is None or not rival.sizes or not ours.sizes:
        return None
    return round(sum(ours.sizes.values()) / sum(rival.sizes.values()), 3)


def _margin(ours: Performance, rival: Performance | None) -> float | None:
    """Return by how much the worst of our renditions is nearer to the direct filter than theirs."""
    if rival is None or not rival.similarities or not ours.similarities:
        return None
    return round(min(ours.similarities[name] - rival.similarities[name] for name in ours.sizes), 4)


def _mean_similarity(one: Performance) -> float | None:
    return sum(one.similarities.values()) / len(one.similarities) if one.similarities else None


def _mean(values: Mapping[str, float] | None) -> float | None:
    return round(sum(values.values()) / len(values), 4) if values else None


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
