"""``terraform test`` of each module and root, with a mocked provider."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from python_terraform import IsFlagged

from tooling.terraform.adapter import Terraform
from tooling.terraform.binary import find_terraform
from tooling.terraform.stack import terraform_environment
from tooling.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
TESTED = sorted({path.parent for path in (ROOT / "terraform").rglob("*.tftest.hcl")})
REATTACH = re.compile(r"^\s*(TF_REATTACH_PROVIDERS)='(.*)'$", re.MULTILINE)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    """The root module in a copy of the sources, which init may write into."""
    workspace = Workspace.from_process()
    copy = tmp_path_factory.mktemp("modules") / "terraform"
    shutil.copytree(ROOT / "terraform", copy, ignore=shutil.ignore_patterns(".terraform"))
    environment = terraform_environment(workspace, dict(os.environ))
    terraform = Terraform(find_terraform(workspace.cache), copy, environment, "modules")
    terraform.init(None)
    return terraform


@pytest.fixture(scope="module")
def terraform(prepared: Terraform) -> Iterator[Terraform]:
    """The same with the provider running, as for a debugger: only its schemas are asked for.

    Else Terraform would start it for each step of each test, which is most of the time they take.
    """
    providers = prepared.folder / ".terraform" / "providers"
    [binary] = providers.glob("*/hashicorp/aws/*/*/terraform-provider-aws_*")
    with subprocess.Popen([binary, "-debug"], stdout=subprocess.PIPE, text=True) as provider:
        try:
            assert provider.stdout is not None
            found_address = next(
                found for line in provider.stdout if (found := REATTACH.match(line))
            )
            variables = {**prepared.environment, found_address[1]: found_address[2]}
            yield replace(prepared, environment=variables)
        finally:
            provider.send_signal(signal.SIGINT)  # it removes its socket; at SIGTERM it does not


def test_every_module_has_tests() -> None:
    modules = {path for path in (ROOT / "terraform" / "modules").iterdir() if path.is_dir()}
    assert modules <= set(TESTED)
    roots = {ROOT / "terraform" / name for name in (".", "foundation", "github")}
    assert roots <= set(TESTED)


@pytest.mark.parametrize("folder", TESTED, ids=[path.name for path in TESTED])
def test_module(folder: Path, terraform: Terraform) -> None:
    completed = subprocess.run(
        terraform.command("test", no_color=IsFlagged),
        cwd=terraform.folder / folder.relative_to(ROOT / "terraform"),
        env=terraform.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    printed = completed.stdout + completed.stderr
    assert completed.returncode == 0, printed
    assert re.search(r"Success! [1-9]\d* passed, 0 failed", printed), printed
