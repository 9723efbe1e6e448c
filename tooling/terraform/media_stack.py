"""The stack of the environment itself: everything but the foundation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tooling.releases.variables import render_variables
from tooling.terraform.backend import write_json
from tooling.terraform.plans import Plan
from tooling.terraform.stack import Stack, prepared_terraform
from tooling.terraform.state import MEDIA_KEY

if TYPE_CHECKING:
    from pathlib import Path

    from tooling.aws.target import Target
    from tooling.console import Screen
    from tooling.releases.release import Release
    from tooling.workspace import Workspace

    Keeps = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class MediaStack(Stack):
    """The environment, planned for one release.

    Parameters
    ----------
    environments : Path
        Folder with the template of its variables.
    """

    environments: Path = field(kw_only=True)

    def plan(
        self,
        screen: Screen,
        release: Release,
        keeps: Keeps | None = None,
        *,
        destroy: bool = False,
        lock: bool = True,
    ) -> Plan:
        """Save the plan for a release, and return it.

        Parameters
        ----------
        keeps : dict or None
            In a canary, by function, the current version and the share it keeps.
        destroy : bool
            Whether to plan a destroy instead.
        lock : bool
            Whether to lock the state, as a plan to be applied must.
        """
        variables = self._variables(release, keeps)
        return self.plan_with(screen, variables, destroy=destroy, lock=lock)

    def compare(self, release: Release) -> bool:
        """Plan for a release only to compare; return whether anything would change.

        The state is not locked, so the right to read is enough, and a run at work in the
        environment keeps the plan that it saved. The stack must be initialised.
        """
        path = write_json(self.folder / "compared.tfvars.json", self._variables(release))
        return self.terraform.plan(self._compared, variables=path, lock=False)

    def compared(self) -> Plan:
        """Return the plan that :meth:`compare` made."""
        return Plan.from_document(self.terraform.show(self._compared))

    @property
    def _compared(self) -> Path:
        return self.folder / "compared.tfplan"

    def _variables(self, release: Release, keeps: Keeps | None = None) -> dict[str, Any]:
        target = self.target
        return render_variables(
            self.environments, target.environment, target.endpoint, release, keeps
        )


def media_stack(
    workspace: Workspace,
    target: Target,
    sources: Path | None = None,
    *,
    state_key: str = MEDIA_KEY,
    founded: bool = True,
) -> MediaStack:
    """Return the stack of an environment, without running anything.

    Parameters
    ----------
    sources : Path or None
        Its root module, where that is not the checkout's.
    founded : bool
        Whether there is a bucket for its state.
    """
    terraform, folder = prepared_terraform(
        workspace, target, sources or workspace.terraform, state_key
    )
    return MediaStack(
        terraform, folder, target, state_key, founded, environments=workspace.environments
    )
