"""The scan says no to a finding, to a skip without a reason, to a plan that is not clean."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Checkout

OPEN_QUEUE = 'resource "aws_sqs_queue" "open" {\n  name = "open"\n}\n'
SKIPPED_QUEUE = (
    'resource "aws_sqs_queue" "open" {\n  #checkov:skip=CKV_AWS_27\n  name = "open"\n}\n'
)


@contextmanager
def added(checkout: Checkout, text: str) -> Iterator[Path]:
    path = checkout.folder / "terraform" / "added.tf"
    path.write_text(text, encoding="utf-8")
    try:
        yield path
    finally:
        path.unlink()


def test_the_shipped_sources_and_plans_are_clean_and_leave_sarif(checkout: Checkout) -> None:
    printed = checkout.run("scan")
    assert {"plan of dev", "plan of prod", "plan of staging", "Terraform sources"} <= set(
        re.findall(r"plan of \w+|Terraform sources", printed)
    )
    for name in ("sources", "dev", "prod", "staging"):
        path = checkout.folder / "results" / "scan" / f"{name}.sarif"
        document = json.loads(path.read_text(encoding="utf-8"))
        assert document["version"] == "2.1.0"
        assert document["runs"]


def test_a_finding_fails_the_scan_and_is_shown(checkout: Checkout) -> None:
    with added(checkout, OPEN_QUEUE):
        printed = checkout.run("scan", "dev", code=1)
    assert "CKV_AWS_27" in printed
    assert "aws_sqs_queue.open" in printed
    assert "The scan is not clean" in printed
    sarif = (checkout.folder / "results" / "scan" / "sources.sarif").read_text(encoding="utf-8")
    assert "CKV_AWS_27" in sarif


def test_a_skip_without_a_reason_fails_the_scan(checkout: Checkout) -> None:
    with added(checkout, SKIPPED_QUEUE):
        printed = checkout.run("scan", "dev", code=1)
    assert "skipped without a reason" in printed
    assert "1 skips without a reason" in printed


def test_a_plan_with_findings_is_not_applied(dev: Checkout) -> None:
    with added(dev, OPEN_QUEUE):
        printed = dev.run("deploy", "dev", code=1)
    assert "The plan of dev has findings; nothing was applied" in printed
    assert "==> Apply" not in printed


def test_a_wrong_source_is_told_in_terraforms_words(dev: Checkout) -> None:
    with added(dev, 'output "x" {\n  value = module.nowhere.y\n}\n'):
        printed = dev.run("deploy", "dev", code=1)
    assert "Reference to undeclared module" in printed
    assert "added.tf:2" in printed
