"""``dev`` and ``staging`` deployed, to break things in and to promote between."""

from __future__ import annotations

import base64
import json
import re
import signal
import subprocess
import sys
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config

from tooling.aws.ledger_key import LedgerKey
from tooling.aws.target import root_session
from tooling.ledger.ledger import Ledger
from tooling.releases.release import Release

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Checkout

KILLED = "tests.e2e.promotion.killed"


@dataclass(frozen=True)
class Lab:
    """The account, to break things in.

    Parameters
    ----------
    checkout : Checkout
        Where commands are typed.
    endpoint : str
        URL of the embedded AWS.
    stack : ExitStack
        Closes the clients.
    """

    checkout: Checkout
    endpoint: str
    stack: ExitStack

    def client(self, service: Any) -> Any:
        session = root_session(self.checkout.emulator.credentials, "eu-central-1")
        config = Config(s3={"addressing_style": "path"})
        client = session.client(service, endpoint_url=self.endpoint, config=config)
        return self.stack.enter_context(closing(client))

    @cached_property
    def s3(self) -> Any:
        return self.client("s3")

    @cached_property
    def functions(self) -> Any:
        return self.client("lambda")

    def file(self, name: str) -> Path:
        """Return the file of an environment."""
        return self.checkout.folder / "environments" / f"{name}.yaml"

    def state_bucket(self, name: str) -> str:
        return f"media-{name}-state-000000000000"

    def ledger(self, name: str) -> Ledger:
        key = LedgerKey(self.client("kms"), f"alias/media-{name}-ledger")
        return Ledger(self.s3, self.state_bucket(name), key)

    def steps(self, name: str) -> list[str]:
        """Return the steps of an environment's ledger."""
        return [str(entry.step) for entry in self.ledger(name).entries()]

    def state(self, name: str) -> dict[str, Any]:
        answer = self.s3.get_object(Bucket=self.state_bucket(name), Key="media.tfstate")
        with answer["Body"] as body:
            state: dict[str, Any] = json.loads(body.read())
        return state

    def release(self, name: str) -> Release:
        return Release.from_document(self.state(name)["outputs"]["release"]["value"])

    def behind_the_aliases(self, name: str) -> dict[str, str]:
        """Return the digest of the code that runs, by function."""
        return {
            key: base64.b64decode(
                self.functions.get_function_configuration(
                    FunctionName=function["name"], Qualifier="live"
                )["CodeSha256"]
            ).hex()
            for key, function in self.state(name)["outputs"]["functions"]["value"].items()
        }

    def refusals(self, *command: str) -> dict[str, str]:
        """Run a command that brings something; return what the gates say that do not pass.

        What it left undone is proven: the state of the target is what it was.
        """
        target = command[2] if command[0] == "promote" else command[1]
        before = self.state(target)
        document = self.checkout.document(*command)
        assert document["result"] in {"refused", "would be promoted"}
        assert self.state(target) == before
        assert len(document["gates"]) >= 11
        return {
            found["gate"]: f"{found['verdict']}: {found['evidence']}"
            for found in document["gates"]
            if found["verdict"] not in {"pass", "skipped"}
        }

    def kill_after(self, step: str, *command: str) -> str:
        """Let a command be killed as soon as the ledger has a step; return what it printed."""
        completed = subprocess.run(
            [sys.executable, "-m", KILLED, step, *command],
            cwd=self.checkout.folder,
            env=self.checkout.variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        printed = completed.stdout + completed.stderr
        assert completed.returncode == -signal.SIGKILL, printed
        assert self.steps(command[-1])[-1] == step
        return printed

    def wait_for_terraform(self, name: str) -> None:
        """Wait until the Terraform that a killed run has left behind is done with the state."""
        lock = {"Bucket": self.state_bucket(name), "Prefix": "media.tfstate.tflock"}
        deadline = monotonic() + 120
        while self.s3.list_objects_v2(**lock)["KeyCount"]:
            assert monotonic() < deadline
            sleep(0.2)


@pytest.fixture(scope="session")
def lab(staging: Checkout) -> Iterator[Lab]:
    endpoint = staging.document("emulator", "status")["endpoint"]
    with ExitStack() as stack:
        yield Lab(staging, endpoint, stack)


@contextmanager
def edited(path: Path, *changes: tuple[str, str]) -> Iterator[None]:
    """Let a file hold something else for a while."""
    before = path.read_text(encoding="utf-8")
    after = before
    for old, new in changes:
        assert old in after
        after = after.replace(old, new, 1)
    path.write_text(after, encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")


def says(found: dict[str, str], **expected: str) -> None:
    """Require that exactly these gates fail, each for the expected reason."""
    wanted = {name.replace("_", " "): pattern for name, pattern in expected.items()}
    assert found.keys() == wanted.keys(), found
    for name, pattern in wanted.items():
        assert re.fullmatch(pattern, found[name]), found[name]
