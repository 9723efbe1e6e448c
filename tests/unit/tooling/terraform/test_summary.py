"""A plan is summed up by what it does, not by the raw dump."""

from __future__ import annotations

from typing import Any

from tooling.terraform.plans import Plan
from tooling.terraform.summary import Action, PlanSummary


def change(address: str, *actions: str, **more: object) -> dict[str, Any]:
    kind = address.split(".")[-2]
    return {"address": address, "type": kind, "change": {"actions": list(actions), **more}}


def summed_up(document: dict[str, Any]) -> PlanSummary:
    return Plan.from_document(document).summary


def test_counts_and_rows_name_what_is_touched() -> None:
    summary = summed_up(
        {
            "resource_changes": [
                change("module.table.aws_dynamodb_table.this", "create"),
                change('module.f["a.b"].aws_iam_role.this', "create"),
                change("aws_s3_bucket.state", "no-op"),
                change("data.aws_x.y", "read"),
                change(
                    "module.bucket.aws_s3_bucket.this",
                    "update",
                    before={"tags": {}, "arn": "a"},
                    after={"tags": {"a": 1}, "arn": "a"},
                    after_unknown={"etag": True},
                ),
                change("module.x.aws_y.z", "delete", "create", before={"id": 1}, after={"id": 2}),
                change("module.table.aws_old.this", "delete"),
            ],
            "output_changes": {"a": {"actions": ["update"]}, "b": {"actions": ["no-op"]}},
        }
    )
    assert summary.counts() == "2 to create, 1 to update, 1 to replace, 1 to delete"
    assert summary.rows() == [
        ("create", "table: aws_dynamodb_table.this"),
        ("create", 'f["a.b"]: aws_iam_role.this'),
        (
            "update",
            (
                "module.bucket.aws_s3_bucket.this\n"
                "  etag: (none) -> (known after apply)\n"
                "  tags.a: (none) -> 1"
            ),
        ),
        ("replace", "module.x.aws_y.z\n  id: 1 -> 2"),
        ("delete", "table: aws_old.this"),
    ]
    assert [str(entry) for entry in summary.changes[2:4]] == [
        "module.bucket.aws_s3_bucket.this (etag, tags)",
        "module.x.aws_y.z (id)",
    ]
    assert summary.outputs == ("a",)


def test_an_adoption_without_changes_is_an_import() -> None:
    summary = summed_up(
        {"resource_changes": [change("aws_s3_bucket.state", "no-op", importing={"id": "b"})]}
    )
    assert [entry.action for entry in summary.changes] == [Action.IMPORT]


def test_an_empty_plan_says_no_changes() -> None:
    assert summed_up({}).counts() == "no changes"
    assert summed_up({}).rows() == []


def test_outputs_alone_are_a_change() -> None:
    document = {"output_changes": {"release": {"actions": ["update"]}}}
    assert summed_up(document).counts() == "1 outputs to change"
