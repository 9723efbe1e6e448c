"""``decoder``: what the decoder's process costs to start, to confine, and to change."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.images.workloads import draw_stand_in
from tests.benchmarks.machine import describe_machine
from tests.benchmarks.processor import PYTHON, variables
from tooling.errors import OperatorError
from tooling.workspace import Workspace

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from tooling.console import Screen

SIZE = (4000, 3000)
QUALITY = 90
# No bytecode can be read or written, as in a function's folder.
UNCOMPILED = {"PYTHONPYCACHEPREFIX": "/dev/null/none"}
FIGURES = {
    "first_start_ms_of_a_core": "first start, ms of a core",
    "start_ms_of_a_core": "each further start, ms of a core",
    "start_ms": "the same, ms by the clock",
    "idle_mib": "MiB of a process that waits",
    "confined_ms_of_a_core": "a 12 MP JPEG, confined, ms of a core",
    "unconfined_ms_of_a_core": "the same, not confined",
    "same_owner_ms": "a 12 MP JPEG of the same owner, ms by the clock",
    "other_owner_ms": "of another owner, the process started for it",
    "other_owner_with_spare_ms": "of another owner, with a spare process",
}


def add_to(benchmarks: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = benchmarks.add_parser("decoder", help=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON for a script to read")
    parser.add_argument("--rounds", type=int, default=9, help="of which medians are taken (9)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, screen: Screen) -> None:
    """Measure it as it is deployed, and print the figures."""
    environment = {**variables(Workspace.from_process()), **UNCOMPILED}
    with tempfile.TemporaryDirectory() as scratch:
        picture = Path(scratch, "image.jpg")
        draw_stand_in(SIZE, "RGB").save(picture, quality=QUALITY)
        found = _measure(picture, options.rounds, environment)
    if options.json:
        screen.document({"machine": describe_machine(), "decoder": found})
        return
    screen.wide_table(
        "The process that decodes",
        ("", "median"),
        [[label, str(found[name])] for name, label in FIGURES.items()],
    )


def _measure(picture: Path, rounds: int, environment: Mapping[str, str]) -> dict[str, Any]:
    completed = subprocess.run(
        [*PYTHON, "-m", "tests.benchmarks.decoder_probe", str(picture), str(rounds)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if completed.returncode != 0:
        raise OperatorError(
            "The decoder's process can't be measured.",
            reason="\n".join(completed.stderr.splitlines()[-3:]),
            remedy="Fix what the last line names.",
        )
    figures: dict[str, Any] = json.loads(completed.stdout)
    return figures
