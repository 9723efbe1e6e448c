"""Results come one by one, and no file takes the others down: with a stand-in for the code."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from tooling.console import printable
from tooling.errors import OperatorError
from tooling.images import inspect as inspection
from tooling.images.inspect import Inspector
from tooling.images.inspection_table import heading, row

if TYPE_CHECKING:
    from pathlib import Path

# Acts on each file as the file's name says; before the "--" stand limits and renditions.
STAND_IN = """
import json, os, sys, time
for name in sys.argv[sys.argv.index("--") + 1:]:
    act = os.path.basename(name)
    if act == "missing":
        print(f"{name}: No such file or directory", file=sys.stderr)
        continue
    if act == "crash":
        os.abort()
    if act == "fault":
        raise RuntimeError("no more of this")
    if act == "hang":
        time.sleep(60)
    print(json.dumps({"file": name, "status": "ready"}), flush=True)
sys.exit(2 if any(name.endswith("missing") for name in sys.argv) else 0)
"""


@pytest.fixture
def inspector() -> Inspector:
    return Inspector((sys.executable, "-c", STAND_IN), {}, timeout_seconds=1.0)


def files(folder: Path, *names: str) -> list[Path]:
    for number, name in enumerate(names):
        path = folder / str(number) / name
        path.parent.mkdir()
        if name != "missing":
            path.touch()
    return [folder / str(number) / name for number, name in enumerate(names)]


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        ("crash", "the processor's code was ended by signal 6"),
        ("fault", "the processor's code failed: RuntimeError: no more of this"),
        ("hang", "it took longer than the 1 s that the function has"),
    ],
)
def test_a_file_that_ends_the_process_is_told_and_the_rest_goes_on(
    inspector: Inspector, tmp_path: Path, capsys: pytest.CaptureFixture[str], act: str, reason: str
) -> None:
    named = files(tmp_path, "good", "missing", act, "good", act, "good")
    results = list(inspector.inspect(named))
    assert [(result["file"], result["status"]) for result in results] == [
        (str(named[0]), "ready"),
        (str(named[2]), "failed"),
        (str(named[3]), "ready"),
        (str(named[4]), "failed"),
        (str(named[5]), "ready"),
    ]
    assert capsys.readouterr().err.splitlines() == [
        f"{named[1]}: No such file or directory",
        f"{named[2]}: {reason}",
        f"{named[4]}: {reason}",
    ]
    assert set(results[1]) >= {"reason", "format", "frames", "renditions", "milliseconds"}


def test_more_files_than_a_command_line_takes_are_all_inspected(
    inspector: Inspector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspection, "FILES_PER_PROCESS", 2)
    named = files(tmp_path, "a", "b", "c", "d", "e")
    assert [result["file"] for result in inspector.inspect(named)] == [str(path) for path in named]


def test_code_that_does_not_start_is_told_before_any_file() -> None:
    broken = Inspector((sys.executable, "-c", "raise SystemExit('no such limit')"), {}, 1.0)
    with pytest.raises(OperatorError, match="no such limit"):
        broken.require_working()


def test_a_line_of_the_table_has_what_is_known() -> None:
    made = [{"name": "thumb", "width": 256, "height": 192}]
    facts = {"format": "jpeg", "width": 4032, "height": 3024, "frames": 1, "milliseconds": 9.5}
    ready = {"file": "a b.jpg", "status": "ready", "reason": None, **facts, "renditions": made}
    assert row(ready).split() == [
        *("ready", "jpeg", "4032x3024", "1", "9.5", "thumb", "256x192", "a", "b.jpg")
    ]
    unknown = dict.fromkeys(facts)
    rejected = {**ready, **unknown, "status": "rejected", "reason": "corrupt", "renditions": []}
    assert row(rejected).split() == ["rejected", "corrupt", "a", "b.jpg"]
    assert heading().index("file") == row(rejected).index("a b.jpg")


def test_a_name_cannot_command_the_terminal() -> None:
    assert printable("a\x1b[2J\n\udcff\u00e9.jpg") == "a\\x1b[2J\\n\\udcff\u00e9.jpg"
    assert json.loads(json.dumps("\udcff")) == "\udcff"
