"""Zips: the same bytes from the same content, and only what the lock says."""

from __future__ import annotations

import hashlib
import os
import zipfile
from concurrent.futures import ThreadPoolExecutor
from time import sleep
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tooling.errors import OperatorError
from tooling.packaging import archive, dependencies
from tooling.packaging.build import FUNCTIONS
from tooling.packaging.platforms import lambda_platform, this_platform

if TYPE_CHECKING:
    from pathlib import Path

    from tooling.packaging.platforms import Platform

HASH = "--hash=sha256:" + "0" * 64


def tree(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def test_another_day_folder_and_mode_make_the_same_zip(tmp_path: Path) -> None:
    content = {"b/two.py": b"2", "a/one.py": b"1", "a.py": b"0"}
    first, second = tree(tmp_path / "x", content), tree(tmp_path / "y" / "z", content)
    for path in second.rglob("*.py"):
        os.utime(path, (1, 1))
        path.chmod(0o700)
    digests = [
        archive.write(tmp_path / f"{folder.name}.zip", archive.collect(folder))
        for folder in (first, second)
    ]
    assert digests[0] == digests[1]
    assert (tmp_path / "x.zip").read_bytes() == (tmp_path / "z.zip").read_bytes()


def test_a_changed_byte_makes_another_zip_and_another_digest(tmp_path: Path) -> None:
    one, two = (archive.collect(tree(tmp_path / n, {"a": n.encode()})) for n in ("1", "2"))
    assert archive.digest(one) != archive.digest(two)
    assert archive.write(tmp_path / "1.zip", one) != archive.write(tmp_path / "2.zip", two)


@given(
    names=st.lists(st.from_regex(r"[a-z]{1,3}(/[a-z]{1,3}){0,2}\.py", fullmatch=True), unique=True)
)
def test_the_digest_does_not_depend_on_the_order_of_files(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    path = tmp_path_factory.mktemp("one") / "file"
    path.write_bytes(b"")
    files = dict.fromkeys(names, path)
    assert archive.digest(files) == archive.digest(dict(reversed(files.items())))


def test_entries_are_stored_sorted_and_plain(tmp_path: Path) -> None:
    archive.write(tmp_path / "a.zip", archive.collect(tree(tmp_path / "s", {"b": b"", "a/c": b""})))
    with zipfile.ZipFile(tmp_path / "a.zip") as zipped:
        entries = zipped.infolist()
    assert [entry.filename for entry in entries] == ["a/c", "b"]
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.compress_type for entry in entries} == {zipfile.ZIP_STORED}
    assert {entry.external_attr >> 16 for entry in entries} == {0o100644}


def test_what_varies_or_is_of_no_use_is_left_out(tmp_path: Path) -> None:
    names = {
        "a.py": b"",
        "a/__pycache__/a.cpython-311.pyc": b"",
        "bin/tool": b"#!/this/machine",
        "x.dist-info/RECORD": b"",
        "x.dist-info/direct_url.json": b"",
        "x.dist-info/METADATA": b"",
        "functions/requirements.in": b"",
        "functions/requirements.lock": b"",
        "x/RECORD": b"not metadata",
        "x/bin/__init__.py": b"a package that happens to have this name",
    }
    kept = archive.collect(tree(tmp_path, names), "p")
    assert set(kept) == {"p/a.py", "p/x.dist-info/METADATA", "p/x/RECORD", "p/x/bin/__init__.py"}


def test_two_sources_of_one_name_are_refused(tmp_path: Path) -> None:
    files = archive.collect(tree(tmp_path, {"a.py": b""}))
    with pytest.raises(ValueError, match=r"a\.py"):
        archive.merge([files, files])


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "function" / "requirements.lock"
    path.parent.mkdir()
    path.write_text(
        f"Pillow==13.0.0 \\\n    {HASH}\n"
        f"typing-extensions==4.0 ; python_full_version < '3.12' \\\n    {HASH}\n"
        f"pywin32==1 ; sys_platform == 'win32' \\\n    {HASH}\n"
        f"arm==1 ; platform_machine == 'aarch64' \\\n    {HASH}\n",
        encoding="utf-8",
    )
    return path


def test_markers_are_judged_for_the_platform_and_not_for_this_machine(lock: Path) -> None:
    assert dependencies.locked_versions(lock, lambda_platform()) == {"pillow": "13.0.0", "arm": "1"}


def test_the_applicable_lock_has_hashes_and_no_markers(lock: Path, tmp_path: Path) -> None:
    path = dependencies._applicable_lock(lock, lambda_platform(), tmp_path)
    assert path.read_text() == f"Pillow==13.0.0 \\\n    {HASH}\narm==1 \\\n    {HASH}\n"


def installed(folder: Path, name: str, version: str) -> None:
    metadata = folder / f"{name}-{version}.dist-info" / "METADATA"
    metadata.parent.mkdir(parents=True)
    metadata.write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


def test_another_version_than_the_locked_one_is_refused(tmp_path: Path, lock: Path) -> None:
    installed(tmp_path / "site", "pillow", "12.2.0")
    with pytest.raises(OperatorError, match="did not install what") as caught:
        dependencies._require_locked(tmp_path / "site", {"pillow": "13.0.0"}, lock)
    assert "pillow 12.2.0" in caught.value.reason
    assert "pillow 13.0.0" in caught.value.reason


def test_the_locked_version_is_accepted(tmp_path: Path, lock: Path) -> None:
    installed(tmp_path / "site", "Pillow", "13.0.0")
    dependencies._require_locked(tmp_path / "site", {"pillow": "13.0.0"}, lock)


def test_two_runs_at_once_install_once(
    tmp_path: Path, lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installs: list[Path] = []

    def install(_lock: Path, _platform: Platform, folder: Path) -> None:
        installs.append(folder)
        sleep(0.1)  # long enough for the other to come
        installed(folder, "Pillow", "13.0.0")

    monkeypatch.setattr(dependencies, "_pip_install", install)
    monkeypatch.setattr(dependencies, "_require_locked", lambda *_: None)
    with ThreadPoolExecutor() as pool:
        found = [
            pool.submit(dependencies.install, lock, this_platform(), tmp_path) for _ in range(2)
        ]
        folders = {each.result() for each in found}
    assert len(installs) == len(folders) == 1


def test_lambda_names_every_manylinux_that_its_runtime_takes() -> None:
    arguments = lambda_platform().pip_arguments
    platforms = {arguments[i + 1] for i, word in enumerate(arguments) if word == "--platform"}
    assert platforms == {
        "manylinux_2_34_aarch64",
        "manylinux_2_28_aarch64",
        "manylinux_2_17_aarch64",
        "manylinux2014_aarch64",
    }


def test_this_platform_leaves_the_choice_to_pip() -> None:
    assert this_platform().pip_arguments == ()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_locks_hold_hashes_and_no_index(root: Path, function: str) -> None:
    text = (root / "lambdas" / "functions" / function / "requirements.lock").read_text()
    assert "--hash=sha256:" in text
    assert "://" not in text
    for platform in (lambda_platform(), this_platform()):
        versions = dependencies.locked_versions(
            root / "lambdas" / "functions" / function / "requirements.lock", platform
        )
        assert {"botocore", "aws-lambda-powertools"} <= set(versions)


def test_botocore_keeps_the_services_that_are_called(tmp_path: Path) -> None:
    data = tree(
        tmp_path / "botocore" / "data", {"s3/a.json": b"", "ec2/a.json": b"", "endpoints.json": b""}
    )
    dependencies._prune_botocore(tmp_path)
    assert sorted(path.name for path in data.iterdir()) == ["endpoints.json", "s3"]


def test_the_digest_is_that_of_the_content(tmp_path: Path) -> None:
    files = archive.collect(tree(tmp_path, {"a": b"x"}))
    expected = hashlib.sha256(f"a\0{hashlib.sha256(b'x').hexdigest()}\n".encode()).hexdigest()
    assert archive.digest(files) == expected
