"""``audit``: the memory of comparing rows with objects, against their number."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, Any

from tests.benchmarks.machine import describe_machine

if TYPE_CHECKING:
    import argparse

    from tooling.console import Screen

ENTRIES = (10_000, 100_000, 1_000_000)


def add_to(benchmarks: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = benchmarks.add_parser("audit", help=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON for a script to read")
    parser.add_argument("--entries", type=int, nargs="+", default=ENTRIES, help="how many images")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, screen: Screen) -> None:
    """Compare so many images in a process each, and print what it took."""
    rows = []
    for entries in options.entries:
        rows.append(_measure(entries))
        screen.done(f"{entries} images: {rows[-1]}")
    if options.json:
        screen.document({"machine": describe_machine(), "audit": rows})
        return
    screen.wide_table(
        "Comparing images of three renditions each with their objects",
        ("images", "peak MiB", "seconds", "MiB on disk", "differences"),
        [[*row.values()] for row in rows],
    )


def _measure(entries: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scratch:
        completed = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.audit_worker", str(entries), scratch],
            capture_output=True,
            text=True,
            check=True,
        )
    measured: dict[str, Any] = json.loads(completed.stdout)
    return measured
