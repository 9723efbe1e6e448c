"""Arguments and options that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EnvironmentName = Annotated[
    str,
    typer.Argument(metavar="ENV", help="The environment: a file in environments/, without .yaml."),
]
FileNames = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files or folders.")]
JsonWanted = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
ImageIds = Annotated[
    list[str], typer.Argument(metavar="IMAGE_ID...", help="Image ids, as ls shows them.")
]
UserName = Annotated[
    str | None,
    typer.Option(
        "--user",
        metavar="NAME",
        help="The user to act as, such as tooling-admin; default: upload's user.",
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be done, but change nothing.")
]
Afresh = Annotated[
    bool, typer.Option("--afresh", help="Start over instead of resuming a stopped run.")
]
Source = Annotated[str, typer.Argument(metavar="FROM", help="The source environment.")]
Destination = Annotated[str, typer.Argument(metavar="TO", help="The target environment.")]
