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
Source = Annotated[str, typer.Argument(metavar="FROM", help="The environment to take from.")]
Destination = Annotated[str, typer.Argument(metavar="TO", help="The environment to bring it to.")]
