"""The command line: every command under one name, and how each of them ends."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError

from tooling.commands.table import COMMANDS
from tooling.console import Screen
from tooling.errors import INTERRUPTS, Interrupted, OperatorError
from tooling.workspace import PRIVATE_UMASK, Workspace

if TYPE_CHECKING:
    from types import FrameType

FAILED, INTERRUPTED = 1, 130


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"{Workspace.from_process().version}\n")
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True),
]


def build_app(asked: str | None) -> typer.Typer:
    """Return the command line, with the module imported that holds the command asked for.

    Parameters
    ----------
    asked : str or None
        The first word that was typed. The other commands are there by name and summary alone, for
        the help and for what a mistyped name may have meant.
    """
    app = typer.Typer(
        name="tooling",
        help="Deploy, verify and run the media storage system.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    app.callback()(_options)
    module = next((command.module for command in COMMANDS if command.name == asked), None)
    if module:
        # Without a name of their own its commands stand beside the others.
        app.add_typer(import_module(f"tooling.commands.{module}").app)
    for command in COMMANDS:
        if command.module != module:
            app.command(command.name, help=command.sentence)(_elsewhere)
    return app


def _options(
    version: Version = False,
) -> None:
    """Deploy, verify and run the media storage system."""


def _elsewhere() -> None:
    """Stand for a command of a module that was not imported; never run."""


def main() -> None:
    """Run the command that the process was started with, and end with its exit code."""
    for number in INTERRUPTS:
        signal.signal(number, _interrupt)
    # Plans, state, keys and images: what a command writes is for who typed it.
    os.umask(PRIVATE_UMASK)
    screen = Screen()
    try:
        build_app(next((word for word in sys.argv[1:] if word[0:1] != "-"), None))()
    except OperatorError as error:
        screen.failure(error)
        sys.exit(FAILED)
    except Interrupted as stopped:
        remedy = "Run the same command again: it continues from there."
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
