"""``load``: bursts and a steady stream of mixed images through the front door, each followed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.benchmarks import deployment
from tests.benchmarks.load.accounting import (
    account,
    read_log,
    wait_until_handled,
    waiting_messages,
)
from tests.benchmarks.load.memory import FunctionMemory
from tests.benchmarks.load.pictures import mixed_pictures
from tests.benchmarks.load.sending import CLIENTS, Sent, send_burst, send_steadily
from tests.benchmarks.machine import describe_machine
from tooling.emulator.process import emulator_of
from tooling.images.api_client import MediaClient
from tooling.users.pool import UserPool

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from tooling.aws.target import Target
    from tooling.console import Screen
    from tooling.terraform.outputs import Outputs

BURSTS = (200, 2000)
SECONDS = 600.0
# Of what the largest burst went through with: what is sent and listed takes its share as well.
SUSTAINED_SHARE = 0.7
# Clocks of two programs on one machine, and what a log rounds off.
TOLERANCE = timedelta(seconds=1)


def add_to(benchmarks: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = benchmarks.add_parser("load", help=__doc__)
    deployment.add_options(parser)
    parser.add_argument("--bursts", type=int, nargs="+", default=BURSTS, help="uploads of each")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of the steady stream (600)")
    parser.set_defaults(run=run)


@dataclass(frozen=True)
class Stage:
    """Where loads are brought to: a deployed environment on the embedded AWS."""

    target: Target
    client: MediaClient
    outputs: Outputs
    emulator: int

    def bring(self, name: str, send: Callable[[], list[Sent]]) -> dict[str, Any]:
        """Send a load, wait for its end, account for it, and put its images into the trash."""
        began = datetime.now(UTC) - TOLERANCE
        dead_letters = waiting_messages(self.target, self.outputs.dead_letter_queue_url)
        with FunctionMemory(self.emulator) as memory:
            sent = send()
            wait_until_handled(self.target, self.outputs.queue_url)
        log_group = self.outputs.functions["processor"].log_group
        found = account(name, sent, self.client, read_log(self.target, log_group, began))
        dead = waiting_messages(self.target, self.outputs.dead_letter_queue_url) - dead_letters
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(self.client.trash, [one.image_id for one in sent]))
        return {
            **found,
            "dead_letters": dead,
            "functions_peak_mib": round(memory.peak_mib),
            "function_processes": memory.processes,
            "largest_process_mib": round(memory.largest_mib),
        }


def run(options: argparse.Namespace, screen: Screen) -> None:
    """Bring all loads and print the figures.

    Raises
    ------
    OperatorError
        The environment is not deployed, or lives on an AWS account.
    """
    session = deployment.open_session(options.environment, screen)
    deployed = session.deployed(options.environment)
    target, outputs = deployed.target, deployed.outputs
    emulator = emulator_of(session.workspace).process_id()
    with UserPool.of(target, outputs).temporary_user("benchmark") as token:
        client = MediaClient(outputs.api_url, token)
        rows = _bring_all(Stage(target, client, outputs, emulator or 0), options, screen)
    if options.json:
        screen.document({"machine": describe_machine(), "load": rows})
        return
    columns = [name for name in rows[0] if name != "other_than_expected"]
    for row in rows:
        screen.wide_table(row["load"], ("figure", "value"), [(key, row[key]) for key in columns])
        for one in row["other_than_expected"]:
            screen.say(f"Ended otherwise than it has to: {one}")


def _bring_all(stage: Stage, options: argparse.Namespace, screen: Screen) -> list[dict[str, Any]]:
    pictures, rows = mixed_pictures(), []
    for number in options.bursts:
        screen.step(f"A burst of {number}")
        rows.append(
            stage.bring(
                f"burst of {number}",
                lambda number=number: send_burst(stage.client, pictures, number),  # type: ignore[misc]
            )
        )
        screen.done(f"{rows[-1]['per_second']} a second, p99 {rows[-1]['p99_ms']} ms")
    if options.seconds:
        rate = SUSTAINED_SHARE * max(rows, key=lambda row: row["uploads"])["per_second"]
        screen.step(f"{rate:.1f} a second for {options.seconds:g} seconds")
        rows.append(
            stage.bring(
                f"{rate:.1f} a second for {options.seconds:g} s",
                lambda: send_steadily(stage.client, pictures, rate, options.seconds),
            )
        )
    return rows
