"""``memory``: the processor's peak memory against megapixels, for each format and mode."""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pillow_heif

from tests.benchmarks.figures import Line, fit_line
from tests.benchmarks.machine import describe_machine
from tests.benchmarks.memory.samples import SAMPLES, Sample, draw_levels
from tests.benchmarks.processor import PYTHON, variables
from tooling.workspace import Workspace

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from tooling.console import Screen

# Below four times the largest rendition's side an image is not reduced before the filter, which
# is where it takes most: the square of that is the largest that is measured.
MEGAPIXELS = (4.0, 16.0, 40.0, 80.0)
SQUARE = 1.0
MEBIBYTE = 1024**2
# Each of the two processes has it; the rule counts it by `limits.upload_bytes`.
FILE_COPIES = 2
TIMEOUT_SECONDS = 120.0


@dataclass(frozen=True)
class Point:
    """What one file took.

    Parameters
    ----------
    pixels, file_bytes : int
        Of the file.
    peak_bytes, idle_bytes : int
        Of the function's two processes together, and what they had before the file.
    milliseconds : float
        For the whole inspection.
    """

    pixels: int
    file_bytes: int
    peak_bytes: int
    idle_bytes: int
    milliseconds: float


def add_to(benchmarks: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = benchmarks.add_parser("memory", help=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON for a script to read")
    parser.add_argument(
        "--megapixels", type=float, nargs="+", default=MEGAPIXELS, help="sizes to measure"
    )
    parser.add_argument("--only", default="", help="kinds whose name holds this text")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, screen: Screen) -> None:
    """Measure all kinds, fit a line to each, and print them with the worst."""
    environment = variables(Workspace.from_process())
    pillow_heif.register_heif_opener()
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for sample in (each for each in SAMPLES if options.only in each.name):
            found = [
                _measure(sample, megapixels, Path(scratch, "picture"), environment)
                for megapixels in options.megapixels
            ]
            rows.append(_row(sample.name, found))
            screen.done(f"{sample.name}: {rows[-1]['peak_mib']} {rows[-1]['fault']}")
    rows.sort(key=lambda row: -row["bytes_per_pixel"])
    if options.json:
        screen.document({"machine": describe_machine(), "memory": rows, "model": _worst(rows)})
        return
    sizes = [f"{size:g} MP" for size in options.megapixels]
    screen.wide_table(
        "Peak memory in MiB, the file itself left out, and the line through it",
        ("kind", *sizes, "base", "bytes per pixel", "seconds at most"),
        [
            [
                *(row["kind"], *row["peak_mib"], row["base_mib"], row["bytes_per_pixel"]),
                f"{row['seconds_max']} {row['fault']}",
            ]
            for row in rows
        ],
    )
    worst = _worst(rows)
    screen.say(
        f"The worst of all: {worst['base_mib']} MiB and {worst['bytes_per_pixel']} bytes a pixel."
    )


def _measure(
    sample: Sample, megapixels: float, path: Path, environment: dict[str, str]
) -> Point | str:
    """Return what a file of this kind took, or why it could not be measured."""
    levels = draw_levels(megapixels, SQUARE)
    try:
        path.write_bytes(sample.encode(levels))
    except (OSError, ValueError, RuntimeError) as error:
        return f"can't be made: {error}"
    command = [*PYTHON, "-m", "tests.benchmarks.memory.probe", str(path)]
    try:
        completed = subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"took longer than {TIMEOUT_SECONDS:g} s"
    if completed.returncode != 0:
        return (completed.stderr.splitlines() or [f"ended with {completed.returncode}"])[-1]
    measured = json.loads(completed.stdout)
    if measured["fault"]:
        return f"{measured['fault']}"
    return Point(
        pixels=levels.shape[0] * levels.shape[1],
        file_bytes=path.stat().st_size,
        peak_bytes=measured["peak"],
        idle_bytes=measured["before"],
        milliseconds=measured["milliseconds"],
    )


def _row(kind: str, found: Sequence[Point | str]) -> dict[str, Any]:
    """Return the figures of one kind; the file's own bytes are counted apart."""
    points = [each for each in found if isinstance(each, Point)]
    line = _line(points) if points else Line(0.0, 0.0)
    return {
        "kind": kind,
        "peak_mib": [
            round((each.peak_bytes - FILE_COPIES * each.file_bytes) / MEBIBYTE)
            if isinstance(each, Point)
            else None
            for each in found
        ],
        "file_mib": [round(each.file_bytes / MEBIBYTE, 1) for each in points],
        "idle_mib": round(max((each.idle_bytes for each in points), default=0) / MEBIBYTE),
        "base_mib": round(line.base / MEBIBYTE),
        "bytes_per_pixel": round(line.slope, 1),
        "seconds_max": round(max((each.milliseconds for each in points), default=0.0) / 1000, 1),
        "fault": next((each for each in found if isinstance(each, str)), ""),
    }


def _line(points: list[Point]) -> Line:
    return fit_line(
        [float(each.pixels) for each in points],
        [float(each.peak_bytes - FILE_COPIES * each.file_bytes) for each in points],
    )


def _worst(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Return the model that covers every kind: the greatest base with the greatest slope."""
    return {
        name: max((row[name] for row in rows), default=0)
        for name in ("base_mib", "bytes_per_pixel")
    }
