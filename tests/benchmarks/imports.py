"""``imports``: what a cold start imports, in milliseconds, split by library, for each handler."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import defaultdict
from statistics import median
from typing import TYPE_CHECKING, Any

from tests.benchmarks.machine import describe_machine
from tests.benchmarks.processor import PYTHON, variables
from tooling.errors import OperatorError
from tooling.workspace import Workspace

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from tooling.console import Screen

FUNCTIONS = ("processor", "api")
ROUNDS = 3
ROWS = 10
OURS = ("functions", "media")
# One line of -X importtime: what the module took itself and with all that it imports, in µs.
LINE = re.compile(r"import time:\s+(\d+) \|\s+(\d+) \|( +)(\S+)")
UNCOMPILED = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": "/nowhere"}
# The core's work, not the clock: a machine is seldom idle.
TIMED = "import sys, time; began = time.process_time(); import functions.{}.handler; "
PRINTED = "sys.stdout.write(str((time.process_time() - began) * 1000))"


def add_to(benchmarks: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = benchmarks.add_parser("imports", help=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON for a script to read")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, screen: Screen) -> None:
    """Import each handler in processes that did nothing else, and print what took how long."""
    workspace = Workspace.from_process()
    documents = [measure_function(workspace, function) for function in FUNCTIONS]
    if options.json:
        screen.document({"machine": describe_machine(), "imports": documents})
        return
    for document in documents:
        parts = [*document["libraries"].items()][:ROWS]
        screen.wide_table(
            f"{document['function']}: {document['milliseconds']} ms as deployed, "
            f"{document['milliseconds_with_bytecode']} ms with bytecode",
            ("library", "ms of its own modules, by the clock"),
            parts,
        )


def measure_function(workspace: Workspace, function: str) -> dict[str, Any]:
    """Return the milliseconds that importing a function's handler takes, whole and by library."""
    environment = variables(workspace, function)
    # A zip holds sources only and is mounted read-only: each cold start compiles them anew.
    deployed = {**environment, **UNCOMPILED}
    compiled = {**environment, "PYTHONDONTWRITEBYTECODE": ""}
    _cpu_milliseconds(function, compiled)  # writes what the next ones read
    logs = [
        _python(["-X", "importtime", "-c", f"import functions.{function}.handler"], deployed)
        for _ in range(ROUNDS)
    ]
    shares = [split_by_library(log.stderr) for log in logs]
    libraries = {
        name: round(median(share.get(name, 0.0) for share in shares), 1)
        for name in {name for share in shares for name in share}
    }
    return {
        "function": function,
        "milliseconds": _median(function, deployed),
        "milliseconds_with_bytecode": _median(function, compiled),
        "libraries": dict(sorted(libraries.items(), key=lambda entry: -entry[1])),
    }


def _median(function: str, environment: Mapping[str, str]) -> float:
    return round(median(_cpu_milliseconds(function, environment) for _ in range(ROUNDS)), 1)


def _cpu_milliseconds(function: str, environment: Mapping[str, str]) -> float:
    return float(_python(["-c", TIMED.format(function) + PRINTED], environment).stdout)


def split_by_library(log: str) -> dict[str, float]:
    """Return the milliseconds that modules took themselves, summed by what they belong to.

    Parameters
    ----------
    log : str
        What ``python -X importtime`` wrote. A module of the standard library is counted for the
        library that asked for it first, for without that one it would not have been read.
    """
    taken: dict[str, float] = defaultdict(float)
    asking: list[tuple[int, str]] = []
    # A module is logged after what it imports, deeper ones further right: read backwards.
    for own, _, indentation, module in reversed(LINE.findall(log)):
        depth = len(indentation)
        while asking and asking[-1][0] >= depth:
            asking.pop()
        top = module.partition(".")[0]
        parent = asking[-1][1] if asking else "interpreter"
        library = "this project" if top in OURS else parent if _is_standard(top) else top
        asking.append((depth, library))
        taken[library] += int(own) / 1000
    return dict(taken)


def _is_standard(name: str) -> bool:
    return name in sys.stdlib_module_names


def _python(
    arguments: list[str], environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    completed = subprocess.run(
        [*PYTHON, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if completed.returncode != 0:
        raise OperatorError(
            "A handler can't be imported.",
            reason="\n".join(completed.stderr.splitlines()[-3:]),
            remedy="Fix what the last line names.",
        )
    return completed
