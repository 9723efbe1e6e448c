"""The API reference in a browser."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tooling.console import Screen
from tooling.reference.page import render_reference
from tooling.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
# One that tries to reach the network does so in vain: the page must not need it.
OFFLINE = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
    "--host-resolver-rules=MAP * ~NOTFOUND",
)


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium, such as Debian's chromium")
def test_every_operation_is_on_the_page(tmp_path: Path) -> None:
    checkout = Workspace.from_process()
    page = render_reference(
        Workspace(root=checkout.root, state=tmp_path, cache=checkout.cache),
        Screen(json_wanted=True),
    )
    shown = subprocess.run(
        [
            *(str(CHROMIUM), *OFFLINE, f"--user-data-dir={tmp_path / 'profile'}"),
            *("--virtual-time-budget=20000", "--dump-dom", page.as_uri()),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    ).stdout
    body = shown[shown.index('<div id="reference">') :].partition("<script")[0]
    document = json.loads((checkout.root / "docs" / "openapi.json").read_text(encoding="utf-8"))
    summaries = [
        operation["summary"] for path in document["paths"].values() for operation in path.values()
    ]
    assert len(summaries) > 5
    assert [summary for summary in summaries if summary not in body] == []
