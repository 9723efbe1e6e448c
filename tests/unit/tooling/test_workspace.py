"""One run at a time works in an environment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tooling.errors import OperatorError
from tooling.workspace import Workspace, locked

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path, tmp_path / ".state", tmp_path / ".cache")


def test_a_second_run_in_the_same_environment_is_refused(workspace: Workspace) -> None:
    with (
        workspace.alone_in("dev"),
        pytest.raises(OperatorError, match="Another run is at work in dev"),
        workspace.alone_in("dev"),
    ):
        pass


def test_another_environment_and_a_later_run_are_not(workspace: Workspace) -> None:
    with workspace.alone_in("dev"), workspace.alone_in("staging"):
        pass
    with workspace.alone_in("dev"):
        pass


def test_a_folder_keeps_the_name_that_tells_it_from_others(
    workspace: Workspace, tmp_path: Path
) -> None:
    name = workspace.identity()
    assert len(name) == 32
    assert workspace.identity() == name
    assert Workspace(tmp_path, tmp_path / "other", tmp_path).identity() != name


def test_a_lock_keeps_others_out_for_as_long_as_it_is_held(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.write_text("4711\n")
    with locked(path), pytest.raises(BlockingIOError), locked(path, wait=False):
        pass
    with locked(path, wait=False):
        assert path.read_text() == "4711\n"


def test_who_waits_for_a_lock_gets_it_when_it_is_free(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    order: list[str] = []

    def wait() -> None:
        with locked(path):
            order.append("second")

    with ThreadPoolExecutor() as pool:
        with locked(path):
            waiting = pool.submit(wait)
            order.append("first")
        waiting.result(timeout=10)
    assert order == ["first", "second"]
