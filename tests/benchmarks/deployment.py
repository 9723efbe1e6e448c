"""The deployment that a benchmark works on: of the embedded AWS, never of an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tooling.errors import OperatorError
from tooling.session import Session
from tooling.workspace import Workspace

if TYPE_CHECKING:
    import argparse

    from tooling.console import Screen


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of a benchmark of a deployment."""
    parser.add_argument("--json", action="store_true", help="print JSON for a script to read")
    parser.add_argument("--environment", default="dev", help="a deployed environment (dev)")


def open_session(environment: str, screen: Screen) -> Session:
    """Open a session for a benchmark of an environment.

    Raises
    ------
    OperatorError
        The environment lives on an AWS account.
    """
    session = Session(Workspace.from_process(), screen)
    if not session.files.load(environment).embedded:
        raise OperatorError(
            f"{environment} lives on an AWS account, and nothing was measured.",
            reason="The benchmark fills tables and sends as much as it can, which AWS bills.",
            remedy="Measure an environment on the embedded AWS: --environment dev",
        )
    return session
