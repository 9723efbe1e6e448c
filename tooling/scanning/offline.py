"""Plans of something new, made without asking AWS."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

from tooling.terraform.adapter import Terraform
from tooling.terraform.backend import write_json
from tooling.terraform.binary import find_terraform
from tooling.terraform.stack import terraform_environment

if TYPE_CHECKING:
    from pathlib import Path

    from tooling.workspace import Workspace

# An account id of AWS's documentation, for what has none yet.
EXAMPLE_ACCOUNT_ID = "111122223333"
# They open nothing, and no call is made with them.
PLACEHOLDERS = {
    "AWS_ACCESS_KEY_ID": "placeholder",
    "AWS_SECRET_ACCESS_KEY": "placeholder",
    "AWS_EC2_METADATA_DISABLED": "true",
}
# The plan of something new asks nothing of AWS, if only the provider does not ask who is calling.
OFFLINE = """
terraform {
  backend "local" {}
}

provider "aws" {
  allowed_account_ids         = null
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}
"""
# All kinds of roles that terraform/github knows: dev builds, staging is promoted to.
EXAMPLE_ROLES: dict[str, Any] = {
    "project": "media",
    "account_id": EXAMPLE_ACCOUNT_ID,
    "aws_region": "eu-central-1",
    "repository": {"owner": "octo-org", "owner_id": "123456", "name": "pictures", "id": "456789"},
    "environments": {"dev": {"promotes_to": "staging"}, "staging": {"promotes_from": "dev"}},
}


def offline_root(workspace: Workspace, root: Path, folder: Path, subject: str) -> Terraform:
    """Return Terraform in a copy of a root module that is ready to plan; `folder` holds it."""
    sources = folder / root.name
    shutil.copytree(root, sources, ignore=shutil.ignore_patterns(".terraform"))
    (sources / "offline_override.tf").write_text(OFFLINE, encoding="utf-8")
    environment = terraform_environment(workspace, _placeholder_credentials())
    terraform = Terraform(find_terraform(workspace.cache), sources, environment, subject)
    no_settings = folder / "backend.hcl"
    no_settings.touch()
    terraform.init(no_settings)
    return terraform


def plan_offline(terraform: Terraform, folder: Path, variables: dict[str, Any]) -> Path:
    """Return the JSON of a plan that creates everything."""
    values = write_json(folder / "terraform.tfvars.json", variables)
    terraform.plan(folder / "plan.tfplan", variables=values, lock=False)
    return write_json(folder / "plan.json", terraform.show(folder / "plan.tfplan"))


def plan_github_roles(workspace: Workspace, folder: Path, variables: dict[str, Any]) -> Path:
    """Return the JSON of a plan that makes the roles of GitHub's workflows."""
    folder.mkdir(parents=True, exist_ok=True)
    terraform = offline_root(workspace, workspace.github, folder, "the roles of GitHub's workflows")
    return plan_offline(terraform, folder, variables)


def _placeholder_credentials() -> dict[str, str]:
    """Return the shell's variables with credentials that open nothing: no call is made."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | PLACEHOLDERS
