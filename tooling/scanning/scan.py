"""``scan``: the sources, and the plan of each environment as a real account would get it."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TYPE_CHECKING

from tooling.errors import OperatorError
from tooling.releases import UNKNOWN_RELEASE
from tooling.rendering import render_variables, write_json
from tooling.scanning.checkov import SARIF_NAME, Checkov
from tooling.scanning.gate import describe_faults, show_report
from tooling.stack import terraform_environment
from tooling.terraform.adapter import Terraform
from tooling.terraform.binary import find_terraform

if TYPE_CHECKING:
    from concurrent.futures import Future

    from tooling.console import Screen
    from tooling.environments import Environment
    from tooling.scanning.findings import Report
    from tooling.workspace import Workspace

# An account id of AWS's documentation, for an environment that has none yet.
EXAMPLE_ACCOUNT_ID = "111122223333"
# Each keeps a processor busy, and takes half a gigabyte.
PLANS_AT_ONCE = 2
# They open nothing, and no call is made with them.
PLACEHOLDERS = {
    "AWS_ACCESS_KEY_ID": "placeholder",
    "AWS_SECRET_ACCESS_KEY": "placeholder",
    "AWS_EC2_METADATA_DISABLED": "true",
}
# The plan of something new asks nothing of AWS, if only the provider does not ask who is calling.
OFFLINE = """
terraform {
  backend "local" {}
}

provider "aws" {
  allowed_account_ids         = null
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}
"""


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
        reports = [_sources(workspace, checkov, screen)]
        for environment, plan in zip(environments, plans, strict=True):
            reports.append(_plan(workspace, checkov, environment.name, plan, screen))
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
            remedy="Mend the Terraform sources, or skip the check there with its reason.",
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


def _plan(
    workspace: Workspace, checkov: Checkov, name: str, plan: Future[Path], screen: Screen
) -> Report:
    began = monotonic()
    screen.step(f"Plan of {name}, as for an account")
    results = workspace.results / "scan" / name
    report = checkov.scan_plan(f"plan of {name}", plan.result(), workspace.terraform, results)
    screen.done(f"{report.passed} checks passed", began)
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
        sources = folder / "terraform"
        shutil.copytree(workspace.terraform, sources, ignore=shutil.ignore_patterns(".terraform"))
        (sources / "offline_override.tf").write_text(OFFLINE, encoding="utf-8")
        environment = terraform_environment(workspace, _placeholder_credentials())
        terraform = Terraform(find_terraform(workspace.cache), sources, environment, "the scan")
        no_settings = folder / "backend.hcl"
        no_settings.touch()
        terraform.init(no_settings)
        return cls(workspace, folder, terraform)

    def plan(self, environment: Environment) -> Path:
        """Return the JSON of a plan that makes the environment."""
        if environment.embedded:
            aws = environment.aws.model_copy(update={"account_id": EXAMPLE_ACCOUNT_ID})
            environment = environment.model_copy(update={"aws": aws})
        folder = self.folder / environment.name
        variables = render_variables(
            self.workspace.environments, environment, endpoint=None, release=UNKNOWN_RELEASE
        )
        values = write_json(folder / "terraform.tfvars.json", variables)
        terraform = replace(self.terraform, subject=environment.name)
        terraform.plan(folder / "plan.tfplan", variables=values, lock=False)
        return write_json(folder / "plan.json", terraform.show(folder / "plan.tfplan"))


def _placeholder_credentials() -> dict[str, str]:
    """Return the shell's variables with credentials that open nothing: no call is made."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | PLACEHOLDERS


def _show_skips(screen: Screen, reports: list[Report]) -> None:
    skips = {(skip.check_id, skip.place, skip.reason) for skip in reports[0].skipped}
    screen.table("Skipped, with reasons", ("check", "place", "reason"), sorted(skips))


def _name_sarif(results: Path) -> None:
    """Give the SARIF file the name of what it is about; GitHub shows it."""
    (results / SARIF_NAME).replace(results.with_suffix(".sarif"))
