"""The actor of a run: who started it, and where."""

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

# An ARN may have 2,048 characters; a message needs only enough to identify the actor.
PERSON_LENGTH = 300


@dataclass(frozen=True)
class Actor:
    """Who started a run, and where.

    Parameters
    ----------
    caller : str
        ARN of the AWS identity.
    user, host : str
        On the machine that runs the command.
    process : int
        Process id.
    workspace : str
        The state folder, whose lock keeps two runs of one checkout apart.
    commit : str
        The checkout's commit.
    workspace_id : str
        Random id of that folder, since paths repeat across machines; empty if unknown.
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
        """Return the actor that this process is."""
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
            # A bool is an int too, but not a process id.
            if type(value) is not (int if name == "process" else str):
                message = f"{name} is a {type(value).__name__}"
                raise TypeError(message)
        return actor

    @property
    def person(self) -> str:
        """The actor for messages, always in one line."""
        described = f"{self.user}@{self.host} (process {self.process}, {self.caller})"
        return printable(described)[:PERSON_LENGTH]

    def shares_workspace(self, other: Actor) -> bool:
        """Return whether both use one state folder, where only one run can be alive."""
        return bool(self.workspace_id) and self.workspace_id == other.workspace_id

    def document(self) -> dict[str, object]:
        """Return the actor as the ledger and the lease store it."""
        return asdict(self)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
