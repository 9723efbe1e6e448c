"""Runs checkov, offline."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tooling.errors import OperatorError
from tooling.scanning.findings import Report
from tooling.scanning.installation import checkov_python
from tooling.scanning.unknowns import without_unset
from tooling.terraform.backend import write_json

if TYPE_CHECKING:
    from pathlib import Path

    from tooling.console import Screen

SETTINGS = {
    "LOG_LEVEL": "ERROR",
    "ANSI_COLORS_DISABLED": "1",
    # An attribute that is set to what is not known before the apply counts as set.
    "EVAL_TF_PLAN_AFTER_UNKNOWN": "true",
}
JSON_NAME, SARIF_NAME = "results_json.json", "results_sarif.sarif"
# 1: there are findings, which the report lists.
RAN = (0, 1)


@dataclass(frozen=True)
class Checkov:
    """checkov, installed where nothing else is.

    Parameters
    ----------
    cache : Path
        Where its environment lies.
    screen : Screen
        Shows progress.
    """

    cache: Path
    screen: Screen

    def scan_sources(self, folder: Path, results: Path) -> Report:
        """Check Terraform sources; write JSON and SARIF into `results`."""
        return self._scan(
            "Terraform sources", results, ["--directory", str(folder), "--framework", "terraform"]
        )

    def scan_plan(
        self, subject: str, plan: Path, sources: Path, results: Path, left_out: tuple[str, ...] = ()
    ) -> Report:
        """Check the JSON of a plan; the skips in `sources` count for it as well.

        Parameters
        ----------
        left_out : tuple of str
            Ids of checks that do not apply where the plan goes.
        """
        results.mkdir(parents=True, exist_ok=True)
        document = json.loads(plan.read_text(encoding="utf-8"))
        scanned = write_json(results / "plan.json", without_unset(document))
        arguments = [
            *("--file", str(scanned), "--framework", "terraform_plan"),
            *("--repo-root-for-plan-enrichment", str(sources)),
            *(("--skip-check", ",".join(left_out)) if left_out else ()),
        ]
        return self._scan(subject, results, arguments)

    def _scan(self, subject: str, results: Path, arguments: list[str]) -> Report:
        results.mkdir(parents=True, exist_ok=True)
        for name in (JSON_NAME, SARIF_NAME):
            (results / name).unlink(missing_ok=True)
        command = [
            *(str(checkov_python(self.cache, self.screen)), "-m", "checkov.main", *arguments),
            *("--skip-download", "--download-external-modules", "false", "--compact"),
            *("--output", "json", "--output", "sarif", "--output-file-path", str(results)),
        ]
        with self.screen.working(f"checkov reads {subject}"):
            completed = subprocess.run(  # noqa: S603 - our own installation, our own arguments
                command,
                capture_output=True,
                text=True,
                check=False,
                cwd=results,
                env={**os.environ, **SETTINGS},
            )
        report = results / JSON_NAME
        if completed.returncode not in RAN or not report.exists():
            raise OperatorError(
                f"checkov could not scan {subject}.",
                reason="\n".join(completed.stderr.splitlines()[-8:]) or "It printed nothing.",
                remedy="Run it by hand to see more: " + " ".join(command),
            )
        return Report.from_document(subject, json.loads(report.read_text(encoding="utf-8")))
