"""``router``: our table of routes beside Powertools' resolver, as a cold start and warm."""

from __future__ import annotations

import json
import subprocess
from statistics import median
from typing import TYPE_CHECKING, Any

from tests.benchmarks.figures import median_ratio
from tests.benchmarks.imports import UNCOMPILED
from tests.benchmarks.machine import describe_machine
from tests.benchmarks.processor import PYTHON, variables
from tooling.errors import OperatorError
from tooling.workspace import Workspace

if TYPE_CHECKING:
    import argparse

    from tooling.console import Screen

ROUTERS = ("table", "powertools")
ROUNDS = 7
ANSWERED = [200, 201]


def add_to(benchmarks: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = benchmarks.add_parser("router", help=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON for a script to read")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, screen: Screen) -> None:
    """Let both answer the same requests in turns, and print medians and their ratio."""
    # A zip holds sources only and is mounted read-only: each cold start compiles them anew.
    environment = {**variables(Workspace.from_process(), "api"), **UNCOMPILED}
    rounds = [{name: _measure(name, environment) for name in ROUTERS} for _ in range(ROUNDS)]
    rows = [_row(figure, rounds) for figure in ("first_ms", "later_us")]
    if options.json:
        screen.document({"machine": describe_machine(), "router": rows})
        return
    titles = {"first_ms": "first answers, ms", "later_us": "a later answer, µs"}
    screen.wide_table(
        "Processor time",
        ("", *ROUTERS, "ratio"),
        [(titles[row["figure"]], row["table"], row["powertools"], row["ratio"]) for row in rows],
    )


def _row(figure: str, rounds: list[dict[str, dict[str, Any]]]) -> dict[str, Any]:
    values = {name: [each[name][figure] for each in rounds] for name in ROUTERS}
    medians = {name: round(median(each), 1) for name, each in values.items()}
    ratio = round(median_ratio(values["powertools"], values["table"]), 2)
    return {"figure": figure, **medians, "ratio": ratio}


def _measure(name: str, environment: dict[str, str]) -> dict[str, Any]:
    completed = subprocess.run(
        [*PYTHON, "-m", f"tests.benchmarks.router.{name}"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    measured: dict[str, Any] = json.loads(completed.stdout) if completed.stdout else {}
    if measured.get("statuses") != ANSWERED:
        raise OperatorError(
            f"The router '{name}' did not answer as it should.",
            reason="\n".join(completed.stderr.splitlines()[-3:]) or str(measured),
            remedy=f"Run it alone: python -m tests.benchmarks.router.{name}",
        )
    return measured
