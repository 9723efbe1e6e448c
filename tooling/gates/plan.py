"""Gates on the plan: scanned, without loss of data, approved."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from tooling.gates.gate import Answer, failed, passed
from tooling.scanning.gate import describe_faults

if TYPE_CHECKING:
    from tooling.environments import Environment
    from tooling.releases.release import Release
    from tooling.scanning.findings import Report
    from tooling.terraform.plans import Plan

# A queue's messages are uploads that are not processed yet.
HOLDS_DATA = (
    "aws_cognito_user_pool",
    "aws_dynamodb_table",
    "aws_kms_key",
    "aws_s3_bucket",
    "aws_sqs_queue",
)
TAINTED = "replace_because_tainted"
# 128 bits: no other plan with the same prefix can be found.
SHORTEST = 32
# Replaces the object version of a zip in the target.
VERSION = "(version of the zip)"


def scan(report: Report | None) -> Answer:
    """Check that checkov's report on the plan is clean; None stands for an empty plan."""
    if report is None:
        return passed("There is nothing to apply.")
    if not report.clean:
        checks = sorted({finding.check_id for finding in [*report.failed, *report.unexplained]})
        return failed(f"{describe_faults(report)} {', '.join(checks)}".strip())
    return passed(f"{report.passed} checks passed, {len(report.skipped)} skipped with reasons.")


def data(plan: Plan, *, in_use: bool) -> Answer:
    """Check that a plan destroys no bucket, table, key, queue or user pool.

    Parameters
    ----------
    in_use : bool
        Whether a release has ever worked there. Until then, unfinished resources of an interrupted
        apply may be replaced: they hold no data.
    """
    lost = [
        f"{entry.address} ({'replaced' if entry.is_replaced else 'removed'})"
        for entry in plan.removed
        if entry.type in HOLDS_DATA and (in_use or entry.reason != TAINTED)
    ]
    if lost:
        return failed(f"The plan takes away what holds data: {', '.join(lost)}.")
    return passed("The plan removes and replaces nothing that holds data.")


def foundation(plan: Plan, *, in_use: bool) -> Answer:
    """Check that the plan of an environment's buckets destroys nothing.

    Parameters
    ----------
    in_use : bool
        Whether a release has ever worked there. Until then the buckets are still being set up.
    """
    lost = [entry.address for entry in plan.removed]
    if lost and in_use:
        return failed(f"The state and artifact buckets would lose {', '.join(lost)}.")
    return passed("The state and artifact buckets lose nothing.")


def plan_digest(
    environment: str,
    plan: Plan,
    *,
    release: Release | None = None,
    goes_back_to: Release | None = None,
) -> str:
    """Return the SHA-256, in hex, of all that a plan would change.

    The same plan made again has the same digest: only the changes count, not the time of planning
    or other values that were read.

    Parameters
    ----------
    environment : str
        The target: an approval is valid for one environment.
    plan : Plan
        What it would do.
    release : Release or None
        Its release. The object versions of the zips are left out, since a dry run copies no zips
        and can't know them. Keys and digests stay, which identify the content.
    goes_back_to : Release or None
        The release of an automatic rollback, which the approval covers too.
    """
    changes = [
        {
            "address": entry.address,
            "type": entry.type,
            "change": entry.change,
            "action_reason": entry.reason,
        }
        for entry in plan.changed
    ]
    versions = {entry.version_id for entry in release.functions.values()} if release else set()
    content = {
        "environment": environment,
        "resources": _without(versions, changes),
        "outputs": _without(versions, plan.outputs),
        "goes_back_to": goes_back_to.id if goes_back_to else None,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def approval(environment: Environment, digest: str, given: str | None) -> Answer:
    """Check that a required approval was given, and that it names this plan.

    Parameters
    ----------
    given : str or None
        The approved digest, or at least its first 32 digits.
    """
    if given is None:
        if environment.approval:
            return failed(f"{environment.name} asks for one, and plan {digest} has none yet.")
        return passed(f"{environment.name} asks for none.")
    if len(given) < SHORTEST:
        return failed(f"'{given}' is too short to name a plan: give {SHORTEST} digits or more.")
    if not digest.startswith(given.lower()):
        return failed(f"It is for plan {given}, but this plan is {digest}.")
    return passed(f"Plan {digest} is approved.")


def _without(versions: set[str], value: object) -> object:
    """Return a part of a plan with the object versions of the release's zips replaced."""
    if isinstance(value, dict):
        return {name: _without(versions, entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [_without(versions, entry) for entry in value]
    return VERSION if isinstance(value, str) and value in versions else value
