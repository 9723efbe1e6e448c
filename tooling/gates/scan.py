"""The scanner has nothing against the plan that would be applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tooling.gates.gate import Answer, failed, passed
from tooling.scanning.gate import describe_faults

if TYPE_CHECKING:
    from tooling.scanning.findings import Report


def scan(report: Report | None) -> Answer:
    """Say whether checkov's report on the plan is clean; None stands for an empty plan."""
    if report is None:
        return passed("There is nothing to apply.")
    if not report.clean:
        checks = sorted({finding.check_id for finding in [*report.failed, *report.unexplained]})
        return failed(f"{describe_faults(report)} {', '.join(checks)}".strip())
    return passed(f"{report.passed} checks passed, {len(report.skipped)} skipped with reasons.")
