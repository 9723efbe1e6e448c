"""Code in a compromised decoder can do nothing but answer for files of the same owner."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from media.inspection import InspectionError, Inspector, Measure, RejectedError, RenditionSpec
from media.model.images import RejectionReason
from media.model.limits import Limits
from tests.unit.lambdas.media.inspection.intruder import UNCONFINED, UNFILTERED, order
from tests.unit.lambdas.media.inspection.sample_images import quadrants, saved

SPECS = (RenditionSpec("thumb", 16),)
PROGRAM = "media.inspection.decoder_process._PROGRAM"
INTRUDER = "tests.unit.lambdas.media.inspection.intruder"
# The kernel answers with an error, or ends the process.
REFUSED, ENDED = "PermissionError", "crashes its decoder"

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs Linux")


@pytest.fixture
def inspector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Inspector]:
    monkeypatch.setattr(PROGRAM, INTRUDER)
    with Inspector(Limits(), SPECS) as inspector:
        yield inspector


@pytest.fixture
def unconfined(monkeypatch: pytest.MonkeyPatch) -> Iterator[Inspector]:
    """Give an inspector whose processes the system grants no confinement."""
    monkeypatch.setattr(PROGRAM, UNCONFINED)
    monkeypatch.setattr("media.inspection.inspector._GRACE_SECONDS", 0)
    with Inspector(Limits(), SPECS, seconds_max=1) as inspector:
        yield inspector


def outcome(inspector: Inspector, data: bytes, owner: str | None = "mallory") -> str:
    with pytest.raises((InspectionError, RejectedError)) as caught:
        inspector.inspect(data, owner)
    return str(caught.value)


@pytest.mark.parametrize("harmless", ["nothing", "start_thread", "grow_memory"])
def test_what_decoding_needs_still_works(inspector: Inspector, harmless: str) -> None:
    assert outcome(inspector, order(harmless)).startswith("Escaped")


@pytest.mark.parametrize(
    ("attack", "answer"),
    [
        ("read_environment", REFUSED),
        ("open_memory", REFUSED),
        ("read_file", REFUSED),
        ("list_folder", REFUSED),
        ("write_file", REFUSED),
        ("attach", ENDED),
        ("read_memory", ENDED),
        ("open_socket", ENDED),
        ("open_pipe", REFUSED),
        ("open_memory_file", REFUSED),
        ("fork", ENDED),
        ("execute", ENDED),
        ("signal_parent", ENDED),
        ("signal_thread_of_parent", ENDED),
        ("run_own_code", REFUSED),
        ("take_shared_memory", REFUSED),
        ("take_another_stack", REFUSED),
        ("move_stack", REFUSED),
        ("become_dumpable", REFUSED),
        ("outlive_parent", REFUSED),
        # As Python tells that error of this call.
        ("raise_limit", "ValueError"),
    ],
)
def test_the_kernel_holds_a_decoder_that_was_taken_over(
    inspector: Inspector, attack: str, answer: str
) -> None:
    outcome_text = outcome(inspector, order(attack))
    assert answer in outcome_text
    assert "Escaped" not in outcome_text


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="only x86-64 has a second set of calls")
def test_the_second_set_of_calls_is_closed(inspector: Inspector) -> None:
    assert ENDED in outcome(inspector, order("other_calls"))


def test_it_is_given_nothing_of_our_environment_but_what_it_needs(
    inspector: Inspector, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_SECRET_ACCESS_KEY", "MEDIA_CURSOR_KEY", "DATABASE_PASSWORD"):
        monkeypatch.setenv(name, "secret")
    assert outcome(inspector, order("find_settings")).startswith("LookupError")


def test_nothing_of_the_confinement_is_refused_here() -> None:
    refused: list[frozenset[Measure]] = []
    with Inspector(Limits(), SPECS, on_refused=refused.append) as inspector:
        inspector.start()
        inspector.await_readiness()
    assert refused == []


def test_refused_measures_are_reported_once_and_work_continues(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(PROGRAM, UNCONFINED)
    refused: list[frozenset[Measure]] = []
    with Inspector(Limits(), SPECS, on_refused=refused.append) as inspector:
        for owner in ("a", "b"):
            assert outcome(inspector, order("nothing"), owner).startswith("Escaped")
    assert refused == [frozenset(Measure)]


@pytest.mark.parametrize(
    "attack", ["read_file", "write_file", "open_socket", "open_pipe", "open_memory_file"]
)
def test_without_the_filter_the_limits_still_let_nothing_be_opened(
    monkeypatch: pytest.MonkeyPatch, attack: str
) -> None:
    monkeypatch.setattr(PROGRAM, UNFILTERED)
    refused: list[frozenset[Measure]] = []
    with Inspector(Limits(), SPECS, on_refused=refused.append) as inspector:
        assert outcome(inspector, order(attack)).startswith("OSError")
    assert refused == [frozenset({Measure.SYSTEM_CALLS})]


def test_the_parent_is_closed_even_to_an_unconfined_decoder() -> None:
    """Both are an ordinary user's, as in a function."""
    completed = subprocess.run(
        [sys.executable, "-m", "tests.unit.lambdas.media.inspection.ordinary_parent"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    answers = json.loads(completed.stdout)
    assert answers.pop("nothing").startswith("Escaped")
    assert set(answers) == {"read_environment", "open_memory", "attach"}
    assert {answer.partition(" ")[0] for answer in answers.values()} == {"PermissionError"}


def test_what_an_unconfined_decoder_started_holds_up_nobody_and_ends_with_it(
    unconfined: Inspector, tmp_path: Path
) -> None:
    """Its child has left session, group and parent, and keeps the line open."""
    trace = tmp_path / "pid"
    started = time.monotonic()
    assert "not decoded within 1 seconds" in outcome(unconfined, order("daemonise", trace))
    # Starting included; the child would have held the line for ever.
    assert time.monotonic() - started < 20
    assert not Path("/proc", trace.read_text()).exists()


def test_a_process_sees_the_files_of_one_owner_only(inspector: Inspector) -> None:
    remember = order("remember")
    seen = [outcome(inspector, remember, owner) for owner in ("a", "a", "b", "a", None, None)]
    names = [text.partition(" ")[0] for text in seen]
    assert names == ["Fresh", "Escaped", "Fresh", "Fresh", "Fresh", "Fresh"]


def test_once_owners_change_the_next_process_is_started_in_advance(inspector: Inspector) -> None:
    outcome(inspector, order("nothing"), "a")
    assert spare_of(inspector) == 0
    outcome(inspector, order("nothing"), "b")
    spare = spare_of(inspector)
    outcome(inspector, order("nothing"), "c")
    assert inspector.pid == spare


def spare_of(inspector: Inspector) -> int:
    return inspector.decoders.spare.pid if inspector.decoders.spare else 0


def test_memory_ends_at_the_functions_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PROGRAM, INTRUDER)
    with Inspector(Limits(), SPECS, memory_bytes=1024**3) as inspector:
        assert outcome(inspector, order("allocate")).startswith("MemoryError")
    with Inspector(Limits(), SPECS, memory_bytes=2 * 1024**3) as inspector:
        assert outcome(inspector, order("allocate")).startswith("Escaped")


def test_a_image_that_needs_more_memory_than_there_is_is_rejected_and_the_next_is_made(
    bomb: bytes, small: bytes
) -> None:
    with Inspector(Limits(upload_bytes=10**6), SPECS, memory_bytes=320 * 1024**2) as inspector:
        with pytest.raises(RejectedError) as caught:
            inspector.inspect(bomb, "a")
        assert caught.value.reason is RejectionReason.CORRUPT
        assert inspector.inspect(small, "a").width == 60
    with Inspector(Limits(upload_bytes=10**6), SPECS) as inspector:
        assert inspector.inspect(bomb, "a").width == 8000


@pytest.fixture
def bomb() -> bytes:
    """A few kilobytes that become 256 MB of pixels, within the limits."""
    return saved(Image.new("RGBA", (8000, 8000)), "PNG")


@pytest.fixture
def small() -> bytes:
    return saved(quadrants(), "PNG")
