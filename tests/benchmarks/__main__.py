"""``python -m tests.benchmarks NAME``: the benchmarks whose figures docs/benchmarks.md holds."""

from __future__ import annotations

import argparse
import sys

from tests.benchmarks import imports, promotion
from tests.benchmarks.images import command as images
from tests.benchmarks.memory import command as memory
from tooling.console import Screen
from tooling.errors import OperatorError


def main() -> int:
    """Run the benchmark that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    benchmarks = parser.add_subparsers(required=True, metavar="NAME")
    for benchmark in (images, memory, imports, promotion):
        benchmark.add_to(benchmarks)
    options = parser.parse_args()
    try:
        options.run(options, Screen(json_wanted=options.json))
    except OperatorError as error:
        Screen().failure(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
