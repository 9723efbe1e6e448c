"""Every skip of the scanner has its reason in the line and stands in docs/security.md."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIP = re.compile(r"#\s*checkov:skip=(\w+):?(.*)")


def skips() -> set[tuple[str, str]]:
    return {
        (check, reason.strip())
        for path in (ROOT / "terraform").rglob("*.tf")
        for check, reason in SKIP.findall(path.read_text(encoding="utf-8"))
    }


def test_there_are_skips_to_look_at() -> None:
    assert skips()


def test_each_has_its_reason_in_the_line() -> None:
    assert {check for check, reason in skips() if len(reason.split()) < 3} == set()


def test_each_stands_on_the_security_page_with_its_reason_and_no_other() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    assert {reason for _, reason in skips() if f"| {reason} |" not in page} == set()
    listed = set(re.findall(r"^\| (CKV2?_AWS_\d+) ", page, re.MULTILINE))
    assert listed == {check for check, _ in skips()}
