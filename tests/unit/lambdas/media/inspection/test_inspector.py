import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from media.inspection import (
    InspectionError,
    Inspector,
    RejectedError,
    RenditionSpec,
    worker,
)
from media.inspection.decoder_process import DecoderProcess
from media.inspection.decoders import Decoders
from media.inspection.wire import Assignment, Fault
from media.model.formats import ImageFormat
from media.model.images import RejectionReason
from media.model.limits import Limits
from tests.unit.lambdas.media.inspection.sample_images import quadrants, saved

SPECS = (RenditionSpec("thumb", 16),)
IMPOSTOR = "tests.unit.lambdas.media.inspection.impostor"
IMPOSTORS = ("IMPOSTOR_SAYS", "IMPOSTOR_TRACE")
SAMPLE = saved(quadrants(), "PNG")


def test_a_process_that_dies_is_replaced_and_its_file_looked_at_again() -> None:
    with Inspector(Limits(), SPECS) as inspector:
        image = inspector.inspect(SAMPLE, "alice")
        assert (image.format, image.width, image.height) == (ImageFormat.PNG, 60, 40)
        assert [(r.name, r.width) for r in image.renditions] == [("thumb", 16)]
        pid = inspector.pid
        os.kill(pid, signal.SIGSEGV)
        assert inspector.inspect(SAMPLE, "alice").sha256 == image.sha256
        assert inspector.pid != pid


@pytest.mark.parametrize(
    ("end", "error"),
    [
        (signal.SIGSEGV, (RejectedError, "crashes its decoder")),
        (signal.SIGKILL, (InspectionError, "was killed")),
    ],
)
def test_what_ends_every_process_is_the_files_fault_unless_the_system_did_it(
    end: signal.Signals, error: tuple[type[Exception], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Inspector(Limits(), SPECS) as inspector:
        with monkeypatch.context() as patch:
            decoders = inspector.decoders
            patch.setattr(decoders, "await_readiness", lambda: ended(decoders, end))
            with pytest.raises(error[0], match=error[1]):
                inspector.inspect(SAMPLE, "alice")
        assert inspector.inspect(SAMPLE, "alice").width == 60


def ended(decoders: Decoders, end: signal.Signals) -> DecoderProcess:
    """Give a process that was ready and ends before it is asked."""
    decoder = Decoders.await_readiness(decoders)
    os.kill(decoder.pid, end)
    decoder.wait()
    return decoder


def test_a_process_that_does_not_even_start_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    with Inspector(Limits(), SPECS) as inspector:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "path", [])
            with pytest.raises(InspectionError, match=r"ended with code 1|did not start"):
                inspector.inspect(SAMPLE, "alice")
        assert inspector.inspect(SAMPLE, "alice").width == 60


def test_a_file_that_takes_too_long_is_given_up_and_the_next_goes_on() -> None:
    with Inspector(Limits(), SPECS, seconds_max=0.0005) as hasty:
        with pytest.raises(RejectedError, match=r"not decoded within 0\.0005 seconds") as error:
            hasty.inspect(SAMPLE, "alice")
        assert error.value.reason is RejectionReason.CORRUPT
        with pytest.raises(RejectedError, match="not decoded within"):
            hasty.inspect(SAMPLE, "alice")


def test_a_rejection_comes_back_with_its_reason() -> None:
    with Inspector(Limits(pixels=100), SPECS) as inspector:
        with pytest.raises(RejectedError, match="60 x 40") as error:
            inspector.inspect(SAMPLE, "alice")
        assert error.value.reason is RejectionReason.TOO_MANY_PIXELS
        with pytest.raises(RejectedError, match="is empty"):
            inspector.inspect(b"", "alice")


@pytest.mark.parametrize(
    ("says", "error"),
    [
        ("a pickle", (RejectedError, "crashes its decoder")),
        ("half an answer", (RejectedError, "crashes its decoder")),
        ("a fault", (InspectionError, "KeyError at media.x:1")),
    ],
)
def test_a_decoder_that_was_taken_over_answers_with_nothing_that_runs_here(
    says: str, error: tuple[type[Exception], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    with Inspector(Limits(), SPECS) as inspector:
        with monkeypatch.context() as patch:
            patch.setattr("media.inspection.decoder_process._PROGRAM", IMPOSTOR)
            patch.setattr("media.inspection.decoder_process._INHERITED", IMPOSTORS)
            patch.setenv("IMPOSTOR_SAYS", says)
            patch.setenv("IMPOSTOR_TRACE", str(trace))
            with pytest.raises(error[0], match=error[1]):
                inspector.inspect(SAMPLE, "alice")
        assert not trace.exists()
        inspector.close()
        assert inspector.inspect(SAMPLE, "alice").width == 60


def test_a_decoder_that_was_taken_over_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("media.inspection.decoder_process._PROGRAM", IMPOSTOR)
    monkeypatch.setattr("media.inspection.inspector._GRACE_SECONDS", 0)
    monkeypatch.setattr("media.inspection.decoder_process._INHERITED", IMPOSTORS)
    monkeypatch.setenv("IMPOSTOR_SAYS", "half an answer, and waits")
    with (
        Inspector(Limits(), SPECS, seconds_max=0.5) as inspector,
        pytest.raises(RejectedError, match=r"not decoded within 0\.5 seconds"),
    ):
        inspector.inspect(SAMPLE, "alice")


def test_a_fault_of_ours_is_reported_without_text_from_the_file() -> None:
    unset = Assignment(None, SPECS, 20, 10**9, 1)  # type: ignore[arg-type]  # the fault
    fault = worker.answer_file(SAMPLE, unset)
    assert isinstance(fault, Fault)
    assert fault.name == "AttributeError"
    assert fault.place.startswith("media.inspection.pipeline:")


def test_the_process_is_limited_in_memory_files_and_what_it_opens() -> None:
    with Inspector(Limits(upload_bytes=10**6), SPECS, memory_bytes=10**9) as inspector:
        inspector.inspect(SAMPLE, "alice")
        limits = Path("/proc", str(inspector.pid), "limits").read_text().splitlines()
    # Behind the name, which has up to three words, stand the soft and the hard limit.
    hard = {line[:26].strip(): line[26:].split()[1] for line in limits}
    beside = 160 * 1024**2 + 10**6
    assert hard["Max data size"] == str(10**9 - beside)
    for name in ("Max file size", "Max open files", "Max core file size"):
        assert hard[name] == "0"


def test_the_process_ends_with_who_started_it() -> None:
    code = (
        "from media.inspection import DEFAULT_RENDITIONS, Inspector\n"
        "from media.model.limits import Limits\n"
        "inspector = Inspector(Limits(), DEFAULT_RENDITIONS)\n"
        "inspector.start()\n"
        "print(inspector.pid, flush=True)\n"
        "import os; os._exit(1)"
    )
    path = {"PYTHONPATH": os.pathsep.join(sys.path)}
    started = subprocess.run(
        [sys.executable, "-c", code], env=path, capture_output=True, text=True, check=False
    )
    pid = int(started.stdout)
    descriptor = _descriptor_of(pid)
    if descriptor is not None:
        # It becomes readable when the process has ended.
        assert _readable(descriptor)


def _descriptor_of(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        return None


def _readable(descriptor: int) -> bool:
    try:
        return bool(select.select([descriptor], [], [], 20)[0])
    finally:
        os.close(descriptor)
