"""Zips: the same bytes from the same content, and only what the lock says."""

from __future__ import annotations

import hashlib
import os
import tarfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tooling.errors import OperatorError
from tooling.packaging import archive, dependencies
from tooling.packaging.build import FUNCTIONS
from tooling.packaging.platforms import lambda_platform, this_platform

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


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
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that is the only place uv looks at."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("UV_NO_INDEX", "1")
    monkeypatch.setenv("UV_FIND_LINKS", str(folder))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    return folder


def wheel(folder: Path, name: str, tag: str = "py3-none-any", files: Sequence[str] = ()) -> str:
    """Make a wheel of version 1, with these files as well, and return its line of a lock."""
    path = folder / f"{name}-1-{tag}.whl"
    with zipfile.ZipFile(path, "w") as content:
        for file in (f"{name}.py", *files):
            content.writestr(file, "")
        content.writestr(
            f"{name}-1.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n"
        )
        content.writestr(
            f"{name}-1.dist-info/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n"
        )
        content.writestr(f"{name}-1.dist-info/RECORD", "")
    return f"{name}==1 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"


def lock_of(folder: Path, *lines: str) -> Path:
    path = folder / "function" / "requirements.lock"
    path.parent.mkdir()
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def modules(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("*.py")}


def with_marker(line: str, marker: str) -> str:
    return line.replace(" --hash", f" ; {marker} --hash")


def test_markers_and_tags_are_judged_for_the_platform_and_not_for_this_machine(
    tmp_path: Path, wheels: Path
) -> None:
    lock = lock_of(
        tmp_path,
        wheel(wheels, "native", "cp313-cp313-manylinux_2_28_aarch64"),
        with_marker(wheel(wheels, "arm"), "platform_machine == 'aarch64'"),
        with_marker(wheel(wheels, "old"), "python_full_version < '3.13'"),
        with_marker(wheel(wheels, "win"), "sys_platform == 'win32'"),
    )
    folder = dependencies.install(lock, lambda_platform(), tmp_path)
    assert modules(folder) == {"native", "arm"}
    assert not (folder / ".lock").exists()


def test_a_wheel_that_lambda_could_not_load_is_refused(tmp_path: Path, wheels: Path) -> None:
    lock = lock_of(tmp_path, wheel(wheels, "native", "cp313-cp313-manylinux_2_39_aarch64"))
    with pytest.raises(OperatorError, match="packages of function could not be installed"):
        dependencies.install(lock, lambda_platform(), tmp_path)


def test_another_content_than_the_locked_one_is_refused(tmp_path: Path, wheels: Path) -> None:
    line = wheel(wheels, "plain")
    with zipfile.ZipFile(wheels / "plain-1-py3-none-any.whl", "a") as content:
        content.writestr("stranger.py", "")
    with pytest.raises(OperatorError) as caught:
        dependencies.install(lock_of(tmp_path, line), this_platform(), tmp_path)
    assert "hash" in str(caught.value.reason).lower()


def test_a_package_that_would_have_to_be_built_is_refused(tmp_path: Path, wheels: Path) -> None:
    path = wheels / "source-1.tar.gz"
    with tarfile.open(path, "w:gz") as content:
        script = tree(tmp_path / "source-1", {"setup.py": b"raise SystemExit('it ran')"})
        content.add(script, "source-1")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    lock = lock_of(tmp_path, f"source==1 --hash=sha256:{digest}")
    with pytest.raises(OperatorError) as caught:
        dependencies.install(lock, this_platform(), tmp_path)
    assert "it ran" not in str(caught.value.reason)


def test_two_runs_at_once_install_once(tmp_path: Path, wheels: Path) -> None:
    lock = lock_of(tmp_path, wheel(wheels, "plain"))
    with ThreadPoolExecutor() as pool:
        found = [
            pool.submit(dependencies.install, lock, this_platform(), tmp_path) for _ in range(4)
        ]
        folders = {each.result() for each in found}
    assert [modules(folder) for folder in folders] == [{"plain"}]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_locks_hold_hashes_and_no_index(root: Path, function: str) -> None:
    text = (root / "lambdas" / "functions" / function / "requirements.lock").read_text()
    assert "--hash=sha256:" in text
    assert "://" not in text
    assert "\nbotocore==" in text
    assert "aws-lambda-powertools==" in text


def test_botocore_keeps_the_services_that_are_called(tmp_path: Path, wheels: Path) -> None:
    names = ("s3/a.json", "ec2/a.json", "endpoints.json")
    line = wheel(wheels, "botocore", files=[f"botocore/data/{name}" for name in names])
    folder = dependencies.install(lock_of(tmp_path, line), this_platform(), tmp_path)
    data = folder / "botocore" / "data"
    assert sorted(path.name for path in data.iterdir()) == ["endpoints.json", "s3"]


def test_the_digest_is_that_of_the_content(tmp_path: Path) -> None:
    files = archive.collect(tree(tmp_path, {"a": b"x"}))
    expected = hashlib.sha256(f"a\0{hashlib.sha256(b'x').hexdigest()}\n".encode()).hexdigest()
    assert archive.digest(files) == expected
