"""Arguments and options that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EnvironmentName = Annotated[
    str, typer.Argument(metavar="ENV", help="An environment: the name of a file in environments/.")
]
FileNames = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files or folders.")]
JsonWanted = Annotated[bool, typer.Option("--json", help="Print JSON for a script to read.")]
ImageIds = Annotated[list[str], typer.Argument(metavar="IMAGE_ID...", help="As ls shows them.")]
UserName = Annotated[
    str | None,
    typer.Option(
        "--user",
        metavar="NAME",
        help="Whom to act as: an added user, or tooling-admin; by default the one that upload is.",
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done; do nothing.")]
Afresh = Annotated[
    bool, typer.Option("--afresh", help="Begin anew, not where a run before was stopped.")
]
Source = Annotated[str, typer.Argument(metavar="FROM", help="The environment to take from.")]
Destination = Annotated[str, typer.Argument(metavar="TO", help="The environment to bring it to.")]
