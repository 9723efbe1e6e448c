"""The moved blocks of the root module with the real Terraform: nothing is replaced, either way.

In place of each module of AWS stands one of its name that makes a ``terraform_data``.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tooling.releases.moves import MOVES, add_reverse_moves, moves_of
from tooling.terraform.adapter import Terraform
from tooling.terraform.binary import find_terraform
from tooling.terraform.plans import Plan
from tooling.terraform.stack import terraform_environment
from tooling.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from tooling.terraform.summary import PlanSummary

SOURCES = Path(__file__).resolve().parents[2] / "terraform"
NAMES = ("processor", "api", "purger")
BACKEND = 'terraform {\n  backend "local" {}\n}\n'
MODULE = 'resource "terraform_data" "this" {\n  input = "code"\n}\n'
EARLIER = "".join(f'module "function_{name}" {{\n  source = "./function"\n}}\n' for name in NAMES)
TODAY = f"""
module "function" {{
  source   = "./function"
  for_each = toset({list(NAMES)})
}}
""".replace("'", '"')


@pytest.fixture
def terraform(tmp_path: Path) -> Callable[[str], Terraform]:
    """Sources in a folder of their own, over a state that all of them share."""
    workspace = Workspace.from_process()
    environment = terraform_environment(workspace, dict(os.environ))

    def sources(text: str) -> Terraform:
        folder = tmp_path / f"sources-{len(list(tmp_path.iterdir()))}"
        (folder / "function").mkdir(parents=True)
        (folder / "function" / "main.tf").write_text(MODULE)
        (folder / "main.tf").write_text(BACKEND + text)
        (folder / "backend.hcl").write_text(f'path = "{tmp_path / "shared.tfstate"}"\n')
        return Terraform(find_terraform(workspace.cache), folder, environment, "moves")

    return sources


def applied(terraform: Terraform) -> tuple[PlanSummary, dict[str, Any]]:
    """Plan and apply; return what the plan would do, and the plan itself."""
    terraform.init(terraform.folder / "backend.hcl")
    plan = terraform.folder / "plan.tfplan"
    terraform.plan(plan)
    document = terraform.show(plan)
    terraform.apply(plan)
    return Plan.from_document(document).summary, document


def moved(plan: dict[str, Any]) -> dict[str, str]:
    return {
        entry["previous_address"]: entry["address"]
        for entry in plan["resource_changes"]
        if "previous_address" in entry
    }


def test_an_environment_keeps_its_functions_there_and_back(
    terraform: Callable[[str], Terraform],
) -> None:
    earlier, today = terraform(EARLIER), terraform(TODAY)
    shutil.copy(SOURCES / MOVES, today.folder / MOVES)
    summary, _ = applied(earlier)
    assert summary.counts() == "3 to create"

    summary, plan = applied(today)
    assert summary.empty
    there = {
        f"{move.before}.terraform_data.this": f"{move.after}.terraform_data.this"
        for move in moves_of(SOURCES)
    }
    assert moved(plan) == there

    again = terraform(EARLIER)
    add_reverse_moves(again.folder, today.folder)
    summary, plan = applied(again)
    assert summary.empty
    assert moved(plan) == {after: before for before, after in there.items()}


def test_without_reverse_moves_earlier_sources_would_make_everything_anew(
    terraform: Callable[[str], Terraform],
) -> None:
    applied(terraform(TODAY))
    summary, _ = applied(terraform(EARLIER))
    assert summary.counts() == "3 to create, 3 to delete"
