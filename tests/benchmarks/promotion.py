"""``promotion``: how long deploys and promotions take here, and what share of it is Terraform's."""

from __future__ import annotations

import io
import time
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING
from unittest.mock import patch

from tests.benchmarks.machine import describe_machine
from tooling.clients import Clients
from tooling.console import Screen
from tooling.deploy import Deployment
from tooling.promotion.decision import Decision
from tooling.promotion.promote import Promotion
from tooling.promotion.run import Run
from tooling.session import Session
from tooling.target import open_target
from tooling.terraform.adapter import Terraform

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

SOURCE, DESTINATION = "dev", "staging"
ROUNDS = 5


@dataclass
class Share:
    """When Terraform ran; two runs at once count once."""

    spans: list[tuple[float, float]] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """How long at least one run was under way."""
        total, end = 0.0, 0.0
        for began, ended in sorted(self.spans):
            total += max(0.0, ended - max(began, end))
            end = max(end, ended)
        return total


def add_to(benchmarks: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = benchmarks.add_parser("promotion", help=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON for a script to read")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of each measurement")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, screen: Screen) -> None:
    """Bring dev and staging up on the embedded AWS, then time what is done there day by day."""
    session = Session.open()
    quiet = Screen(json_wanted=True)
    works: dict[str, Callable[[int], object]] = {
        "deploy, nothing changed": lambda _: deploy(session, quiet),
        "promote, nothing changed": lambda _: promote(session, quiet, 0),
        "promote, a setting changed": lambda turn: promote(session, quiet, 1 + turn % 2),
    }
    rows = []
    with redirect_stderr(io.StringIO()):
        deploy(session, quiet)
        promote(session, quiet, 0)
        for name, work in works.items():
            times = [_timed(work, turn) for turn in range(options.rounds)]
            seconds, terraform = (median(column) for column in zip(*times, strict=True))
            rows.append(
                (name, round(seconds, 1), round(terraform, 1), round(seconds - terraform, 1))
            )
        promote(session, quiet, 0)
    columns = ("command", "seconds", "in Terraform", "besides")
    if options.json:
        measured = [dict(zip(columns, row, strict=True)) for row in rows]
        screen.document({"machine": describe_machine(), "promotion": measured})
    else:
        screen.wide_table("Seconds, medians", columns, rows)


def deploy(session: Session, screen: Screen) -> None:
    """Deploy the source."""
    target = open_target(session.workspace, session.files.load(SOURCE))
    Deployment(session.workspace, target, screen).deploy()


def promote(session: Session, screen: Screen, extra: int) -> None:
    """Promote to the destination, whose API has `extra` seconds more than its file says."""
    workspace = session.workspace
    source = open_target(workspace, session.files.load(SOURCE))
    environment = session.files.load(DESTINATION)
    timeout = environment.api.timeout_seconds + extra
    api = environment.api.model_copy(update={"timeout_seconds": timeout})
    target = open_target(workspace, environment.model_copy(update={"api": api}))
    decision = Decision(f"promote {SOURCE} {DESTINATION}")
    run = Run.founding(workspace, target, screen, decision.command)
    Promotion(source, Clients(source), run, decision).promote(None)


def _timed(work: Callable[[int], object], turn: int) -> tuple[float, float]:
    with _watching_terraform() as share:
        began = time.monotonic()
        work(turn)
        return time.monotonic() - began, share.seconds


@contextmanager
def _watching_terraform() -> Iterator[Share]:
    """Note when Terraform runs: the adapter has one place from which all runs start."""
    share, execute = Share(), Terraform._execute

    def noted(
        terraform: Terraform,
        line: list[str],
        on_line: Callable[[str], None],
        accept: tuple[int, ...],
    ) -> int:
        began = time.monotonic()
        try:
            return execute(terraform, line, on_line, accept)
        finally:
            share.spans.append((began, time.monotonic()))

    with patch.object(Terraform, "_execute", noted):
        yield share
