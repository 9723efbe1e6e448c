"""Commands on the checkout itself: zips, variables, the scan, the API's reference."""

from __future__ import annotations

from typing import Annotated

import typer

from tooling.commands.arguments import EnvironmentName, JsonWanted
from tooling.delivery.installation import install_everything
from tooling.emulator.process import emulator_of
from tooling.packaging.build import build_all
from tooling.packaging.platforms import lambda_platform, this_platform
from tooling.reference.page import render_reference
from tooling.releases.release import UNKNOWN_RELEASE
from tooling.releases.variables import render_variables
from tooling.scanning.scan import scan as scan_all
from tooling.session import Session

app = typer.Typer()


@app.command()
def install() -> None:
    """Install what other commands install on first use; needs no credentials."""
    session = Session.open()
    install_everything(session.workspace, session.screen)


@app.command()
def package(json_wanted: JsonWanted = False) -> None:
    """Build the functions' zips for Lambda and for the embedded AWS, and show their digests."""
    session = Session.open(json_wanted=json_wanted)
    rows: list[tuple[str, ...]] = []
    for platform in (lambda_platform(), this_platform()):
        session.screen.step(f"Packages for {platform.name}")
        rows += [
            (artifact.function, platform.name, artifact.sha256, str(artifact.path))
            for artifact in build_all(session.workspace, platform, session.screen)
        ]
    if json_wanted:
        columns = ("function", "platform", "sha256", "path")
        session.screen.document([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        session.screen.wide_table("Zips", ("function", "platform", "sha256", "path"), rows)


@app.command()
def render(name: EnvironmentName) -> None:
    """Print the Terraform variables that an environment file makes; nothing is called."""
    session = Session.open(json_wanted=True)
    environment = session.files.load(name)
    endpoint = emulator_of(session.workspace).endpoint if environment.embedded else None
    session.screen.document(
        render_variables(session.workspace.environments, environment, endpoint, UNKNOWN_RELEASE)
    )


@app.command()
def scan(
    name: Annotated[str | None, typer.Argument(metavar="[ENV]", help="Only this one.")] = None,
) -> None:
    """Run checkov over the sources and over the plan of each environment; write SARIF."""
    session = Session.open()
    names = [name] if name else session.files.names()
    environments = [session.files.load(each) for each in names]
    scan_all(session.workspace, environments, session.screen)


@app.command()
def docs() -> None:
    """Render the API's OpenAPI document into a page that needs no server and no network."""
    session = Session.open()
    page = render_reference(session.workspace, session.screen)
    session.screen.say(f"The API's reference is at {page}.")
