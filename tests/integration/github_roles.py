"""The roles of GitHub's workflows as Terraform would create them, without calling AWS."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tooling.scanning.offline import EXAMPLE_ROLES, plan_github_roles
from tooling.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class GithubRoles:
    """What a plan of ``terraform/github`` would make.

    Parameters
    ----------
    plan : dict
        Terraform's document of the plan.
    """

    plan: dict[str, Any]

    @classmethod
    def planned(cls, folder: Path, environments: dict[str, Any], account_id: str) -> GithubRoles:
        """Plan them from nothing."""
        variables = {**EXAMPLE_ROLES, "account_id": account_id, "environments": environments}
        path = plan_github_roles(Workspace.from_process(), folder, variables)
        return cls(json.loads(path.read_text(encoding="utf-8")))

    def policies(self, role: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Name and document of each policy of a role."""
        for resource in self.plan["planned_values"]["root_module"]["resources"]:
            if resource["type"] == "aws_iam_role_policy" and resource["index"] == role:
                yield resource["values"]["name"], json.loads(resource["values"]["policy"])
