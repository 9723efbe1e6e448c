"""Each gate lets a sound release through, and says no to exactly what it guards."""

from __future__ import annotations

import copy
import shutil
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.tooling.ledger.entries import entry, resource
from tooling.gates.drift import source_converged, target_converged
from tooling.gates.evidence import hold, smoke_evidence, soak
from tooling.gates.gate import Answer, Gate, Verdict, ask_all, passed
from tooling.gates.plan import approval, data, foundation, plan_digest, scan
from tooling.gates.source import checkout, order
from tooling.ledger.entry import Step
from tooling.packaging.platforms import lambda_platform
from tooling.releases.release import UNKNOWN_RELEASE, PublishedFunction, describe
from tooling.scanning.findings import Finding, Report
from tooling.terraform.plans import Plan
from tooling.terraform.summary import PlanSummary

if TYPE_CHECKING:
    from pathlib import Path

    from tooling.environments import Environment

OTHER = replace(UNKNOWN_RELEASE, git_commit="other")


def read(document: dict[str, Any]) -> Plan:
    return Plan.from_document(document)


def says(answer: Answer, verdict: Verdict, part: str = "") -> None:
    assert answer.verdict is verdict, answer.evidence
    assert part in answer.evidence


def test_a_gate_that_cannot_be_asked_is_an_unknown_and_the_others_are_asked_all_the_same() -> None:
    def broken() -> Answer:
        raise PermissionError("AccessDenied:\n not for you")

    findings = ask_all([Gate("first", broken), Gate("second", lambda: passed("Fine."))])
    assert [(found.gate, found.verdict) for found in findings] == [
        ("first", Verdict.UNKNOWN),
        ("second", Verdict.PASS),
    ]
    assert findings[0].evidence == "AccessDenied: not for you"
    assert not findings[0].lets_through


# Order


@pytest.fixture
def staging(dev: Environment) -> Environment:
    return dev.model_copy(update={"name": "staging", "promotes_from": "dev"})


def test_only_the_environment_before_may_promote(staging: Environment, dev: Environment) -> None:
    says(order("dev", staging), Verdict.PASS)
    says(order("staging", staging.model_copy(update={"name": "prod"})), Verdict.FAIL, "from dev")
    says(order("staging", dev), Verdict.FAIL, "from nowhere")


# Checkout


def test_an_edited_source_or_lock_is_told_with_the_commit_to_check_out(
    root: Path, tmp_path: Path
) -> None:
    terraform = tmp_path / "terraform"
    shutil.copytree(root / "terraform", terraform, ignore=shutil.ignore_patterns(".terraform"))
    commit = "abcdef0123456789"
    release = replace(
        UNKNOWN_RELEASE,
        git_commit=commit,
        terraform_digest=_digest(tmp_path),
        provider_lock_digest=_lock(tmp_path),
    )
    says(checkout(terraform, release), Verdict.PASS)
    (terraform / "README.md").write_text("changes nothing that is deployed")
    says(checkout(terraform, release), Verdict.PASS)
    main = terraform / "modules" / "table" / "main.tf"
    text = main.read_text()
    main.write_text(f"{text}# edited\n")
    says(checkout(terraform, release), Verdict.FAIL, f"commit {commit[:12]}")
    main.write_text(text)
    says(checkout(terraform, release), Verdict.PASS)
    lock = terraform / ".terraform.lock.hcl"
    lock.write_text(f"{lock.read_text()}# edited\n")
    says(checkout(terraform, release), Verdict.FAIL, "lock")


def _digest(root: Path) -> str:
    return describe(root, lambda_platform(), {}).terraform_digest


def _lock(root: Path) -> str:
    return describe(root, lambda_platform(), {}).provider_lock_digest


# Convergence

ALIAS = "module.function_api.aws_lambda_alias.live"
CONFIGURED = {
    "root_module": {
        "module_calls": {
            "function_api": {
                "module": {
                    "resources": [
                        {
                            "address": "aws_lambda_alias.live",
                            "expressions": {"function_version": {}, "description": {}},
                        }
                    ]
                }
            }
        }
    }
}


@pytest.fixture
def plan() -> dict[str, Any]:
    """A plan that renews a function's alias, of an environment that nobody has touched."""
    return {
        "configuration": CONFIGURED,
        "resource_changes": [
            resource(ALIAS, "update", before={"function_version": "1"}),
            resource("module.table.aws_dynamodb_table.this", "no-op", before={"name": "t"}),
        ],
        "resource_drift": [
            resource(
                ALIAS,
                "update",
                before={"function_version": "1", "description": None, "routing_config": None},
                after={"function_version": "1", "description": "", "routing_config": []},
            )
        ],
        "output_changes": {"functions": {"actions": ["update"], "before": 1, "after": 2}},
    }


def test_a_source_whose_plan_has_changes_is_told_with_what_would_change() -> None:
    says(source_converged("dev", PlanSummary((), ())), Verdict.PASS)
    changed = read({"resource_changes": [resource("a.b.c", "update")]}).summary
    says(source_converged("dev", changed), Verdict.FAIL, "a.b.c")
    says(source_converged("dev", PlanSummary((), ("functions",))), Verdict.PASS)


def test_what_the_release_changes_is_no_drift_nor_is_what_reads_back_empty(
    plan: dict[str, Any],
) -> None:
    says(target_converged("staging", read(plan)), Verdict.PASS)


def test_an_attribute_that_other_hands_have_changed_is_drift(plan: dict[str, Any]) -> None:
    plan["resource_drift"][0]["change"]["after"]["function_version"] = "2"
    says(target_converged("staging", read(plan)), Verdict.FAIL, f"{ALIAS} (function_version)")


@pytest.mark.parametrize("attribute", ["version", "code_sha256"])
def test_code_that_was_published_by_hand_is_drift_though_no_source_sets_it(
    plan: dict[str, Any], attribute: str
) -> None:
    function = "module.function_api.aws_lambda_function.this"
    found = {"before": {attribute: "1"}, "after": {attribute: "2"}}
    plan["resource_drift"] = [resource(function, "update", **found)]
    says(target_converged("staging", read(plan)), Verdict.FAIL, f"{function} ({attribute})")
    says(target_converged("staging", read(plan), half_applied=True), Verdict.PASS)


def test_a_resource_that_is_gone_is_drift(plan: dict[str, Any]) -> None:
    plan["resource_drift"][0]["change"]["actions"] = ["delete"]
    says(target_converged("staging", read(plan)), Verdict.FAIL, f"{ALIAS} (gone)")


def test_an_environment_that_was_never_deployed_has_no_drift() -> None:
    new = {"resource_changes": [resource(ALIAS, "create")]}
    says(target_converged("staging", read(new)), Verdict.PASS, "never deployed")


# Evidence of the smoke test


def test_the_newest_smoke_test_must_be_of_this_release_and_passed() -> None:
    good = entry(Step.SMOKE_PASSED)
    says(smoke_evidence("dev", [good, entry(Step.FINISHED)], UNKNOWN_RELEASE), Verdict.PASS)
    says(smoke_evidence("dev", [], UNKNOWN_RELEASE), Verdict.FAIL, "nox -s smoke -- dev")
    says(smoke_evidence("dev", [good], OTHER), Verdict.FAIL, UNKNOWN_RELEASE.id[:12])
    failed = entry(Step.SMOKE_FAILED, 1)
    says(smoke_evidence("dev", [good, failed], UNKNOWN_RELEASE), Verdict.FAIL, "failed")


@pytest.mark.parametrize("step", [Step.APPLYING, Step.RETURNING])
def test_an_environment_that_is_being_changed_has_no_evidence(step: Step) -> None:
    good, begun = entry(Step.SMOKE_PASSED), entry(step, 1)
    answer = smoke_evidence("dev", [good, begun, entry(Step.FAILED, 2)], UNKNOWN_RELEASE)
    says(answer, Verdict.FAIL, "anna@here began to change dev at 2026-01-01T12:01:00+00:00")
    says(smoke_evidence("dev", [begun, good], UNKNOWN_RELEASE), Verdict.PASS)


@pytest.mark.parametrize(
    ("entries", "verdict"),
    [
        ([], Verdict.FAIL),
        ([entry(Step.SMOKE_PASSED, 0)], Verdict.PASS),
        ([entry(Step.SMOKE_PASSED, 1)], Verdict.FAIL),
        ([entry(Step.SMOKE_PASSED, 0), entry(Step.SMOKE_PASSED, 29)], Verdict.PASS),
        (
            [
                entry(Step.SMOKE_PASSED, 0),
                entry(Step.SMOKE_FAILED, 10),
                entry(Step.SMOKE_PASSED, 11),
            ],
            Verdict.FAIL,
        ),
        (
            [
                entry(Step.SMOKE_PASSED, 0),
                entry(Step.APPLIED, 10, release=OTHER),
                entry(Step.SMOKE_PASSED, 11),
            ],
            Verdict.FAIL,
        ),
        (
            [
                entry(Step.SMOKE_PASSED, 0),
                entry(Step.APPLYING, 10, release=OTHER),
                entry(Step.SMOKE_PASSED, 11),
            ],
            Verdict.FAIL,
        ),
    ],
    ids=[
        "none",
        "old enough",
        "too young",
        "since the first",
        "failed between",
        "other between",
        "other begun between",
    ],
)
def test_a_release_must_have_worked_long_enough_without_a_break(
    entries: list[Any], verdict: Verdict
) -> None:
    half_past = datetime(2026, 1, 1, 12, 30, tzinfo=UTC)
    says(soak("dev", entries, UNKNOWN_RELEASE, 30, half_past), verdict)
    says(soak("dev", entries, UNKNOWN_RELEASE, 0, half_past), Verdict.PASS)


def test_a_release_that_is_too_young_is_told_when_it_may_go_on() -> None:
    now = datetime(2026, 1, 1, 12, 10, tzinfo=UTC)
    answer = soak("dev", [entry(Step.SMOKE_PASSED, 5)], UNKNOWN_RELEASE, 30, now)
    says(answer, Verdict.FAIL, "5 minutes of 30; it may go on 2026-01-01T12:35:00")


# Scan

REPORT = Report("plan of staging", 107, (), (), ())


def test_a_finding_or_a_skip_without_a_reason_stops() -> None:
    says(scan(REPORT), Verdict.PASS, "107")
    says(scan(None), Verdict.PASS, "nothing to apply")
    found = replace(REPORT, failed=(Finding("CKV_AWS_27", "encrypted?", "q", ""),))
    says(scan(found), Verdict.FAIL, "CKV_AWS_27")
    skipped = replace(REPORT, skipped=(Finding("CKV_AWS_28", "backed up?", "t", ""),))
    says(scan(skipped), Verdict.FAIL, "CKV_AWS_28")
    says(scan(replace(REPORT, passed=0)), Verdict.FAIL, "nothing was checked")


# Data


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
    says(data(read(plan), lived_in=True), Verdict.PASS)
    plan["resource_changes"].append(resource(f"module.x.{kind}.this", *actions))
    says(data(read(plan), lived_in=True), Verdict.FAIL, f"module.x.{kind}.this")


def test_what_holds_no_data_may_be_replaced_and_data_may_be_changed(plan: dict[str, Any]) -> None:
    plan["resource_changes"] += [
        resource("module.api.aws_apigatewayv2_route.this", "delete", "create"),
        resource("module.table.aws_dynamodb_table.this", "update"),
    ]
    says(data(read(plan), lived_in=True), Verdict.PASS)


def test_what_an_interrupted_first_apply_left_unfinished_may_be_made_anew(
    plan: dict[str, Any],
) -> None:
    key = resource("module.encryption.aws_kms_key.this", "delete", "create")
    plan["resource_changes"].append(key | {"action_reason": "replace_because_tainted"})
    says(data(read(plan), lived_in=False), Verdict.PASS)
    says(data(read(plan), lived_in=True), Verdict.FAIL)
    plan["resource_changes"][-1]["action_reason"] = "replace_because_cannot_update"
    says(data(read(plan), lived_in=False), Verdict.FAIL)


# Hold


def test_a_hold_stops_until_it_is_lifted() -> None:
    held = entry(Step.HOLD_SET)
    says(hold("prod", []), Verdict.PASS)
    says(hold("prod", [held, entry(Step.FINISHED)]), Verdict.FAIL, "nox -s release-hold -- prod")
    says(hold("prod", [held, entry(Step.HOLD_LIFTED)]), Verdict.PASS)
    says(hold("prod", [held, entry(Step.HOLD_LIFTED), held]), Verdict.FAIL)


# Approval


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


# Foundation


def test_buckets_that_are_there_lose_nothing() -> None:
    added = {"resource_changes": [resource("aws_s3_bucket_policy.state", "update")]}
    says(foundation(read(added), lived_in=True), Verdict.PASS)
    for actions in (("delete",), ("delete", "create")):
        lost = {"resource_changes": [resource("aws_s3_bucket_versioning.state", *actions)]}
        says(foundation(read(lost), lived_in=True), Verdict.FAIL, "aws_s3_bucket_versioning.state")
        says(foundation(read(lost), lived_in=False), Verdict.PASS)
