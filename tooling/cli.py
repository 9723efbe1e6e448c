"""The command line: every command under one name, and how each of them ends."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

import typer
from botocore.exceptions import BotoCoreError, ClientError

from tooling.commands import (
    emulator,
    environments,
    history,
    images,
    promotion,
    repair,
    sources,
    users,
)
from tooling.console import Screen
from tooling.errors import INTERRUPTS, Interrupted, OperatorError
from tooling.private_folders import PRIVATE_UMASK

if TYPE_CHECKING:
    from types import FrameType

FAILED, INTERRUPTED = 1, 130

app = typer.Typer(
    name="tooling",
    help="Deploy, verify and run the media storage system.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
# Without a name of their own the commands of a module stand beside those of the others.
for commands in (environments, promotion, history, images, users, repair, sources):
    app.add_typer(commands.app)
app.add_typer(emulator.app, name="emulator")


def main() -> None:
    """Run the command that the process was started with, and end with its exit code."""
    for number in INTERRUPTS:
        signal.signal(number, _interrupt)
    # Plans, state, keys and pictures: what a command writes is for who typed it.
    os.umask(PRIVATE_UMASK)
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
