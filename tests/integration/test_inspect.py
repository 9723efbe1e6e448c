"""``inspect`` on the command line, with the packages of the zip: nothing is deployed or started."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
TOLD = ("status", "reason", "format", "width", "height", "frames")


def inspect(*arguments: object, state: Path) -> subprocess.CompletedProcess[str]:
    completed = subprocess.run(
        [sys.executable, "-m", "tooling", "inspect", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "MEDIA_STATE_DIR": str(state)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in completed.stderr
    assert not state.exists(), "inspect needs neither emulator nor state"
    return completed


def lines(completed: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in completed.stdout.splitlines()]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two images, one of them in a folder, and a page that calls itself an image."""
    folder = tmp_path / "images"
    (folder / "sub").mkdir(parents=True)
    Image.new("RGB", (2000, 1000), "teal").save(folder / "wide.jpg")
    Image.new("RGBA", (30, 40), (9, 9, 9, 9)).save(folder / "sub" / "-small.png")
    (folder / "page.jpg").write_text("<html>")
    return folder


def test_every_file_of_a_folder_is_a_line(folder: Path, state: Path) -> None:
    completed = inspect("--json", folder, state=state)
    assert completed.returncode == 0, completed.stderr
    page, small, wide = lines(completed)
    assert small["file"] == str(folder / "sub" / "-small.png")
    assert {name: wide[name] for name in TOLD} == {
        "status": "ready",
        "reason": None,
        "format": "jpeg",
        "width": 2000,
        "height": 1000,
        "frames": 1,
    }
    assert [(made["name"], made["width"]) for made in wide["renditions"]] == [
        *(("thumb", 256), ("small", 640), ("large", 1600))
    ]
    assert wide["milliseconds"] > 0
    assert (page["status"], page["reason"]) == ("rejected", "unsupported_format")


def test_a_missing_file_is_reported_after_the_others_were_inspected(
    folder: Path, state: Path
) -> None:
    completed = inspect("--json", "nowhere.jpg", folder / "wide.jpg", state=state)
    assert completed.returncode == 1
    assert "nowhere.jpg: No such file or directory" in completed.stderr
    assert "1 of 2 files could not be inspected" in completed.stderr
    assert [line["status"] for line in lines(completed)] == ["ready"]


def test_a_table_is_printed_for_a_person(folder: Path, state: Path) -> None:
    completed = inspect(folder, state=state)
    assert completed.returncode == 0, completed.stderr
    head, *rows = completed.stdout.splitlines()
    assert head.split()[:3] == ["status", "reason", "format"]
    assert [row.split()[0] for row in rows] == ["rejected", "ready", "ready"]


def test_an_unknown_environment_is_reported(folder: Path, state: Path) -> None:
    completed = inspect(folder, "--environment", "nowhere", state=state)
    assert completed.returncode == 1
    assert "There is no environment called 'nowhere'" in completed.stderr


def test_the_corpus_ends_as_its_manifest_says(state: Path) -> None:
    if not CORPUS.is_dir():
        pytest.skip("the corpus is not beside the checkout, at ../shared/corpus")
    manifest = json.loads((CORPUS / "manifest.json").read_text(encoding="utf-8"))
    completed = inspect("--json", *(CORPUS / entry["file"] for entry in manifest), state=state)
    assert completed.returncode == 0, completed.stderr
    for entry, line in zip(manifest, lines(completed), strict=True):
        names = TOLD if entry["status"] == "ready" else ("status", "reason")
        assert {name: line[name] for name in names} == {name: entry.get(name) for name in names}
