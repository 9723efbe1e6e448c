"""``inspect``: what the processor would make of files, without AWS."""

from __future__ import annotations

from typing import Annotated

import typer

from tooling.commands.arguments import FileNames, JsonWanted
from tooling.console import Screen
from tooling.environments import EnvironmentFiles
from tooling.errors import OperatorError
from tooling.images.files import find_files
from tooling.images.inspect import FAILED, Inspector
from tooling.images.inspection_table import heading, row
from tooling.workspace import Workspace

app = typer.Typer()


@app.command()
def inspect(
    files: FileNames,
    json_wanted: JsonWanted = False,
    environment: Annotated[
        str, typer.Option(help="The environment whose limits and renditions apply.")
    ] = "dev",
) -> None:
    """Show what the processor would make of files, without AWS; a rejection is a result."""
    workspace, screen = Workspace.from_process(), Screen(json_wanted=json_wanted)
    found = find_files(files)
    environments = EnvironmentFiles(workspace.environments)
    inspector = Inspector.of(workspace, environments.load(environment))
    if not json_wanted:
        screen.say(heading(), style="bold")
    inspected = 0
    for result in inspector.inspect(found):
        inspected += result["status"] != FAILED
        if json_wanted:
            screen.line(result)
        else:
            screen.say(row(result))
    if inspected < len(found):
        raise OperatorError(
            f"{len(found) - inspected} of {len(found)} files could not be inspected.",
            remedy="Each is listed above with its reason; the others are done.",
        )
