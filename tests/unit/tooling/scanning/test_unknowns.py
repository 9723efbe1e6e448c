"""Only what the sources set counts as set, whether it is known yet or not."""

from __future__ import annotations

from typing import Any

from tooling.scanning.unknowns import without_unset


def plan(address: str, unknown: dict[str, Any]) -> dict[str, Any]:
    queue = {"address": "aws_sqs_queue.this", "expressions": {"kms_master_key_id": {}}}
    inner = {"resources": [queue]}
    return {
        "configuration": {
            "root_module": {
                "resources": [queue],
                "module_calls": {"a": {"module": {"module_calls": {"b": {"module": inner}}}}},
            }
        },
        "resource_changes": [{"address": address, "change": {"after_unknown": unknown}}],
    }


def unknown_after(document: dict[str, Any]) -> dict[str, Any]:
    [entry] = without_unset(document)["resource_changes"]
    result: dict[str, Any] = entry["change"]["after_unknown"]
    return result


UNKNOWN = {"kms_master_key_id": True, "sqs_managed_sse_enabled": True, "id": True}


def test_what_is_set_to_something_unknown_stays() -> None:
    assert unknown_after(plan("aws_sqs_queue.this", UNKNOWN)) == {"kms_master_key_id": True}


def test_a_resource_is_found_in_modules_with_and_without_an_index() -> None:
    for address in (
        "module.a.module.b.aws_sqs_queue.this",
        'module.a["x.y"].module.b[0].aws_sqs_queue.this["]"]',
    ):
        assert unknown_after(plan(address, UNKNOWN)) == {"kms_master_key_id": True}


def test_a_resource_that_is_not_configured_has_nothing_set() -> None:
    assert unknown_after(plan("aws_sqs_queue.gone", UNKNOWN)) == {}


def test_the_plan_itself_is_left_as_it_is() -> None:
    document = plan("aws_sqs_queue.this", dict(UNKNOWN))
    without_unset(document)
    assert document["resource_changes"][0]["change"]["after_unknown"] == UNKNOWN
