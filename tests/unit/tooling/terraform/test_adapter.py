"""One case for each quirk of python-terraform that the adapter keeps away, and how Terraform ends.

A small program stands where terraform would: it writes down how it was called.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from typing import TYPE_CHECKING

import pytest

from tooling.errors import Interrupted
from tooling.terraform.adapter import Terraform
from tooling.terraform.diagnostics import TerraformFailed

if TYPE_CHECKING:
    from pathlib import Path

RECORDER = """
import json, os, sys
from pathlib import Path
Path({calls!r}).write_text(
    json.dumps({{"arguments": sys.argv[1:], "environment": dict(os.environ)}})
)
print({prints!r})
sys.exit({code})
"""


class Recorder:
    """A terraform that answers as set up and remembers its call."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.calls = folder / "calls.json"
        self.binary = folder / "terraform"

    def answering(self, prints: str = "", code: int = 0) -> Terraform:
        script = RECORDER.format(calls=str(self.calls), prints=prints, code=code)
        self.binary.write_text(f"#!{sys.executable}\n{script}", encoding="utf-8")
        self.binary.chmod(0o755)
        return Terraform(self.binary, self.folder, {"PATH": os.environ["PATH"], "MARK": "1"}, "dev")

    @property
    def arguments(self) -> list[str]:
        return list(json.loads(self.calls.read_text(encoding="utf-8"))["arguments"])

    @property
    def environment(self) -> dict[str, str]:
        return dict(json.loads(self.calls.read_text(encoding="utf-8"))["environment"])


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder(tmp_path)


def test_plan_takes_code_2_as_changes_and_0_as_none(recorder: Recorder, tmp_path: Path) -> None:
    assert recorder.answering(code=2).plan(tmp_path / "p", variables=tmp_path / "v.json") is True
    assert recorder.answering(code=0).plan(tmp_path / "p", variables=tmp_path / "v.json") is False
    assert "-detailed-exitcode" in recorder.arguments
    assert recorder.arguments.count(f"-var-file={tmp_path / 'v.json'}") == 1


def test_plan_takes_code_1_as_failure(recorder: Recorder, tmp_path: Path) -> None:
    with pytest.raises(TerraformFailed, match="terraform plan failed"):
        recorder.answering(code=1).plan(tmp_path / "p")


def test_apply_takes_a_saved_plan_and_no_approval(recorder: Recorder, tmp_path: Path) -> None:
    recorder.answering().apply(tmp_path / "saved.tfplan")
    assert recorder.arguments[0] == "apply"
    assert recorder.arguments[-1] == str(tmp_path / "saved.tfplan")
    assert not [flag for flag in recorder.arguments if "approve" in flag or "var" in flag]


def test_destroy_is_a_plan_so_no_removed_force_flag_is_sent(
    recorder: Recorder, tmp_path: Path
) -> None:
    recorder.answering().plan(tmp_path / "p", destroy=True)
    assert "-destroy=true" in recorder.arguments
    assert not [flag for flag in recorder.arguments if "force" in flag]


def test_a_saved_plan_is_read_as_json(recorder: Recorder, tmp_path: Path) -> None:
    assert recorder.answering('{"a": {"b": [1]}}').show(tmp_path / "p") == {"a": {"b": [1]}}
    assert recorder.arguments == ["show", "-json", str(tmp_path / "p")]


def test_init_reconfigures_only_where_a_backend_is_given(
    recorder: Recorder, tmp_path: Path
) -> None:
    recorder.answering().init(None)
    assert recorder.arguments == [
        "init",
        "-lockfile=readonly",
        "-input=false",
        "-json",
        "-backend=false",
    ]
    recorder.answering().init(tmp_path / "backend.hcl")
    assert f"-backend-config={tmp_path / 'backend.hcl'}" in recorder.arguments
    assert "-reconfigure" in recorder.arguments


def test_the_environment_is_what_was_given_with_path_and_nothing_else(
    recorder: Recorder, tmp_path: Path
) -> None:
    recorder.answering("{}").show(tmp_path / "p")
    assert recorder.environment["PATH"] == os.environ["PATH"]
    assert recorder.environment["MARK"] == "1"
    assert "HOME" not in recorder.environment


def test_nothing_is_left_in_the_temporary_folder(
    recorder: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    recorder.answering(code=2).plan(tmp_path / "p", variables=tmp_path / "v.json")
    missing = Terraform(recorder.binary, tmp_path / "nowhere", {"PATH": os.environ["PATH"]}, "dev")
    with pytest.raises(FileNotFoundError):
        missing.plan(tmp_path / "p", variables=tmp_path / "v.json")
    assert list(scratch.iterdir()) == []


def test_a_mistyped_method_is_an_error_and_not_a_command(recorder: Recorder) -> None:
    terraform = recorder.answering()
    with pytest.raises(AttributeError):
        terraform.aply("plan")  # type: ignore[attr-defined]
    assert not recorder.calls.exists()


def test_messages_reach_the_listener_and_other_lines_do_not(
    recorder: Recorder, tmp_path: Path
) -> None:
    heard: list[str] = []
    printed = '{"type": "version"}\nnoise\n{"type": "apply_start"}'
    recorder.answering(printed).apply(tmp_path / "p", lambda message: heard.append(message["type"]))
    assert heard == ["version", "apply_start"]


def test_a_failure_is_told_in_terraforms_own_words(recorder: Recorder, tmp_path: Path) -> None:
    diagnostic = {
        "severity": "error",
        "summary": "Invalid value",
        "detail": "limits must be 1 or more.",
        "range": {"filename": "variables.tf", "start": {"line": 7}},
    }
    line = json.dumps({"type": "diagnostic", "diagnostic": diagnostic})
    with pytest.raises(TerraformFailed) as caught:
        recorder.answering(line, code=1).plan(tmp_path / "p")
    assert caught.value.reason == "Invalid value (variables.tf:7)\nlimits must be 1 or more."
    assert "Traceback" not in str(caught.value)


def test_a_failure_without_diagnostics_shows_what_was_printed(
    recorder: Recorder, tmp_path: Path
) -> None:
    with pytest.raises(TerraformFailed) as caught:
        recorder.answering("flag provided but not defined", code=1).show(tmp_path / "p")
    assert "flag provided but not defined" in caught.value.reason


def test_a_held_lock_says_how_to_lift_it(recorder: Recorder, tmp_path: Path) -> None:
    diagnostic = {
        "severity": "error",
        "summary": "Error acquiring the state lock",
        "detail": "Error message: StatusCode: 412, RequestID: 0ad8b74d, HostID: 5qH8RMq=, api error"
        " PreconditionFailed\nLock Info:\n  ID:        1234-abcd\n  Who:       a@b\n",
    }
    line = json.dumps({"type": "diagnostic", "diagnostic": diagnostic})
    with pytest.raises(TerraformFailed) as caught:
        recorder.answering(line, code=1).plan(tmp_path / "p")
    assert "nox -s unlock -- dev 1234-abcd" in caught.value.remedy
    assert "Who:       a@b" in caught.value.reason


@pytest.mark.parametrize("lock_id", ["$(id)", "a;id", "-x", "`id`", "a\u202eb", "--force"])
def test_a_lock_whose_id_is_none_does_not_come_into_a_command(
    recorder: Recorder, tmp_path: Path, lock_id: str
) -> None:
    diagnostic = {
        "severity": "error",
        "summary": "Error acquiring the state lock",
        "detail": f"Lock Info:\n  ID:        {lock_id}\n  Who:       a@b\n",
    }
    line = json.dumps({"type": "diagnostic", "diagnostic": diagnostic})
    with pytest.raises(TerraformFailed) as caught:
        recorder.answering(line, code=1).plan(tmp_path / "p")
    assert "nox -s unlock" not in caught.value.remedy


def test_validate_reads_the_document_that_comes_with_code_1(recorder: Recorder) -> None:
    document = {
        "valid": False,
        "diagnostics": [{"severity": "error", "summary": "Bad", "detail": ""}],
    }
    with pytest.raises(TerraformFailed, match="terraform validate failed"):
        recorder.answering(json.dumps(document), code=1).validate()
    recorder.answering(json.dumps({"valid": True, "diagnostics": []})).validate()


SLOW = """
import signal, sys, time
from pathlib import Path
def stop(*_):
    with Path({log!r}).open("a") as log:
        log.write("interrupted\\n")
    time.sleep(1)
    with Path({log!r}).open("a") as log:
        log.write("state written\\n")
    sys.exit(1)
signal.signal(signal.SIGINT, stop)
print('{{"type": "version"}}', flush=True)
time.sleep(60)
"""

OPERATOR = """
import signal, sys
from pathlib import Path
from tooling.errors import Interrupted
from tooling.terraform.adapter import Terraform
def interrupt(*_):
    raise Interrupted
signal.signal(signal.SIGINT, interrupt)
terraform = Terraform(Path({binary!r}), Path({folder!r}), {{"PATH": "/usr/bin:/bin"}}, "dev")
try:
    terraform.apply(Path("p"), lambda _: print("running", flush=True))
except Interrupted as stopped:
    print(stopped.what)
    sys.exit(130)
"""


def test_ctrl_c_reaches_terraform_once_and_waits_for_its_state(root: Path, tmp_path: Path) -> None:
    log, binary = tmp_path / "log", tmp_path / "terraform"
    binary.write_text(f"#!{sys.executable}\n{SLOW.format(log=str(log))}", encoding="utf-8")
    binary.chmod(0o755)
    script = OPERATOR.format(binary=str(binary), folder=str(tmp_path))
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
        start_new_session=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        os.killpg(process.pid, signal.SIGINT)  # what a terminal does
        while not (log.exists() and "interrupted" in log.read_text(encoding="utf-8")):
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)  # impatient
        said = process.stdout.read()
    assert process.returncode == 130
    assert "written into its state" in said
    assert log.read_text(encoding="utf-8") == "interrupted\nstate written\n"


def test_interrupted_is_no_ordinary_exception() -> None:
    assert not issubclass(Interrupted, Exception)
