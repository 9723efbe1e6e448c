"""Scanning the plan before it is applied."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from tooling.errors import OperatorError
from tooling.scanning.checkov import Checkov

if TYPE_CHECKING:
    from tooling.aws.target import Target
    from tooling.console import Screen
    from tooling.scanning.findings import Report
    from tooling.terraform.stack import Stack
    from tooling.workspace import Workspace

# Checks of what the embedded AWS cannot do; on every real account they count.
EMBEDDED_GAPS = {
    "CKV_AWS_50": "it has no X-Ray",
    "CKV_AWS_272": "it has no code signing",
}


def scan_saved_plan(workspace: Workspace, target: Target, stack: Stack, screen: Screen) -> Report:
    """Scan the saved plan, and show what was found."""
    report = Checkov(workspace.cache, screen).scan_plan(
        f"plan of {target.environment.name}",
        stack.plan_document,
        stack.terraform.folder,
        stack.folder / "scan",
        left_out_for(target),
    )
    show_report(screen, report)
    return report


def left_out_for(target: Target) -> tuple[str, ...]:
    """Return the checks of what the target cannot do."""
    return tuple(EMBEDDED_GAPS) if target.endpoint else ()


def require_clean_plan(
    workspace: Workspace, target: Target, stack: Stack, screen: Screen
) -> Report:
    """Scan the saved plan.

    Raises
    ------
    OperatorError
        It has findings, or a skip without a reason.
    """
    screen.step("Scan of the plan")
    began = monotonic()
    name = target.environment.name
    report = scan_saved_plan(workspace, target, stack, screen)
    if not report.clean:
        raise OperatorError(
            f"The plan of {name} has findings; nothing was applied.",
            reason=describe_faults(report),
            remedy="Fix the Terraform sources, or skip the check there with a reason.",
        )
    if left_out_for(target):
        gaps = ", ".join(f"{check} ({reason})" for check, reason in EMBEDDED_GAPS.items())
        screen.done(f"not asked of the embedded AWS: {gaps}")
    screen.done(f"{report.passed} checks passed, {len(report.skipped)} skipped", began)
    return report


def show_report(screen: Screen, report: Report) -> None:
    """Print the failed checks as a table."""
    rows = [
        (finding.check_id, finding.resource, finding.place, finding.name)
        for finding in report.failed
    ]
    rows += [
        (finding.check_id, finding.resource, finding.place, "skipped without a reason")
        for finding in report.unexplained
    ]
    rows += [("", "", name, "could not be read") for name in report.broken_files]
    if rows:
        screen.table(report.subject, ("check", "resource", "place", "finding"), rows)


def describe_faults(report: Report) -> str:
    """Return one line about why a report is not clean."""
    if not report.passed and not report.failed:
        return f"{report.subject}: nothing was checked."
    return (
        f"{report.subject}: {len(report.failed)} findings, {len(report.unexplained)} skips without "
        f"a reason, {len(report.broken_files)} files that could not be read."
    )
