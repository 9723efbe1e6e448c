"""What Terraform finds in its environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tooling.terraform.stack import terraform_environment
from tooling.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path


def test_how_often_garbage_is_collected_is_for_the_shell_to_say(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, tmp_path / "state", tmp_path / "cache")
    assert terraform_environment(workspace, {})["GOGC"] == "400"
    assert terraform_environment(workspace, {"GOGC": "50"})["GOGC"] == "50"
