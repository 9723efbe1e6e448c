"""``python -m tooling.terraform.lint [--fix]``: the Terraform sources are formatted and valid."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tooling.console import Screen
from tooling.errors import OperatorError
from tooling.terraform.adapter import Terraform
from tooling.terraform.binary import find_terraform
from tooling.terraform.stack import terraform_environment
from tooling.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path


def write_format(binary: Path, folder: Path) -> None:
    """Write every file in `folder` as ``terraform fmt`` does.

    Raises
    ------
    OperatorError
        Some file is no Terraform at all.
    """
    completed = _run_fmt(binary, folder)
    if completed.returncode != 0:
        raise OperatorError("Some Terraform files can't be formatted.", reason=_said(completed))


def check_format(binary: Path, folder: Path) -> None:
    """Make sure that every file in `folder` is as ``terraform fmt`` writes it.

    Raises
    ------
    OperatorError
        Some are not; they are named.
    """
    completed = _run_fmt(binary, folder, "-check")
    if completed.returncode != 0:
        raise OperatorError(
            "Some Terraform files are not formatted.",
            reason=_said(completed),
            remedy="Run: nox -s format",
        )


def _run_fmt(binary: Path, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - terraform itself
        [binary, "fmt", *options, "-recursive", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )


def _said(completed: subprocess.CompletedProcess[str]) -> str:
    return (completed.stdout + completed.stderr).strip()


def validate_root(workspace: Workspace, binary: Path, root: Path) -> None:
    """Make sure that a root module is valid, without any state or account.

    Raises
    ------
    TerraformFailed
        It is not.
    """
    environment = terraform_environment(workspace, dict(os.environ))
    environment["TF_DATA_DIR"] = str(workspace.state / "lint" / root.name)
    terraform = Terraform(binary, root, environment, root.name)
    terraform.init(None)
    terraform.validate()


def main() -> int:
    """Check everything, or only format; return the exit code."""
    workspace, screen = Workspace.from_process(), Screen()
    binary = find_terraform(workspace.cache)
    try:
        if "--fix" in sys.argv[1:]:
            write_format(binary, workspace.terraform)
            return 0
        check_format(binary, workspace.terraform)
        for root in (workspace.terraform, workspace.foundation, workspace.github):
            validate_root(workspace, binary, root)
            screen.say(f"{root.relative_to(workspace.root)} is formatted and valid.")
    except OperatorError as error:
        screen.failure(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
