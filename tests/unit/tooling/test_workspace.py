"""One run at a time works in an environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tooling.errors import OperatorError
from tooling.workspace import Workspace

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
