"""``scan``: the sources, and the plan of each environment as a real account would get it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TYPE_CHECKING

from tooling.errors import OperatorError
from tooling.releases.release import UNKNOWN_RELEASE
from tooling.releases.variables import render_variables
from tooling.scanning.checkov import SARIF_NAME, Checkov
from tooling.scanning.gate import describe_faults, show_report
from tooling.scanning.offline import (
    EXAMPLE_ACCOUNT_ID,
    EXAMPLE_ROLES,
    offline_root,
    plan_github_roles,
    plan_offline,
)

if TYPE_CHECKING:
    from concurrent.futures import Future

    from tooling.console import Screen
    from tooling.environments import Environment
    from tooling.scanning.findings import Report
    from tooling.terraform.adapter import Terraform
    from tooling.workspace import Workspace

# Each keeps a processor busy, and takes half a gigabyte.
PLANS_AT_ONCE = 2


def scan(workspace: Workspace, environments: list[Environment], screen: Screen) -> list[Report]:
    """Scan everything, write SARIF, and show what was found.

    Raises
    ------
    OperatorError
        Something is not clean.
    """
    checkov = Checkov(workspace.cache, screen)
    with TemporaryDirectory() as scratch, ThreadPoolExecutor(PLANS_AT_ONCE) as beside:
        planner = OfflinePlanner.prepare(workspace, Path(scratch))
        plans = [beside.submit(planner.plan, environment) for environment in environments]
        roles = beside.submit(plan_github_roles, workspace, Path(scratch, "roles"), EXAMPLE_ROLES)
        reports = [_sources(workspace, checkov, screen)]
        scanner = PlanScanner(workspace, checkov, screen)
        for environment, plan in zip(environments, plans, strict=True):
            reports.append(scanner.scan(environment.name, plan, workspace.terraform))
        reports.append(scanner.scan(workspace.github.name, roles, workspace.github))
    for report in reports:
        show_report(screen, report)
    _show_skips(screen, reports)
    screen.table(
        "Scan",
        ("subject", "passed", "failed", "skipped"),
        [
            (report.subject, report.passed, len(report.failed), len(report.skipped))
            for report in reports
        ],
    )
    screen.say(f"SARIF: {workspace.results / 'scan'}")
    faults = [describe_faults(report) for report in reports if not report.clean]
    if faults:
        raise OperatorError(
            "The scan is not clean.",
            reason="\n".join(faults),
            remedy="Fix the Terraform sources, or skip the check there with a reason.",
        )
    return reports


def _sources(workspace: Workspace, checkov: Checkov, screen: Screen) -> Report:
    began = monotonic()
    screen.step("Terraform sources")
    results = workspace.results / "scan" / "sources"
    report = checkov.scan_sources(workspace.terraform, results)
    screen.done(f"{report.passed} checks passed", began)
    _name_sarif(results)
    return report


@dataclass(frozen=True)
class PlanScanner:
    """Scans plans as a real account would get them.

    Parameters
    ----------
    workspace : Workspace
        The checkout.
    checkov : Checkov
        The scanner.
    screen : Screen
        Shows progress.
    """

    workspace: Workspace
    checkov: Checkov
    screen: Screen

    def scan(self, name: str, plan: Future[Path], sources: Path) -> Report:
        """Wait for a plan and scan it; the skips in `sources` count for it as well."""
        began = monotonic()
        self.screen.step(f"Plan of {name}, as for an account")
        results = self.workspace.results / "scan" / name
        report = self.checkov.scan_plan(f"plan of {name}", plan.result(), sources, results)
        self.screen.done(f"{report.passed} checks passed", began)
        _name_sarif(results)
        return report


@dataclass(frozen=True)
class OfflinePlanner:
    """Plans environments from nothing, as real accounts would get them; AWS is not asked.

    Parameters
    ----------
    workspace : Workspace
        The checkout.
    folder : Path
        Where plans go.
    terraform : Terraform
        Runs in a copy of the sources that is ready to plan.
    """

    workspace: Workspace
    folder: Path
    terraform: Terraform

    @classmethod
    def prepare(cls, workspace: Workspace, folder: Path) -> OfflinePlanner:
        """Return a planner that works in `folder`."""
        terraform = offline_root(workspace, workspace.terraform, folder, "the scan")
        return cls(workspace, folder, terraform)

    def plan(self, environment: Environment) -> Path:
        """Return the JSON of a plan that makes the environment."""
        if environment.embedded:
            aws = environment.aws.model_copy(update={"account_id": EXAMPLE_ACCOUNT_ID})
            environment = environment.model_copy(update={"aws": aws})
        variables = render_variables(
            self.workspace.environments, environment, endpoint=None, release=UNKNOWN_RELEASE
        )
        terraform = replace(self.terraform, subject=environment.name)
        return plan_offline(terraform, self.folder / environment.name, variables)


def _show_skips(screen: Screen, reports: list[Report]) -> None:
    skips = {(skip.check_id, skip.place, skip.reason) for skip in reports[0].skipped}
    screen.table("Skipped, with reasons", ("check", "place", "reason"), sorted(skips))


def _name_sarif(results: Path) -> None:
    """Give the SARIF file the name of what it is about; GitHub shows it."""
    (results / SARIF_NAME).replace(results.with_suffix(".sarif"))
