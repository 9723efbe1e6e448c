"""A foreseeable fault ends in a sentence, a reason, a remedy and an exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


def run(root: Path, state: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tooling", *arguments],
        cwd=root,
        env={**os.environ, "MEDIA_STATE_DIR": str(state)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_unknown_environment_is_no_traceback(root: Path, tmp_path: Path) -> None:
    completed = run(root, tmp_path, "deploy", "nowhere")
    assert completed.returncode == 1
    assert "Failed: There is no environment called 'nowhere'." in completed.stderr
    assert "What to do:" in completed.stderr
    assert "Traceback" not in completed.stderr


@pytest.mark.parametrize("arguments", [["deploy"], ["nonsense"], ["deploy", "dev", "--what"]])
def test_a_wrong_command_line_is_told_with_the_usage(
    root: Path, tmp_path: Path, arguments: list[str]
) -> None:
    completed = run(root, tmp_path, *arguments)
    assert completed.returncode == 2
    assert "Usage: python -m tooling" in completed.stderr


def test_a_rendering_without_an_emulator_says_what_to_start(root: Path, tmp_path: Path) -> None:
    completed = run(root, tmp_path, "render", "dev")
    assert completed.returncode == 1
    assert "nox -s emulator -- start" in completed.stderr


def test_the_emulators_reset_takes_silence_for_no(root: Path, tmp_path: Path) -> None:
    (tmp_path / "emulator").mkdir()
    completed = run(root, tmp_path, "emulator", "reset")
    assert completed.returncode == 1
    assert (tmp_path / "emulator").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ls", "dev", "--all", "--owner", "x"], "--all and --owner exclude each other"),
        (["user", "dev", "add", "anna berg"], "can't be called 'anna berg'; nothing was made"),
        (["user", "dev", "add", "tooling-x"], "those of the tooling itself"),
    ],
)
def test_what_can_be_refused_at_once_starts_nothing(
    root: Path, tmp_path: Path, arguments: list[str], said: str
) -> None:
    completed = run(root, tmp_path, *arguments)
    assert completed.returncode == 1
    assert said in completed.stderr
    assert list(tmp_path.iterdir()) == []
