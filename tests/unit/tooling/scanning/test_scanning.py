"""What checkov says is read strictly: nothing checked, or a skip without a reason, is not clean."""

from __future__ import annotations

from typing import Any

from tooling.scanning.findings import Report
from tooling.scanning.gate import describe_faults


def entry(check_id: str, result: str, comment: str | None = None) -> dict[str, Any]:
    outcome = {"result": result}
    if comment is not None:
        outcome["suppress_comment"] = comment
    return {
        "check_id": check_id,
        "check_name": "A name",
        "resource": "aws_s3_bucket.this",
        "file_path": "/main.tf",
        "file_line_range": [3, 9],
        "check_result": outcome,
    }


def report(
    passed: int = 1, failed: list[Any] | None = None, skipped: list[Any] | None = None
) -> Report:
    results = {
        "passed_checks": [entry(f"P{i}", "PASSED") for i in range(passed)],
        "failed_checks": failed or [],
        "skipped_checks": skipped or [],
        "parsing_errors": [],
    }
    return Report.from_document("sources", {"results": results})


def test_passes_alone_are_clean() -> None:
    assert report().clean


def test_a_finding_is_not_clean_and_says_where() -> None:
    found = report(failed=[entry("CKV_AWS_18", "FAILED")])
    assert not found.clean
    assert found.failed[0].place == "main.tf:3"
    assert "1 findings" in describe_faults(found)


def test_a_skip_with_its_reason_is_clean() -> None:
    found = report(skipped=[entry("CKV_AWS_18", "SKIPPED", "logs of logs have no end")])
    assert found.clean
    assert found.skipped[0].reason == "logs of logs have no end"


def test_a_skip_without_a_reason_is_not_clean() -> None:
    for comment in (None, "", "No comment provided"):
        found = report(skipped=[entry("CKV_AWS_18", "SKIPPED", comment)])
        assert not found.clean
        assert "1 skips without a reason" in describe_faults(found)


def test_a_scan_that_checked_nothing_is_not_clean() -> None:
    found = Report.from_document("sources", {"passed": 0, "failed": 0})
    assert not found.clean
    assert "nothing was checked" in describe_faults(found)


def test_a_file_that_could_not_be_read_is_not_clean() -> None:
    results = {
        "passed_checks": [entry("P", "PASSED")],
        "failed_checks": [],
        "skipped_checks": [],
        "parsing_errors": ["/broken.tf"],
    }
    assert not Report.from_document("sources", [{"results": results}]).clean
