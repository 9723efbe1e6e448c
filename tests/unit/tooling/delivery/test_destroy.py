"""What is deployed decides whether it may be destroyed, not what the file says by now."""

from __future__ import annotations

from typing import Any

import pytest

from tooling.delivery.destroy import protected_resources
from tooling.terraform.plans import Plan
from tooling.terraform.resource_change import ResourceChange


def plan(kind: str, before: dict[str, Any] | None) -> Plan:
    change = {"actions": ["delete"], "before": before}
    return Plan((ResourceChange("module.x.this", kind, change),))


@pytest.mark.parametrize(
    ("kind", "before"),
    [
        ("aws_dynamodb_table", {"deletion_protection_enabled": True}),
        ("aws_cognito_user_pool", {"deletion_protection": "ACTIVE"}),
        ("aws_s3_bucket", {"force_destroy": False}),
    ],
)
def test_what_is_deployed_with_protection_is_named(kind: str, before: dict[str, Any]) -> None:
    assert protected_resources(plan(kind, before)) == ["module.x.this"]


@pytest.mark.parametrize(
    ("kind", "before"),
    [
        ("aws_dynamodb_table", {"deletion_protection_enabled": False}),
        ("aws_cognito_user_pool", {"deletion_protection": "INACTIVE"}),
        ("aws_s3_bucket", {"force_destroy": True}),
        ("aws_sqs_queue", {"force_destroy": False}),
        ("aws_sqs_queue", None),
    ],
)
def test_what_is_not_protected_is_not(kind: str, before: dict[str, Any] | None) -> None:
    assert protected_resources(plan(kind, before)) == []
