"""A foreseeable fault ends in a sentence, a reason, a remedy and an exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
import typer

from tooling.commands.table import COMMANDS

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
        (["user", "dev", "add", "anna berg"], "can't be called 'anna berg'; nothing was added"),
        (["user", "dev", "add", "tooling-x"], "belong to the tooling"),
    ],
)
def test_what_can_be_refused_at_once_starts_nothing(
    root: Path, tmp_path: Path, arguments: list[str], said: str
) -> None:
    completed = run(root, tmp_path, *arguments)
    assert completed.returncode == 1
    assert said in completed.stderr
    assert list(tmp_path.iterdir()) == []


def test_every_command_of_the_table_is_where_it_says() -> None:
    for module in {command.module for command in COMMANDS}:
        app = import_module(f"tooling.commands.{module}").app
        group = typer.main.get_group(app)
        expected = {command.name for command in COMMANDS if command.module == module}
        assert set(group.commands) == expected


def imported_for(root: Path, asked: str | None) -> set[str]:
    """What is imported by the time that a command can be run."""
    script = (
        f"import sys; from tooling.cli import build_app; build_app({asked!r}); "
        "sys.stdout.write(' '.join(sys.modules))"
    )
    return set(
        subprocess.run(
            [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True
        ).stdout.split()
    )


@pytest.mark.parametrize(
    ("command", "heavy"),
    [
        ("emulator", {"boto3", "pydantic", "urllib3"}),
        ("inspect", {"boto3", "urllib3"}),
        ("package", {"boto3"}),
    ],
)
def test_a_command_that_calls_no_aws_does_not_wait_for_its_libraries(
    root: Path, command: str, heavy: set[str]
) -> None:
    assert imported_for(root, command) & heavy == set()


def test_the_help_lists_every_command_and_imports_none(root: Path, tmp_path: Path) -> None:
    loaded = imported_for(root, None)
    assert {name for name in loaded if name.startswith("tooling.commands")} == {
        "tooling.commands",
        "tooling.commands.table",
    }
    completed = run(root, tmp_path, "--help")
    for command in COMMANDS:
        assert f"\n│ {command.name} " in completed.stdout


def test_the_version_is_that_of_the_changelog(root: Path, tmp_path: Path) -> None:
    version = run(root, tmp_path, "--version").stdout.strip()
    assert f"\n## [{version}]" in (root / "CHANGELOG.md").read_text(encoding="utf-8")
