"""Installing from the locks runs no code but that which the locks name by hash.

A package index in a folder offers a poisoned setuptools, newer than the one that is locked:
whatever builds a package with "the newest setuptools" runs it.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BACKEND = """
import os, re, zipfile
from pathlib import Path

with open({log!r}, "a") as log:
    log.write("{who}\\n")

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    name, version = re.search(r'name="(.+)", version="(.+)"', Path("setup.py").read_text()).groups()
    name = name.replace("-", "_")
    info = f"{{name}}-{{version}}.dist-info"
    wheel = f"{{name}}-{{version}}-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, wheel), "w") as archive:
        archive.writestr(f"{{name}}.py", "")
        head = f"Metadata-Version: 2.1\\nName: {{name}}\\nVersion: {{version}}\\n"
        tags = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
        archive.writestr(f"{{info}}/METADATA", head)
        archive.writestr(f"{{info}}/WHEEL", tags)
        archive.writestr(f"{{info}}/RECORD", "")
    return wheel

class __legacy__:
    build_wheel = staticmethod(build_wheel)
"""
LOCKED, POISONED = "100.0", "200.0"


@dataclass(frozen=True)
class Index:
    """A folder of packages, and the file where build tools write that they ran."""

    folder: Path
    log: Path

    def add_setuptools(self, version: str, who: str) -> str:
        """A setuptools that says that it runs; its line for a lock."""
        info = f"setuptools-{version}.dist-info"
        files = {
            "setuptools/__init__.py": "",
            "setuptools/build_meta.py": BACKEND.format(log=str(self.log), who=who),
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: setuptools\nVersion: {version}\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        lines = [f"{name},sha256={digest(text)},{len(text)}" for name, text in files.items()]
        files[f"{info}/RECORD"] = "\n".join([*lines, f"{info}/RECORD,,"])
        path = self.folder / f"setuptools-{version}-py3-none-any.whl"
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
        return locked("setuptools", version, path)

    def add_source(self, name: str) -> str:
        """A package that is published as source alone; its line for a lock."""
        path = self.folder / f"{name.replace('-', '_')}-1.0.tar.gz"
        files = {
            "PKG-INFO": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
            "setup.py": f'from setuptools import setup\nsetup(name="{name}", version="1.0")\n',
        }
        with tarfile.open(path, "w:gz") as archive:
            for file, text in files.items():
                entry = tarfile.TarInfo(f"{name.replace('-', '_')}-1.0/{file}")
                entry.size = len(text)
                archive.addfile(entry, io.BytesIO(text.encode()))
        return locked(name, "1.0", path)

    def ran(self) -> set[str]:
        """Which build tools ran."""
        return set(self.log.read_text().split()) if self.log.exists() else set()


def digest(text: str) -> str:
    raw = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def locked(name: str, version: str, path: Path) -> str:
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


@pytest.fixture
def index(tmp_path: Path) -> Index:
    folder = tmp_path / "index"
    folder.mkdir()
    found = Index(folder, tmp_path / "ran.txt")
    found.add_setuptools(POISONED, "poisoned")
    return found


@pytest.fixture
def checkout(tmp_path: Path, index: Index) -> Path:
    """The noxfile over a tooling that does nothing, and over locks of its own."""
    folder = tmp_path / "checkout"
    (folder / "tooling" / "commands").mkdir(parents=True)
    shutil.copy(ROOT / "noxfile.py", folder)
    # Of which the noxfile makes its sessions.
    table = Path("tooling", "commands", "table.py")
    shutil.copy(ROOT / table, folder / table)
    (folder / "tooling" / "__main__.py").write_text("print('the tooling runs')\n")
    (folder / "tooling" / "build-requirements.lock").write_text(
        index.add_setuptools(LOCKED, "locked")
    )
    return folder


def status(checkout: Path, index: Index) -> subprocess.CompletedProcess[str]:
    """Run a command that installs the tooling first, from the index alone."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    settings = {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(index.folder),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_CACHE_DIR": "1",
    }
    return subprocess.run(
        [sys.executable, "-m", "nox", "-s", "status"],
        cwd=checkout,
        env=kept | settings,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_one_package_without_a_wheel_is_built_by_the_locked_tools(
    checkout: Path, index: Index
) -> None:
    (checkout / "tooling" / "requirements.lock").write_text(index.add_source("python-terraform"))
    completed = status(checkout, index)
    assert completed.returncode == 0, completed.stdout + completed.stderr
    assert "the tooling runs" in completed.stdout
    assert index.ran() == {"locked"}


def test_another_source_in_the_lock_is_refused_and_nothing_of_it_runs(
    checkout: Path, index: Index
) -> None:
    (checkout / "tooling" / "requirements.lock").write_text(index.add_source("victim"))
    completed = status(checkout, index)
    assert completed.returncode != 0
    assert "No matching distribution found for victim" in completed.stdout + completed.stderr
    assert index.ran() == set()


def test_other_bytes_than_those_of_the_lock_are_refused(checkout: Path, index: Index) -> None:
    line = index.add_source("python-terraform")
    (checkout / "tooling" / "requirements.lock").write_text(line)
    with (index.folder / "python_terraform-1.0.tar.gz").open("ab") as file:
        file.write(b"more")
    completed = status(checkout, index)
    assert completed.returncode != 0
    assert "DO NOT MATCH THE HASHES" in completed.stdout + completed.stderr
    assert index.ran() == set()
