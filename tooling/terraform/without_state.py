"""Planning an environment that has no state bucket yet."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tooling.terraform.media_stack import media_stack
from tooling.terraform.state import MEDIA_KEY

if TYPE_CHECKING:
    from tooling.aws.target import Target
    from tooling.terraform.media_stack import MediaStack
    from tooling.workspace import Workspace

LOCAL_BACKEND = 'terraform {\n  backend "local" {}\n}\n'


def media_stack_without_state(workspace: Workspace, target: Target) -> MediaStack:
    """Return the stack of a new environment.

    Terraform plans it against an empty local state, so that nothing has to be created.
    """
    folder = workspace.environment_state(target.environment.name) / "without-state"
    root = folder / "terraform"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(workspace.terraform, root, ignore=shutil.ignore_patterns(".terraform"))
    (root / "backend_override.tf").write_text(LOCAL_BACKEND, encoding="utf-8")
    key = f"without-state/{MEDIA_KEY}"
    return media_stack(workspace, target, root, state_key=key, founded=False)
