"""``terraform test`` of each module and root, with a mocked provider."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from python_terraform import IsFlagged

from tooling.stack import terraform_environment
from tooling.terraform.adapter import Terraform
from tooling.terraform.binary import find_terraform
from tooling.terraform.providers import preparing
from tooling.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
TESTED = sorted({path.parent for path in (ROOT / "terraform").rglob("*.tftest.hcl")})


@pytest.fixture(scope="module")
def terraform_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources: modules have no lock of their own, and init would leave one."""
    copy = tmp_path_factory.mktemp("modules") / "terraform"
    shutil.copytree(ROOT / "terraform", copy, ignore=shutil.ignore_patterns(".terraform"))
    return copy


def run(terraform: Terraform, *line: str) -> str:
    completed = subprocess.run(
        line,
        cwd=terraform.folder,
        env=terraform.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 0, completed.stdout + completed.stderr
    return completed.stdout


def test_every_module_has_tests() -> None:
    modules = {path for path in (ROOT / "terraform" / "modules").iterdir() if path.is_dir()}
    assert modules <= set(TESTED)
    assert {ROOT / "terraform", ROOT / "terraform" / "foundation"} <= set(TESTED)


@pytest.mark.parametrize("folder", TESTED, ids=[path.name for path in TESTED])
def test_module(folder: Path, terraform_copy: Path) -> None:
    workspace = Workspace.from_process()
    terraform = Terraform(
        find_terraform(workspace.cache),
        terraform_copy / folder.relative_to(ROOT / "terraform"),
        terraform_environment(workspace, dict(os.environ)),
        folder.name,
    )
    with preparing(terraform.environment):
        run(terraform, *terraform.command("init", backend=False, input=False))
    printed = run(terraform, *terraform.command("test", no_color=IsFlagged))
    assert re.search(r"Success! [1-9]\d* passed, 0 failed", printed), printed
