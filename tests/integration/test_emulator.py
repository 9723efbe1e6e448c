"""The embedded AWS starts, is found again, and keeps its state."""

from __future__ import annotations

import os
import signal
import socket
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest
from botocore.config import Config

from tooling.aws.buckets import ensure_bucket
from tooling.aws.target import root_session
from tooling.emulator.process import Emulator
from tooling.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mypy_boto3_sqs.client import SQSClient

REGION = "eu-central-1"
SAVED_WITHIN_SECONDS = 20.0


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    emulator = Emulator(tmp_path / "emulator")
    yield emulator
    emulator.stop()


@contextmanager
def queues(emulator: Emulator) -> Iterator[SQSClient]:
    session = root_session(emulator.credentials, REGION)
    with closing(session.client("sqs", endpoint_url=emulator.endpoint)) as client:
        yield client


def make_queue(emulator: Emulator, name: str) -> None:
    with queues(emulator) as client:
        client.create_queue(QueueName=name)


def make_bucket(emulator: Emulator, name: str) -> None:
    session = root_session(emulator.credentials, REGION)
    config = Config(s3={"addressing_style": "path"})
    with closing(session.client("s3", endpoint_url=emulator.endpoint, config=config)) as client:
        ensure_bucket(client, name, REGION)


def queue_names(emulator: Emulator) -> list[str]:
    with queues(emulator) as client:
        return [url.rsplit("/", 1)[1] for url in client.list_queues().get("QueueUrls", [])]


def test_it_starts_once_and_is_found_running(emulator: Emulator) -> None:
    assert not emulator.running()
    assert emulator.start() is True
    assert emulator.running()
    assert emulator.start() is False


def test_it_listens_on_one_loopback_address_alone(emulator: Emulator) -> None:
    emulator.start()
    assert emulator.port is not None
    with socket.socket() as probe:
        # Also loopback, on Linux: a server on all addresses would answer there.
        assert probe.connect_ex(("127.0.0.2", emulator.port)) != 0


def test_a_taken_port_is_passed_over_and_the_new_one_remembered(emulator: Emulator) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        emulator.folder.mkdir()
        (emulator.folder / "port").write_text(str(taken.getsockname()[1]))
        emulator.start()
        port = emulator.port
        assert port != taken.getsockname()[1]
    emulator.stop()
    emulator.start()
    assert emulator.port == port


def test_one_that_is_lived_in_does_not_move_to_another_port(emulator: Emulator) -> None:
    emulator.start()
    make_queue(emulator, "bound")
    make_bucket(emulator, "media-test-state")
    emulator.stop()
    port = emulator.port
    assert port is not None
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with pytest.raises(OperatorError, match=f"Port {port} is taken by another") as caught:
            emulator.start()
        assert "emulator -- reset" in caught.value.remedy
        assert not emulator.running()
    assert emulator.start() is True
    assert emulator.port == port
    assert queue_names(emulator) == ["bound"]


def test_what_lives_in_it_outlasts_a_stop(emulator: Emulator) -> None:
    emulator.start()
    make_queue(emulator, "kept")
    assert emulator.stop() is True
    assert not emulator.running()
    emulator.start()
    assert queue_names(emulator) == ["kept"]


def test_what_was_saved_outlasts_a_kill(emulator: Emulator) -> None:
    emulator.start()
    make_queue(emulator, "kept")
    saved = emulator.folder / "state" / "sqs.json"
    deadline = time.monotonic() + SAVED_WITHIN_SECONDS
    while not (saved.exists() and "kept" in saved.read_text()):
        assert time.monotonic() < deadline, "nothing was saved"
        time.sleep(0.2)
    os.kill(int((emulator.folder / "state" / "lock").read_text()), signal.SIGKILL)
    while emulator.running():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    emulator.start()
    assert queue_names(emulator) == ["kept"]


def test_one_of_a_version_that_let_everybody_in_gives_way_to_one_with_a_key(
    emulator: Emulator,
) -> None:
    emulator.start()
    make_queue(emulator, "kept")
    port = emulator.port
    (emulator.folder / "credentials").unlink()  # as that version leaves it, which still runs
    emulator.folder.chmod(0o755)
    assert emulator.start() is True
    assert emulator.port == port
    assert queue_names(emulator) == ["kept"]
    assert emulator.folder.stat().st_mode & 0o077 == 0


def test_the_key_outlasts_a_stop_but_not_a_reset(emulator: Emulator) -> None:
    emulator.start()
    first = emulator.credentials
    emulator.stop()
    emulator.start()
    assert emulator.credentials == first
    emulator.reset()
    emulator.start()
    assert emulator.credentials != first


def test_a_stop_of_what_does_not_run_says_so(emulator: Emulator) -> None:
    assert emulator.stop() is False


def test_a_reset_forgets_everything(emulator: Emulator) -> None:
    emulator.start()
    make_queue(emulator, "gone")
    emulator.reset()
    assert not emulator.folder.exists()
    emulator.start()
    assert queue_names(emulator) == []


def test_one_that_cannot_start_shows_its_log(emulator: Emulator) -> None:
    emulator.folder.mkdir()
    (emulator.folder / "state").write_text("not a folder")
    with pytest.raises(OperatorError, match="did not start") as caught:
        emulator.start()
    assert str(emulator.log) in caught.value.reason


def test_one_that_was_never_started_has_no_endpoint(emulator: Emulator) -> None:
    with pytest.raises(OperatorError, match="never started"):
        _ = emulator.endpoint
