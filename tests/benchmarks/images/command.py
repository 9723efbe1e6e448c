"""``images``: this processor beside sharp, pyvips, thumbor and the codecs alone, in one run."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.images import report
from tests.benchmarks.images.contenders import DECODING, install_contenders
from tests.benchmarks.images.measurement import EFFORT, QUALITY, SIDES, measure
from tests.benchmarks.images.workloads import make_workloads
from tests.benchmarks.machine import describe_machine
from tooling.workspace import Workspace

if TYPE_CHECKING:
    import argparse

    from tooling.console import Screen


def add_to(benchmarks: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = benchmarks.add_parser("images", help=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON for a script to read")
    parser.add_argument("--rounds", type=int, default=9, help="turns of each contender (9)")
    parser.add_argument(
        "--images", type=Path, help="folder of the images (../shared/corpus; else stand-ins)"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, screen: Screen) -> None:
    """Measure all workloads and print the figures."""
    screen.step("Contenders")
    contenders, absent = install_contenders(Workspace.from_process(), screen)
    documents: list[dict[str, Any]] = []
    versions: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for workload in make_workloads(options.images, Path(scratch)):
            screen.step(f"{workload.name} ({workload.origin})")
            taking_part = [each for each in contenders if workload.decoded or each.name != DECODING]
            found = measure(workload, taking_part, options.rounds)
            versions |= report.versions(found)
            documents.append(report.document(workload, found))
    if options.json:
        screen.document(
            {
                "machine": describe_machine(),
                "settings": {
                    "format": "webp",
                    "quality": QUALITY,
                    "effort": EFFORT,
                    "longest_sides": SIDES,
                    "rounds": options.rounds,
                    "cores_per_contender": 1,
                },
                "versions": versions,
                "absent": absent,
                "images": documents,
            }
        )
    else:
        report.show(screen, documents, absent)
