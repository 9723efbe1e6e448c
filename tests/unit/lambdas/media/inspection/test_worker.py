import os
import signal
from pathlib import Path

import pytest

from media.inspection.specs import RenditionSpec
from media.inspection.worker import Inspector
from media.limits import Limits
from tests.unit.lambdas.media.inspection.pictures import quadrants, saved

SPECS = (RenditionSpec("thumb", 16),)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    path.write_bytes(saved(quadrants(), "PNG"))
    return path


def test_a_worker_that_dies_is_replaced_and_its_file_looked_at_again(picture: Path) -> None:
    with Inspector(Limits(), SPECS) as inspector:
        assert inspector.inspect(picture)["status"] == "ready"
        assert inspector._process
        pid = inspector._process.pid
        assert pid
        os.kill(pid, signal.SIGSEGV)
        assert inspector.inspect(picture)["status"] == "ready"
        assert inspector._process.pid != pid


def test_a_file_that_ends_every_worker_is_corrupt_and_the_next_goes_on(
    picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Inspector(Limits(), SPECS) as inspector:
        with monkeypatch.context() as patch:
            patch.setattr(inspector, "_ask", _ended)
            line = inspector.inspect(picture)
        assert (line["status"], line["reason"]) == ("rejected", "corrupt")
        assert "makes its decoder fail" in line["message"]
        assert inspector.inspect(picture)["status"] == "ready"


def _ended(_: Path) -> None:
    raise EOFError


def test_a_file_that_takes_too_long_is_given_up(picture: Path) -> None:
    with Inspector(Limits(), SPECS, seconds_max=0.000001) as inspector:
        line = inspector.inspect(picture)
    assert (line["reason"], "not decoded within" in line["message"]) == ("corrupt", True)


def test_the_worker_has_less_memory_than_the_machine(picture: Path) -> None:
    with Inspector(Limits(), SPECS) as inspector:
        inspector.inspect(picture)
        assert inspector._process
        limits = Path(f"/proc/{inspector._process.pid}/limits").read_text()
    address_space = next(line for line in limits.splitlines() if line.startswith("Max address"))
    assert address_space.split()[3] == str(6 * 1024**3)
