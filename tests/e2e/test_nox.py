"""Through nox standard output is the command's own, so that a script can read it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_a_document_comes_through_nox_alone_on_standard_output(tmp_path: Path) -> None:
    completed = subprocess.run(
        [sys.executable, "-m", "nox", "-s", "inspect", "--", "--json", str(ROOT / "README.md")],
        cwd=ROOT,
        env={**os.environ, "MEDIA_STATE_DIR": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert json.loads(completed.stdout)["reason"] == "unsupported_format", completed.stderr
    assert "nox >" in completed.stderr


def test_what_went_wrong_does_not(tmp_path: Path) -> None:
    completed = subprocess.run(
        [sys.executable, "-m", "nox", "-s", "outputs", "--", "nowhere", "--json"],
        cwd=ROOT,
        env={**os.environ, "MEDIA_STATE_DIR": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode != 0
    assert completed.stdout == ""
    assert "no environment called 'nowhere'" in completed.stderr
