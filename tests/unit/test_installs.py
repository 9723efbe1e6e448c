"""No line of the repository installs a package without its hash, or runs one's code to do so."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
# A person's first command on their own machine, where no credentials are used yet.
FIRST_COMMAND = "python -m pip install nox && nox -s "
PIP_INSTALL = re.compile(r"\bpip3?\b[^|;&]*\b(install|download)\b")
HASHED = ("--require-hashes", "--only-binary")
# As uv says it.
HASHED_BY_UV = ("--require-hashes", "--no-build")
LOCKS = sorted(ROOT.glob("*/**/*requirements.lock")) + sorted(ROOT.glob(".ci/*.lock"))
FROM_SOURCE = {"python-terraform", "derpconf", "pyvips"}


def tracked() -> list[Path]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file() and path != Path(__file__).resolve()]


def lines_that_install(path: Path) -> Iterator[str]:
    """The commands of a file, each that goes on in the next line joined to it."""
    text = path.read_text(encoding="utf-8", errors="replace").replace("\\\n", " ")
    text = re.sub(r"(--only-binary :all:)\n\s+", r"\1 ", text)  # as YAML folds it
    for line in text.splitlines():
        if PIP_INSTALL.search(line) and FIRST_COMMAND not in line:
            yield line.strip()


def calls_that_install(path: Path) -> Iterator[set[str]]:
    """The words of each statement of a Python file that puts a pip command together."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Assign | ast.Expr | ast.Return):
            words = {
                str(part.value)
                for part in ast.walk(node)
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            }
            if "pip" in words and words & {"install", "download"}:
                yield words


def test_the_search_finds_what_it_is_to_find() -> None:
    found = [path.name for path in tracked() for _ in lines_that_install(path)]
    assert {"run", "checks.yml", "deploy.yml", "promote.yml"} <= set(found)
    python = [path for path in tracked() if path.suffix == ".py"]
    calls = {path.relative_to(ROOT).as_posix() for path in python for _ in calls_that_install(path)}
    assert {
        "noxfile.py",
        "tooling/packaging/dependencies.py",
        "tooling/reference/bundle.py",
        "tooling/scanning/installation.py",
        "tests/benchmarks/images/installation.py",
    } <= calls


def test_every_command_in_a_script_workflow_or_page_takes_hashed_wheels_alone() -> None:
    shell = [path for path in tracked() if path.suffix != ".py"]
    assert [
        (path.name, line)
        for path in shell
        for line in lines_that_install(path)
        if not all(option in line for option in HASHED)
    ] == []


def test_every_command_in_python_takes_hashed_wheels_alone() -> None:
    for path in tracked():
        if path.suffix == ".py":
            for words in calls_that_install(path):
                assert set(HASHED_BY_UV if "uv" in words else HASHED) <= words, path


def test_no_session_installs_by_nox_itself() -> None:
    assert "session.install(" not in (ROOT / "noxfile.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.relative_to(ROOT).as_posix())
def test_every_package_of_a_lock_has_its_version_and_hashes(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    entries = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert entries
    assert [
        line for line in entries if not re.search(r"^[\w.-]+==\S+ .*--hash=sha256:", line)
    ] == []


def test_what_is_built_from_source_is_named_one_by_one() -> None:
    named = set()
    for name in ("noxfile.py", "tests/benchmarks/images/installation.py"):
        text = (ROOT / name).read_text(encoding="utf-8")
        named |= set(re.findall(r'^SOURCE_ONLY = "(.+)"$', text, re.MULTILINE)[0].split(","))
    assert named == FROM_SOURCE
