"""Commands on the checkout itself: zips, variables, the scan, the API's reference."""

from __future__ import annotations

from typing import Annotated

import typer

from tooling.commands.arguments import EnvironmentName, JsonWanted
from tooling.console import Screen
from tooling.delivery.installation import install_everything
from tooling.emulator.process import emulator_of
from tooling.environments import EnvironmentFiles
from tooling.packaging.build import build_all
from tooling.packaging.platforms import lambda_platform, this_platform
from tooling.reference.page import render_reference
from tooling.releases.release import UNKNOWN_RELEASE
from tooling.releases.variables import render_variables
from tooling.scanning.scan import scan as scan_all
from tooling.workspace import Workspace

app = typer.Typer()


@app.command()
def install() -> None:
    """Install what other commands install on first use; needs no credentials."""
    install_everything(Workspace.from_process(), Screen())


@app.command()
def package(json_wanted: JsonWanted = False) -> None:
    """Build the functions' zips for Lambda and for the embedded AWS, and show their digests."""
    workspace, screen = Workspace.from_process(), Screen(json_wanted=json_wanted)
    rows: list[tuple[str, ...]] = []
    for platform in (lambda_platform(), this_platform()):
        screen.step(f"Packages for {platform.name}")
        rows += [
            (artifact.function, platform.name, artifact.sha256, str(artifact.path))
            for artifact in build_all(workspace, platform, screen)
        ]
    if json_wanted:
        columns = ("function", "platform", "sha256", "path")
        screen.document([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        screen.wide_table("Zips", ("function", "platform", "sha256", "path"), rows)


@app.command()
def render(name: EnvironmentName) -> None:
    """Print the Terraform variables of an environment, without calling anything."""
    workspace, screen = Workspace.from_process(), Screen(json_wanted=True)
    environment = EnvironmentFiles(workspace.environments).load(name)
    endpoint = emulator_of(workspace).endpoint if environment.embedded else None
    screen.document(
        render_variables(workspace.environments, environment, endpoint, UNKNOWN_RELEASE)
    )


@app.command()
def scan(
    name: Annotated[
        str | None, typer.Argument(metavar="[ENV]", help="Scan only this environment.")
    ] = None,
) -> None:
    """Run checkov over the sources and every environment's plan; write SARIF."""
    workspace = Workspace.from_process()
    files = EnvironmentFiles(workspace.environments)
    names = [name] if name else files.names()
    scan_all(workspace, [files.load(each) for each in names], Screen())


@app.command()
def docs() -> None:
    """Render the API's reference as one page that needs no server and no network."""
    screen = Screen()
    page = render_reference(Workspace.from_process(), screen)
    screen.say(f"The API's reference is at {page}.")
