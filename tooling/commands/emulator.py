"""``emulator start | stop | status | credentials | reset``."""

from __future__ import annotations

import shlex
import sys
from typing import Annotated

import typer

from tooling.commands.arguments import JsonWanted
from tooling.console import Screen, ask
from tooling.emulator.process import emulator_of
from tooling.errors import OperatorError
from tooling.workspace import Workspace

emulator = typer.Typer(
    help="The embedded AWS of this checkout.", no_args_is_help=True, add_completion=False
)
app = typer.Typer()
app.add_typer(emulator, name="emulator")


@emulator.command()
def start() -> None:
    """Start the embedded AWS with the state it was stopped with."""
    # The other commands here answer in half the time without boto3 and pydantic.
    from tooling.aws.target import start_emulator  # noqa: PLC0415 - see above

    embedded, started = start_emulator(Workspace.from_process())
    Screen().say(f"{'Started' if started else 'Running'} at {embedded.endpoint}.")


@emulator.command()
def stop() -> None:
    """Stop the embedded AWS and save its state."""
    stopped = emulator_of(Workspace.from_process()).stop()
    Screen().say("Stopped; its state is kept." if stopped else "It was not running.")


@emulator.command()
def status(json_wanted: JsonWanted = False) -> None:
    """Show whether the embedded AWS runs, and where."""
    screen = Screen(json_wanted=json_wanted)
    embedded = emulator_of(Workspace.from_process())
    running = embedded.running()
    if json_wanted:
        endpoint = embedded.endpoint if running else None
        screen.document({"running": running, "endpoint": endpoint})
    else:
        screen.say(f"Running at {embedded.endpoint}." if running else "Not running.")
        screen.say(f"Log: {embedded.log}")


@emulator.command()
def credentials() -> None:
    """Print the root's credentials for a shell: eval "$(nox -s emulator -- credentials)"."""
    workspace = Workspace.from_process()
    embedded = emulator_of(workspace)
    region = _region(workspace)
    variables = embedded.credentials.variables | {
        "AWS_ENDPOINT_URL": embedded.endpoint,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,  # the only one of the two that Python's SDK reads
    }
    settings = (f"{name}={shlex.quote(value)}" for name, value in variables.items())
    sys.stdout.write(f"export {' '.join(settings)}\n")


def _region(workspace: Workspace) -> str:
    """Return the region of the first environment that lives on the embedded AWS."""
    from tooling.environments import EnvironmentFiles  # noqa: PLC0415 - as for start

    files = EnvironmentFiles(workspace.environments)
    environments = (files.load(name) for name in files.names())
    region = next((each.aws.region for each in environments if each.embedded), None)
    if region is None:
        raise OperatorError(
            "No environment of this checkout lives on the embedded AWS.",
            remedy='Leave aws.account_id empty ("") in the file of one of them.',
        )
    return region


@emulator.command()
def reset(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Stop the embedded AWS and delete all environments and images in it; asks first."""
    question = "This deletes all environments and images on the embedded AWS. Type yes to continue:"
    if not yes and ask(question) != "yes":
        raise OperatorError("Nothing was deleted.", remedy="Type yes when asked, or use --yes.")
    emulator_of(Workspace.from_process()).reset()
    Screen().say("The embedded AWS is empty.")
