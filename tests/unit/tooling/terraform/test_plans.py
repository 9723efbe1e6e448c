"""A plan's document is read once, into what gates and rollouts ask of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.tooling.ledger.entries import resource
from tooling.terraform.plans import Plan

if TYPE_CHECKING:
    from tooling.terraform.resource_change import ResourceChange

DOCUMENT = {
    "resource_changes": [
        resource("module.table.aws_dynamodb_table.this", "no-op", before={"name": "t"}),
        resource("data.aws_caller_identity.this", "read"),
        resource("module.bucket.aws_s3_bucket.this", "create"),
        resource("module.api.aws_lambda_alias.live", "update", after_unknown={"version": True}),
        resource("module.a.aws_sqs_queue.this", "create", "delete"),
        resource("module.b.aws_sqs_queue.this", "delete"),
    ],
    "resource_drift": [resource("module.api.aws_lambda_alias.live", "delete")],
    "output_changes": {"b": {"actions": ["update"]}, "a": {"actions": ["no-op"]}},
    "configuration": {
        "root_module": {
            "variables": {"secret": {"sensitive": True}},
            "resources": [{"address": "aws_x.y", "expressions": {"name": {}}}],
        }
    },
    "variables": {"project": {"value": "media"}, "secret": {"value": "s"}},
}


def addresses(entries: tuple[ResourceChange, ...]) -> list[str]:
    return [entry.address.split(".")[1] for entry in entries]


def test_what_is_changed_and_what_goes_are_told_apart() -> None:
    plan = Plan.from_document(DOCUMENT)
    assert addresses(plan.changed) == ["bucket", "api", "a", "b"]
    assert addresses(plan.removed) == ["a", "b"]
    assert [entry.is_replaced for entry in plan.removed] == [True, False]
    assert [entry.exists for entry in plan.resources] == [True, True, False, True, True, True]
    assert plan.resources[3].unknown == {"version": True}
    assert addresses(plan.drift) == ["api"]


def test_outputs_settings_and_what_the_sources_set_are_read_too() -> None:
    plan = Plan.from_document(DOCUMENT)
    assert list(plan.outputs) == ["b"]
    assert plan.settings == (("project", '"media"'), ("secret", "(sensitive)"))
    assert plan.configured == {"aws_x.y": {"name"}}


def test_a_plan_without_content_changes_nothing() -> None:
    assert Plan() == Plan.from_document({})
    assert Plan().summary.empty
