"""``promotion``: how long deploys and promotions take here, and whose time it is."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from tests.benchmarks.machine import cpu_seconds, describe_machine
from tooling.aws.target import Target, open_target
from tooling.console import Screen
from tooling.delivery.deploy import Deployment, platform_of
from tooling.delivery.promote import Promotion
from tooling.delivery.result import Decision
from tooling.delivery.run import Run
from tooling.emulator.process import emulator_of
from tooling.environments import EnvironmentFiles
from tooling.packaging.build import build
from tooling.scanning.checkov import Checkov
from tooling.terraform.adapter import Terraform
from tooling.workspace import Workspace

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from tooling.aws.target import Target
    from tooling.environments import Environment

SOURCE, DESTINATION = "dev", "staging"
ROUNDS = 3
COLUMNS = ("command", "seconds", "in Terraform", "in checkov", "besides", "CPU of the embedded AWS")
# What a release is made of.
COPIED = ("environments", "lambdas", "terraform")


@dataclass
class Spans:
    """When something ran; two at once count once."""

    spans: list[tuple[float, float]] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """How long at least one was under way."""
        total, end = 0.0, 0.0
        for began, ended in sorted(self.spans):
            total += max(0.0, ended - max(began, end))
            end = max(end, ended)
        return total


@dataclass(frozen=True)
class Site:
    """A checkout of its own with an embedded AWS of its own, so that no other is touched.

    Parameters
    ----------
    workspace : Workspace
        Its folders; the cache is shared.
    made : list of Path
        Zips that nobody else will ask for.
    """

    workspace: Workspace
    made: list[Path] = field(default_factory=list)
    screen: Screen = field(default_factory=lambda: Screen(quiet=True))

    def deploy(self) -> None:
        """Deploy the source."""
        Deployment(self.workspace, self._target(SOURCE), self.screen).deploy()

    def promote(self) -> None:
        """Promote what runs there to the destination."""
        source, target = self._target(SOURCE), self._target(DESTINATION)
        decision = Decision(f"promote {SOURCE} {DESTINATION}")
        run = Run.with_foundation(self.workspace, target, self.screen, decision.command)
        Promotion(run, decision, source=source).promote(None)

    def change_function(self) -> None:
        """Give the API function code that it never had."""
        path = self.workspace.lambdas / "functions" / "api" / "settings.py"
        with path.open("a", encoding="utf-8") as file:
            file.write(f"# {secrets.token_hex(16)}\n")

    def deploy_changed(self) -> None:
        """Deploy the source, and note the zip that was built for it."""
        self.deploy()
        platform = platform_of(self._target(SOURCE))
        self.made.append(build(self.workspace, "api", platform).path)

    def close(self) -> None:
        """Stop the embedded AWS and forget the zips."""
        emulator_of(self.workspace).stop()
        for path in self.made:
            path.unlink(missing_ok=True)

    def _target(self, name: str) -> Target:
        return open_target(self.workspace, at_home(self._environment(name)))

    def _environment(self, name: str) -> Environment:
        return EnvironmentFiles(self.workspace.environments).load(name)


def add_to(benchmarks: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = benchmarks.add_parser("promotion", help=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON for a script to read")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of all measurements (3)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, screen: Screen) -> None:
    """Bring dev and staging up on an embedded AWS, then time what is done there day by day."""
    measured: dict[str, list[tuple[float, ...]]] = {}
    with _site() as site:
        screen.done("bringing both environments up; takes some minutes")
        site.deploy()
        site.promote()
        works = {
            "deploy, a function changed": site.deploy_changed,
            "promote, a function changed": site.promote,
            "deploy, nothing changed": site.deploy,
            "promote, nothing changed": site.promote,
        }
        for turn in range(max(1, options.rounds)):
            site.change_function()
            for name, work in works.items():
                times = _timed(work, site)
                measured.setdefault(name, []).append(times)
                screen.done(f"round {turn + 1}: {name}: {times[0]:.1f} s")
    rows = [
        (name, *(round(median(column), 1) for column in zip(*times, strict=True)))
        for name, times in measured.items()
    ]
    if options.json:
        figures = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
        rounds = max(1, options.rounds)
        screen.document({"machine": describe_machine(), "rounds": rounds, "promotion": figures})
    else:
        screen.wide_table("Seconds, medians", COLUMNS, rows)


@contextmanager
def _site() -> Iterator[Site]:
    """Make a checkout that holds what a release is made of, and remove all that it leads to."""
    here = Workspace.from_process()
    with tempfile.TemporaryDirectory(prefix="media-benchmark-") as folder, ExitStack() as stack:
        for name in COPIED:
            shutil.copytree(
                here.root / name,
                Path(folder, name),
                ignore=shutil.ignore_patterns("__pycache__", ".terraform"),
            )
        site = Site(Workspace(Path(folder), Path(folder, ".state"), here.cache))
        stack.callback(site.close)
        yield site


def at_home(environment: Environment) -> Environment:
    """Return an environment as on the embedded AWS, where nothing waits for a person or a time."""
    aws = environment.aws.model_copy(update={"account_id": "", "profile": None})
    changes: dict[str, Any] = {"aws": aws, "approval": False, "soak_minutes": 0, "canary": None}
    return environment.model_copy(update=changes)


def _timed(work: Callable[[], object], site: Site) -> tuple[float, ...]:
    """Return seconds in all, in Terraform, in checkov, in neither, and of the emulator's CPU."""
    process = emulator_of(site.workspace).process_id()
    if process is None:
        raise ProcessLookupError
    terraform, checkov = Spans(), Spans()
    with (
        _watched(Terraform, Terraform._execute, terraform),
        _watched(Checkov, Checkov._scan, checkov),
    ):
        used, began = cpu_seconds(process), time.monotonic()
        work()
        seconds = time.monotonic() - began
        emulated = cpu_seconds(process) - used
    either = Spans([*terraform.spans, *checkov.spans]).seconds
    return seconds, terraform.seconds, checkov.seconds, seconds - either, emulated


@contextmanager
def _watched(owner: type, original: Callable[..., Any], spans: Spans) -> Iterator[None]:
    """Note when a method runs, through which all runs of a program go."""

    def noted(*arguments: Any, **options: Any) -> Any:
        began = time.monotonic()
        try:
            return original(*arguments, **options)
        finally:
            spans.spans.append((began, time.monotonic()))

    with patch.object(owner, original.__name__, noted):
        yield
