"""No plan that goes by promotion removes what holds data."""

from __future__ import annotations

from typing import Any

from tooling.gates.gate import Answer, failed, passed

# A queue's messages are uploads that are still to be processed.
HOLDS_DATA = (
    "aws_cognito_user_pool",
    "aws_dynamodb_table",
    "aws_kms_key",
    "aws_s3_bucket",
    "aws_sqs_queue",
)


TAINTED = "replace_because_tainted"


def data(plan: dict[str, Any], *, lived_in: bool) -> Answer:
    """Say whether a plan leaves every bucket, table, key, queue and user pool where it is.

    Parameters
    ----------
    lived_in : bool
        Whether any release has worked there yet. Before, what an interrupted apply left unfinished
        may be made anew: it holds nothing.
    """
    lost = [
        f"{entry['address']} ({'replaced' if 'create' in actions else 'removed'})"
        for entry in plan.get("resource_changes", [])
        if entry["type"] in HOLDS_DATA
        and "delete" in (actions := entry["change"]["actions"])
        and (lived_in or entry.get("action_reason") != TAINTED)
    ]
    if lost:
        return failed(f"The plan takes away what holds data: {', '.join(lost)}.")
    return passed("The plan removes and replaces nothing that holds data.")
