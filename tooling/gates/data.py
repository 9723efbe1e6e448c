"""No plan that goes by promotion removes what holds data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tooling.gates.gate import Answer, failed, passed

if TYPE_CHECKING:
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


def data(plan: Plan, *, lived_in: bool) -> Answer:
    """Say whether a plan leaves every bucket, table, key, queue and user pool where it is.

    Parameters
    ----------
    lived_in : bool
        Whether any release has worked there yet. Before, what an interrupted apply left unfinished
        may be made anew: it holds nothing.
    """
    lost = [
        f"{entry.address} ({'replaced' if entry.is_replaced else 'removed'})"
        for entry in plan.removed
        if entry.type in HOLDS_DATA and (lived_in or entry.reason != TAINTED)
    ]
    if lost:
        return failed(f"The plan takes away what holds data: {', '.join(lost)}.")
    return passed("The plan removes and replaces nothing that holds data.")
