"""The operator's commands. Each one opens what it needs, calls the module that does it, prints."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError

from tooling import inspection_table, uploads
from tooling import smoke as smoke_test
from tooling.clients import Clients
from tooling.console import Screen
from tooling.deploy import Deployment
from tooling.destroy import destroy as destroy_environment
from tooling.emulator.commands import emulator_app
from tooling.errors import INTERRUPTS, Interrupted, OperatorError
from tooling.files import find_files
from tooling.inspection import FAILED as NOT_INSPECTED
from tooling.inspection import Inspector
from tooling.media_client import MediaClient
from tooling.packaging.build import build_all
from tooling.packaging.platforms import lambda_platform, this_platform
from tooling.releases import UNKNOWN_RELEASE
from tooling.rendering import render_variables
from tooling.reports import show_outputs
from tooling.scanning.scan import scan as scan_all
from tooling.session import JsonWanted, Session, ask
from tooling.stack import stack_that_holds
from tooling.target import emulator_of
from tooling.users import UserPool

if TYPE_CHECKING:
    from types import FrameType


# A name that no person has: signing in gives it a new password each time.
UPLOADER = "tooling-uploader"
FAILED, INTERRUPTED = 1, 130

app = typer.Typer(
    name="tooling",
    help="Deploy, verify and run the media storage system.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(emulator_app, name="emulator")

EnvironmentName = Annotated[
    str, typer.Argument(metavar="ENV", help="An environment: the name of a file in environments/.")
]
FileNames = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files or folders.")]


@app.command()
def deploy(name: EnvironmentName) -> None:
    """Build, plan, scan, apply and smoke-test an environment; the same again changes nothing."""
    session = Session.open()
    target = session.target(name)
    with session.workspace.alone_in(name):
        Deployment(session.workspace, target, session.screen).deploy()
    session.screen.say(f"{name} is deployed and works.", style="bold green")
    session.screen.say(f"Next: nox -s upload -- {name} FILE...")


@app.command()
def plan(name: EnvironmentName) -> None:
    """Show what deploy would change, and change nothing but the state and artifact buckets."""
    session = Session.open()
    target = session.target(name)
    with session.workspace.alone_in(name):
        Deployment(session.workspace, target, session.screen).plan()


@app.command()
def smoke(name: EnvironmentName, json_wanted: JsonWanted = False) -> None:  # noqa: FBT002
    """Send a picture through the front door of a deployed environment and look at it."""
    session = Session.open(json_wanted=json_wanted)
    target, clients, outputs = session.deployed(name)
    steps = smoke_test.run(target, clients, outputs, session.screen)
    if json_wanted:
        session.screen.document(
            [{"step": step, "finding": found, "milliseconds": ms} for step, found, ms in steps]
        )


@app.command()
def outputs(name: EnvironmentName, json_wanted: JsonWanted = False) -> None:  # noqa: FBT002
    """Show names, ARNs, URLs and the release of a deployed environment."""
    session = Session.open(json_wanted=json_wanted)
    _, _, found = session.deployed(name)
    if json_wanted:
        session.screen.document(found)
    else:
        show_outputs(session.screen, name, found)


@app.command()
def destroy(
    name: EnvironmentName,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,  # noqa: FBT002
) -> None:
    """Remove an environment with all its images, its state and its zips; asks first."""
    session = Session.open()
    target = session.target(name)

    def confirm(question: str) -> bool:
        return yes or ask(question) == name

    with session.workspace.alone_in(name):
        destroy_environment(session.workspace, target, Clients(target), session.screen, confirm)
    session.screen.say(f"{name} is gone.", style="bold green")


@app.command()
def upload(
    name: EnvironmentName,
    files: FileNames,
    json_wanted: JsonWanted = False,  # noqa: FBT002
) -> None:
    """Upload pictures through the API and print their URLs; a bad file does not stop the rest."""
    session = Session.open(json_wanted=json_wanted)
    found = find_files(files)
    _, clients, deployed = session.deployed(name)
    client = MediaClient(
        deployed["api_url"], UserPool.of(clients, deployed).renewed_token(UPLOADER)
    )
    outcomes = uploads.upload_files(client, found, session.screen)
    if json_wanted:
        session.screen.document(uploads.documents(outcomes))
    else:
        uploads.show_outcomes(session.screen, outcomes)
    bad = [outcome for outcome in outcomes if outcome.status != "ready"]
    if bad:
        raise OperatorError(
            f"{len(bad)} of {len(outcomes)} files are not ready to be served.",
            reason="\n".join(f"{entry.file}: {entry.status} {entry.detail}" for entry in bad),
            remedy="Mend or leave out those files; the others are in.",
        )


@app.command()
def token(name: EnvironmentName) -> None:
    """Print an access token of the user that upload acts as, to call the API with by hand."""
    session = Session.open(json_wanted=True)
    _, clients, deployed = session.deployed(name)
    sys.stdout.write(UserPool.of(clients, deployed).sign_in(UPLOADER) + "\n")


@app.command()
def inspect(
    files: FileNames,
    json_wanted: JsonWanted = False,  # noqa: FBT002
    environment: Annotated[
        str, typer.Option(help="The environment whose limits and renditions apply.")
    ] = "dev",
) -> None:
    """Show what the processor would make of files, without AWS; a rejected one is a result."""
    session = Session.open(json_wanted=json_wanted)
    found = find_files(files)
    inspector = Inspector.of(session.workspace, session.files.load(environment))
    if not json_wanted:
        session.screen.say(inspection_table.heading(), style="bold")
    inspected = 0
    for result in inspector.inspect(found):
        inspected += result["status"] != NOT_INSPECTED
        if json_wanted:
            session.screen.line(result)
        else:
            session.screen.say(inspection_table.row(result))
    if inspected < len(found):
        raise OperatorError(
            f"{len(found) - inspected} of {len(found)} files could not be inspected.",
            remedy="Each is named above with its reason; the others are done.",
        )


@app.command()
def package(json_wanted: JsonWanted = False) -> None:  # noqa: FBT002
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
def unlock(name: EnvironmentName, lock_id: str) -> None:
    """Lift the state lock that a killed run left; its id stands in the message of the next run."""
    session = Session.open()
    target = session.target(name)
    stack = stack_that_holds(session.workspace, target, Clients(target), lock_id)
    stack.init(session.screen)
    stack.terraform.force_unlock(lock_id)
    session.screen.say("The lock is lifted.")


def main() -> None:
    """Run the command that the process was started with, and end with its exit code."""
    for number in INTERRUPTS:
        signal.signal(number, _interrupt)
    screen = Screen()
    try:
        app()
    except OperatorError as error:
        screen.failure(error)
        sys.exit(FAILED)
    except Interrupted as stopped:
        remedy = "Run the same command again: it goes on from there."
        screen.failure(OperatorError(stopped.what, remedy=remedy))
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # Who read the output has seen enough of it, as `head` does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        remedy = "Check the free space and the rights of the folders in the checkout."
        screen.failure(OperatorError("A file could not be used.", reason=str(error), remedy=remedy))
        sys.exit(FAILED)
    except (ClientError, BotoCoreError) as error:
        remedy = "Check the caller's rights and that the service is reachable."
        screen.failure(OperatorError("AWS refused a call.", reason=str(error), remedy=remedy))
        sys.exit(FAILED)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Make Ctrl-C and a plain kill end in the same orderly way."""
    raise Interrupted
