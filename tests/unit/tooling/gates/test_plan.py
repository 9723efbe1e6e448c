"""A plan is clean, takes no data away, and is the one that was approved."""

from __future__ import annotations

import copy
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.tooling.gates.answers import says
from tests.unit.tooling.ledger.entries import resource
from tooling.gates.gate import Verdict
from tooling.gates.plan import approval, data, foundation, plan_digest, scan
from tooling.releases.release import UNKNOWN_RELEASE, PublishedFunction
from tooling.scanning.findings import Finding, Report
from tooling.terraform.plans import Plan

if TYPE_CHECKING:
    from tooling.environments import Environment


def read(document: dict[str, Any]) -> Plan:
    return Plan.from_document(document)


REPORT = Report("plan of staging", 107, (), (), ())


def test_a_finding_or_a_skip_without_a_reason_stops() -> None:
    says(scan(REPORT), Verdict.PASS, "107")
    says(scan(None), Verdict.PASS, "nothing to apply")
    found = replace(REPORT, failed=(Finding("CKV_AWS_27", "encrypted?", "q", ""),))
    says(scan(found), Verdict.FAIL, "CKV_AWS_27")
    skipped = replace(REPORT, skipped=(Finding("CKV_AWS_28", "backed up?", "t", ""),))
    says(scan(skipped), Verdict.FAIL, "CKV_AWS_28")
    says(scan(replace(REPORT, passed=0)), Verdict.FAIL, "nothing was checked")


@pytest.mark.parametrize("actions", [("delete",), ("delete", "create"), ("create", "delete")])
@pytest.mark.parametrize(
    "kind",
    [
        "aws_s3_bucket",
        "aws_dynamodb_table",
        "aws_kms_key",
        "aws_cognito_user_pool",
        "aws_sqs_queue",
    ],
)
def test_a_plan_that_takes_data_away_stops(
    plan: dict[str, Any], kind: str, actions: tuple[str, ...]
) -> None:
    says(data(read(plan), in_use=True), Verdict.PASS)
    plan["resource_changes"].append(resource(f"module.x.{kind}.this", *actions))
    says(data(read(plan), in_use=True), Verdict.FAIL, f"module.x.{kind}.this")


def test_what_holds_no_data_may_be_replaced_and_data_may_be_changed(plan: dict[str, Any]) -> None:
    plan["resource_changes"] += [
        resource("module.api.aws_apigatewayv2_route.this", "delete", "create"),
        resource("module.table.aws_dynamodb_table.this", "update"),
    ]
    says(data(read(plan), in_use=True), Verdict.PASS)


def test_what_an_interrupted_first_apply_left_unfinished_may_be_made_anew(
    plan: dict[str, Any],
) -> None:
    key = resource("module.encryption.aws_kms_key.this", "delete", "create")
    plan["resource_changes"].append(key | {"action_reason": "replace_because_tainted"})
    says(data(read(plan), in_use=False), Verdict.PASS)
    says(data(read(plan), in_use=True), Verdict.FAIL)
    plan["resource_changes"][-1]["action_reason"] = "replace_because_cannot_update"
    says(data(read(plan), in_use=False), Verdict.FAIL)


def test_an_approval_names_the_plan_that_was_shown(
    staging: Environment, plan: dict[str, Any]
) -> None:
    digest = plan_digest("staging", read(plan))
    says(approval(staging, digest, None), Verdict.PASS, "asks for none")
    says(approval(staging, digest, "f" * 64), Verdict.FAIL, "ffffffffffff")
    asking = staging.model_copy(update={"approval": True})
    says(approval(asking, digest, None), Verdict.FAIL, digest)
    says(approval(asking, digest, digest), Verdict.PASS)
    says(approval(asking, digest, digest[:32].upper()), Verdict.PASS)
    says(approval(asking, digest, digest[:31]), Verdict.FAIL, "too short")
    says(approval(asking, digest, "f" * 64), Verdict.FAIL, "ffffffffffff")


def test_the_same_plan_made_again_has_the_same_digest(plan: dict[str, Any]) -> None:
    again = copy.deepcopy(plan) | {"timestamp": "later", "resource_drift": [], "prior_state": {}}
    assert plan_digest("staging", read(again)) == plan_digest("staging", read(plan))


def test_a_plan_that_does_anything_else_has_another_digest(plan: dict[str, Any]) -> None:
    changed = [copy.deepcopy(plan) for _ in range(4)]
    changed[0]["resource_changes"][0]["change"]["after"]["function_version"] = "9"
    changed[1]["resource_changes"][1]["change"]["actions"] = ["delete"]
    changed[2]["output_changes"]["functions"]["after"] = 3
    changed[3]["resource_changes"].append(resource("a.b.c", "create"))
    digests = {plan_digest("staging", read(each)) for each in [plan, *changed]}
    digests.add(plan_digest("prod", read(plan)))
    assert len(digests) == 6


def test_an_approval_covers_what_is_brought_if_the_release_does_not_work(
    plan: dict[str, Any],
) -> None:
    other = replace(UNKNOWN_RELEASE, git_commit="other")
    digests = {plan_digest("staging", read(plan), goes_back_to=to) for to in (None, other)}
    digests.add(plan_digest("staging", read(plan), goes_back_to=UNKNOWN_RELEASE))
    assert len(digests) == 3


def test_a_plan_has_the_same_digest_before_its_zips_are_there(plan: dict[str, Any]) -> None:
    def digest(version: str, sha256: str = "a" * 64) -> str:
        zipped = PublishedFunction(f"functions/api/{sha256}.zip", version, sha256)
        made = copy.deepcopy(plan)
        made["resource_changes"][0]["change"]["after"] |= {
            "s3_key": zipped.key,
            "s3_object_version": zipped.version_id,
        }
        made["output_changes"]["release"] = {"actions": ["update"], "after": asdict(zipped)}
        release = replace(UNKNOWN_RELEASE, functions={"api": zipped})
        return plan_digest("staging", read(made), release=release)

    assert digest("not-carried") == digest("3HL4kqtJlcpXroDTDmJrmSpXd3dIbrHY")
    assert digest("not-carried") != digest("not-carried", "b" * 64)


def test_buckets_that_are_there_lose_nothing() -> None:
    added = {"resource_changes": [resource("aws_s3_bucket_policy.state", "update")]}
    says(foundation(read(added), in_use=True), Verdict.PASS)
    for actions in (("delete",), ("delete", "create")):
        lost = {"resource_changes": [resource("aws_s3_bucket_versioning.state", *actions)]}
        says(foundation(read(lost), in_use=True), Verdict.FAIL, "aws_s3_bucket_versioning.state")
        says(foundation(read(lost), in_use=False), Verdict.PASS)
