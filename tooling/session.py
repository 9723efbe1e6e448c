"""The session of a command that calls AWS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tooling.aws.target import open_target
from tooling.console import Screen
from tooling.environments import EnvironmentFiles
from tooling.terraform.outputs import require_outputs
from tooling.workspace import Workspace

if TYPE_CHECKING:
    from tooling.aws.target import Target
    from tooling.terraform.outputs import Outputs


@dataclass(frozen=True)
class Deployed:
    """A deployed environment.

    Parameters
    ----------
    target : Target
        The environment, and the AWS that it lives on.
    outputs : Outputs
        What its Terraform state says of it.
    """

    target: Target
    outputs: Outputs


@dataclass(frozen=True)
class Session:
    """What a command that calls AWS needs.

    Parameters
    ----------
    workspace : Workspace
        The checkout and its folders.
    screen : Screen
        Where it prints.
    """

    workspace: Workspace
    screen: Screen

    @classmethod
    def open(cls, *, json_wanted: bool = False) -> Session:
        """Return a session for this process."""
        return cls(Workspace.from_process(), Screen(json_wanted=json_wanted))

    @property
    def files(self) -> EnvironmentFiles:
        """The environment files of the checkout."""
        return EnvironmentFiles(self.workspace.environments)

    def target(self, name: str) -> Target:
        """Open the AWS of an environment, and print which it is."""
        environment = self.files.load(name)
        target = open_target(self.workspace, environment)
        self.screen.say(target.describe(), style="bold")
        return target

    def deployed(self, name: str) -> Deployed:
        """Open a deployed environment."""
        target = self.target(name)
        return Deployed(target, require_outputs(target))
