"""The plan that would be applied: scanned, no loss of data, approved."""

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

# A queue's messages are uploads that are still to be processed.
HOLDS_DATA = (
    "aws_cognito_user_pool",
    "aws_dynamodb_table",
    "aws_kms_key",
    "aws_s3_bucket",
    "aws_sqs_queue",
)
TAINTED = "replace_because_tainted"
# 128 bits: nobody finds another plan that begins with these.
SHORTEST = 32
# Stands for the version under which the target keeps a zip.
VERSION = "(version of the zip)"


def scan(report: Report | None) -> Answer:
    """Say whether checkov's report on the plan is clean; None stands for an empty plan."""
    if report is None:
        return passed("There is nothing to apply.")
    if not report.clean:
        checks = sorted({finding.check_id for finding in [*report.failed, *report.unexplained]})
        return failed(f"{describe_faults(report)} {', '.join(checks)}".strip())
    return passed(f"{report.passed} checks passed, {len(report.skipped)} skipped with reasons.")


def data(plan: Plan, *, in_use: bool) -> Answer:
    """Say whether a plan leaves every bucket, table, key, queue and user pool where it is.

    Parameters
    ----------
    in_use : bool
        Whether any release has worked there yet. Before, what an interrupted apply left unfinished
        may be made anew: it holds nothing.
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
    """Say whether the plan of an environment's buckets removes and replaces nothing.

    Parameters
    ----------
    in_use : bool
        Whether any release has worked there yet. Before, the buckets are only being made.
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

    The same plan made again has the same digest: only what changes counts, not when the plan was
    made, nor what was read beside it.

    Parameters
    ----------
    environment : str
        Where it would be applied: an approval is good for one environment.
    plan : Plan
        What it would do.
    release : Release or None
        What it brings. The versions of its zips are left out: a dry run writes no zip and can't
        know them. Keys and digests of the zips stay, which say all about their content.
    goes_back_to : Release or None
        What is brought instead if the release does not work: that is approved as well.
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
    """Say whether an approval that is asked for was given, and whether it names this plan.

    Parameters
    ----------
    given : str or None
        The digest that was approved, or its first 32 digits or more.
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
    """Return a part of a plan with one text for every version of a zip of the release."""
    if isinstance(value, dict):
        return {name: _without(versions, entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [_without(versions, entry) for entry in value]
    return VERSION if isinstance(value, str) and value in versions else value
