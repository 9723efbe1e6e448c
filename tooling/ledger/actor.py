"""Who acts, and from where: written beside everything that is done."""

from __future__ import annotations

import getpass
import os
import socket
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from tooling.console import printable
from tooling.releases.release import git_commit

if TYPE_CHECKING:
    from tooling.aws.target import Target
    from tooling.workspace import Workspace

# An ARN may have 2,048 characters; a message is no place for more than tells who it was.
PERSON_LENGTH = 300


@dataclass(frozen=True)
class Actor:
    """Where a run comes from.

    Parameters
    ----------
    caller : str
        ARN of the AWS identity.
    user, host : str
        Of the machine that the command was typed on.
    process : int
        Number of the process there.
    workspace : str
        The folder of live state, whose lock keeps two runs of one checkout apart.
    commit : str
        The checkout's commit.
    workspace_id : str
        Tells the folder from others of the same path; empty where it is not known.
    """

    caller: str
    user: str
    host: str
    process: int
    workspace: str
    commit: str
    workspace_id: str = ""

    @classmethod
    def of(cls, workspace: Workspace, target: Target) -> Actor:
        """Return the actor of this process."""
        return cls(
            caller=target.sts.get_caller_identity()["Arn"],
            user=_user(),
            host=socket.gethostname(),
            process=os.getpid(),
            workspace=str(workspace.state),
            commit=git_commit(workspace.root),
            workspace_id=workspace.identity(),
        )

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Actor:
        """Read what :meth:`document` wrote.

        Raises
        ------
        TypeError
            It is something else.
        """
        actor = cls(**document)
        for name, value in asdict(actor).items():
            # A type's bool is an int as well, and a process is none.
            if type(value) is not (int if name == "process" else str):
                message = f"{name} is a {type(value).__name__}"
                raise TypeError(message)
        return actor

    @property
    def person(self) -> str:
        """How a message names the run, in one line whatever stands in its fields."""
        described = f"{self.user}@{self.host} (process {self.process}, {self.caller})"
        return printable(described)[:PERSON_LENGTH]

    def shares_workspace(self, other: Actor) -> bool:
        """Return whether both run in one folder, where only one of them can be alive."""
        return bool(self.workspace_id) and self.workspace_id == other.workspace_id

    def document(self) -> dict[str, object]:
        """Return the actor as it is written down."""
        return asdict(self)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
