"""``python -m tests.benchmarks NAME``: the benchmarks whose figures docs/benchmarks.md holds."""

from __future__ import annotations

import argparse
import signal
import sys
from typing import TYPE_CHECKING

from tests.benchmarks import audit, decoder, imports, promotion
from tests.benchmarks.api import command as api
from tests.benchmarks.capacity import command as capacity
from tests.benchmarks.images import command as images
from tests.benchmarks.load import command as load
from tests.benchmarks.memory import command as memory
from tests.benchmarks.router import command as router
from tooling.console import Screen
from tooling.errors import INTERRUPTS, Interrupted, OperatorError

if TYPE_CHECKING:
    from types import FrameType


def main() -> int:
    """Run the benchmark that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    benchmarks = parser.add_subparsers(required=True, metavar="NAME")
    every = (api, audit, capacity, decoder, images, load, memory, imports, promotion, router)
    for benchmark in every:
        benchmark.add_to(benchmarks)
    options = parser.parse_args()
    for number in INTERRUPTS:
        signal.signal(number, _interrupt)
    try:
        options.run(options, Screen(json_wanted=options.json))
    except OperatorError as error:
        Screen().failure(error)
        return 1
    except Interrupted:
        return 130
    return 0


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Let what was started for a measurement be stopped and removed."""
    raise Interrupted


if __name__ == "__main__":
    sys.exit(main())
