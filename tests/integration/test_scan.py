"""The scan fails on a finding, on a skip without a reason, and on a plan with findings."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Checkout

OPEN_QUEUE = 'resource "aws_sqs_queue" "open" {\n  name = "open"\n}\n'
SKIPPED_QUEUE = (
    'resource "aws_sqs_queue" "skipped" {\n  #checkov:skip=CKV_AWS_27\n  name = "skipped"\n}\n'
)


@contextmanager
def added(checkout: Checkout, text: str) -> Iterator[Path]:
    path = checkout.folder / "terraform" / "added.tf"
    path.write_text(text, encoding="utf-8")
    try:
        yield path
    finally:
        path.unlink()


def test_a_finding_and_a_skip_without_a_reason_fail_the_scan_and_are_shown(
    checkout: Checkout,
) -> None:
    with added(checkout, OPEN_QUEUE + SKIPPED_QUEUE):
        printed = checkout.run("scan", "dev", code=1)
    assert "CKV_AWS_27" in printed
    assert "aws_sqs_queue.open" in printed
    assert "skipped without a reason" in printed
    assert "The scan is not clean" in printed
    assert "Terraform sources: 1 findings, 1 skips without a reason" in printed
    assert "plan of dev: 1 findings, 1 skips without a reason" in printed
    assert "Plan of github" in printed
    assert "plan of github:" not in printed
    for name in ("sources", "dev"):
        path = checkout.folder / "results" / "scan" / f"{name}.sarif"
        document = json.loads(path.read_text(encoding="utf-8"))
        assert document["version"] == "2.1.0"
        assert "CKV_AWS_27" in {result["ruleId"] for result in document["runs"][0]["results"]}


def test_a_plan_with_findings_is_not_applied(dev: Checkout) -> None:
    with added(dev, OPEN_QUEUE):
        printed = dev.run("deploy", "dev", code=1)
    assert "The plan of dev has findings; nothing was applied" in printed
    assert "==> Apply" not in printed


def test_an_invalid_source_is_reported_in_the_words_of_terraform(dev: Checkout) -> None:
    with added(dev, 'output "x" {\n  value = module.nowhere.y\n}\n'):
        printed = dev.run("deploy", "dev", code=1)
    assert "Reference to undeclared module" in printed
    assert "added.tf:2" in printed
