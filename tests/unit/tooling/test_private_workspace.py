"""What commands keep is their owner's alone, also where an earlier version left it open."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tooling.errors import OperatorError
from tooling.workspace import Workspace, make_private

ROOT = Path(__file__).resolve().parents[3]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    assert mode(make_private(tmp_path / "a" / "b")) == 0o700


@pytest.mark.parametrize("before", [0o755, 0o777, 0o770, 0o701])
def test_one_that_was_open_is_closed(tmp_path: Path, before: int) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(before)
    make_private(folder)
    assert mode(folder) == 0o700


def test_that_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(OperatorError, match="belongs to another user") as caught:
        make_private(tmp_path)
    assert "MEDIA_STATE_DIR" in caught.value.remedy


def test_the_next_command_closes_what_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, cache = tmp_path / "state", tmp_path / "cache"
    for name, folder in (("MEDIA_STATE_DIR", state), ("MEDIA_CACHE_DIR", cache)):
        folder.mkdir(mode=0o777)
        folder.chmod(0o777)
        monkeypatch.setenv(name, str(folder))
    Workspace.from_process()
    assert [mode(state), mode(cache)] == [0o700, 0o700]


def test_what_an_environment_has_lies_in_a_closed_folder(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, tmp_path / "state", tmp_path / "cache")
    workspace.environment_state("prod")
    workspace.identity()
    assert mode(workspace.state) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_command_refuses_a_folder_of_another_user_in_plain_words(tmp_path: Path) -> None:
    os.chown(tmp_path, 12345, -1)
    completed = _type("emulator", "status", state=tmp_path)
    assert completed.returncode == 1
    assert "belongs to another user" in completed.stdout + completed.stderr
    assert "Traceback" not in completed.stdout + completed.stderr


def test_what_a_command_writes_nobody_else_reads(tmp_path: Path) -> None:
    page = ROOT / "results" / "docs" / "index.html"
    page.unlink(missing_ok=True)
    assert _type("docs", state=tmp_path / "state").returncode == 0
    assert mode(page) & 0o077 == 0


def _type(*command: str, state: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tooling", *command],
        cwd=ROOT,
        env={**os.environ, "MEDIA_STATE_DIR": str(state)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        umask=0o022,
    )
