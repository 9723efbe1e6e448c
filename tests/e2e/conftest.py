"""``staging`` beside ``dev``, shared by the tests of commands, and how commands are disturbed."""

from __future__ import annotations

import os
import re
import signal
from typing import TYPE_CHECKING

import pytest

from tooling.aws.target import root_session

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from tests.conftest import Checkout

INTERRUPTED = 130


def last_lines(process: subprocess.Popen[str], until: str) -> list[str]:
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if re.search(until, line):
            return lines
    raise AssertionError("".join(lines))


def interrupt(checkout: Checkout, *command: str, at: str) -> str:
    """Press Ctrl-C once a line matches; return all that was printed."""
    with checkout.start(*command) as process:
        lines = last_lines(process, at)
        os.killpg(process.pid, signal.SIGINT)
        assert process.stdout is not None
        printed = "".join([*lines, process.stdout.read()])
    assert process.returncode == INTERRUPTED, printed
    assert "Traceback" not in printed, printed
    assert "Run the same command again" in printed
    return printed


def kill(checkout: Checkout, *command: str, at: str) -> None:
    """Kill a command outright, as the machine would, once a line matches."""
    with checkout.start(*command) as process:
        last_lines(process, at)
        process.kill()
    assert process.returncode == -signal.SIGKILL


@pytest.fixture(scope="session")
def staging(dev: Checkout) -> Iterator[Checkout]:
    """The checkout with ``staging`` promoted from ``dev``, after a Ctrl-C in the middle."""
    stopped = interrupt(dev, "promote", "dev", "staging", at=r" 5/\d+ made module")
    assert "written into its state" in stopped
    printed = dev.run("promote", "dev", "staging")
    assert "An earlier run was killed" in printed
    yield dev
    interrupt(dev, "destroy", "staging", "--yes", at=r" 5/\d+ removed module")
    assert "staging is gone" in dev.run("destroy", "staging", "--yes")
    assert mentions(dev, "media-dev")  # else the next line would prove nothing
    assert mentions(dev, "media-staging") == []


LISTINGS = (
    ("s3", "list_buckets"),
    ("dynamodb", "list_tables"),
    ("lambda", "list_functions"),
    ("logs", "describe_log_groups"),
    ("sqs", "list_queues"),
    ("sns", "list_topics"),
    ("events", "list_rules"),
    ("iam", "list_roles"),
    ("kms", "list_aliases"),
    ("apigatewayv2", "get_apis"),
    ("cloudwatch", "describe_alarms"),
    ("cloudwatch", "list_dashboards"),
)


def mentions(checkout: Checkout, name: str) -> list[str]:
    """Return the listings of the account in which a name occurs."""
    endpoint = checkout.emulator.endpoint
    session = root_session(checkout.emulator.credentials, "eu-central-1")
    found = []
    for service, listing in LISTINGS:
        client = session.client(service, endpoint_url=endpoint)  # type: ignore[call-overload]
        if name in repr(getattr(client, listing)()):
            found.append(f"{service}.{listing}")
        client.close()
    return found
