"""Changes outside Terraform are drift; what a release or its settings change is not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.tooling.gates.answers import ALIAS, says
from tests.unit.tooling.ledger.entries import resource
from tooling.gates.drift import source_converged, target_converged
from tooling.gates.gate import Verdict
from tooling.terraform.plans import Plan
from tooling.terraform.summary import PlanSummary


def read(document: dict[str, Any]) -> Plan:
    return Plan.from_document(document)


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
    function = 'module.function["api"].aws_lambda_function.this'
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
