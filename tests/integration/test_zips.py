"""The real zips: built for their platform, reproducible, and self-contained."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from tooling.packaging.build import FUNCTIONS, build
from tooling.packaging.platforms import Platform, lambda_platform, this_platform
from tooling.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

AARCH64, X86_64 = 183, 62
ELF_MACHINE = slice(18, 20)
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "x",
    "MEDIA_BUCKET": "b",
    "MEDIA_TABLE": "t",
    "MEDIA_UPLOAD_BYTES_MAX": "1000",
    "MEDIA_MONTH_SHARDS": "1",
    "MEDIA_TRASH_DAYS": "7",
    "MEDIA_PURGES_MAX": "1000",
    "MEDIA_RENDITIONS": '[{"name": "thumb", "longest_side": 256}]',
    "MEDIA_PIXELS_MAX": "1000",
    "MEDIA_FRAMES_MAX": "1",
    "MEDIA_FILE_SECONDS_MAX": "1",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "2304",
    "MEDIA_URL_EXPIRY_SECONDS": "60",
    "MEDIA_UPLOAD_FORM": "true",
    "MEDIA_CURSOR_KEY": "a-key-that-signs-cursors-in-tests-only",
    "MEDIA_FIRST_MONTH": "2026-01",
    "POWERTOOLS_SERVICE_NAME": "test",
    "POWERTOOLS_METRICS_NAMESPACE": "test",
}


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace.from_process()


def machines(path: Path) -> set[int]:
    with zipfile.ZipFile(path) as zipped:
        names = [name for name in zipped.namelist() if name.endswith(".so") or ".so." in name]
        heads = [zipped.open(name).read(20) for name in names]
    return {int.from_bytes(head[ELF_MACHINE], "little") for head in heads}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_for_lambda_every_binary_is_for_arm(workspace: Workspace, function: str) -> None:
    artifact = build(workspace, function, lambda_platform())
    # The purger has none at all.
    assert machines(artifact.path) == (set() if function == "purger" else {AARCH64})


@pytest.mark.parametrize("platform", [lambda_platform(), this_platform()], ids=lambda p: p.name)
def test_pillow_is_the_locked_one(workspace: Workspace, platform: Platform) -> None:
    with zipfile.ZipFile(build(workspace, "processor", platform).path) as zipped:
        names = {name.split("/")[0].lower() for name in zipped.namelist()}
    assert "pillow-13.0.0.dist-info" in names


@pytest.mark.parametrize("function", FUNCTIONS)
def test_rebuilt_in_another_folder_it_is_the_same(
    workspace: Workspace, tmp_path: Path, function: str
) -> None:
    elsewhere = Workspace(workspace.root, tmp_path / "state", tmp_path / "cache")
    first = build(workspace, function, this_platform())
    second = build(elsewhere, function, this_platform())
    assert second.built
    assert first.path != second.path
    assert first.sha256 == second.sha256


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_zip_alone_suffices(workspace: Workspace, tmp_path: Path, function: str) -> None:
    """The embedded AWS shows functions its own packages, so this is tried without any."""
    artifact = build(workspace, function, this_platform())
    with zipfile.ZipFile(artifact.path) as zipped:
        zipped.extractall(tmp_path)
    script = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); "
        f"from functions.{function}.handler import handler; "
        "outside = [m.__file__ for m in list(sys.modules.values()) "
        "if 'site-packages' in (getattr(m, '__file__', None) or '')]; "
        "assert not outside, outside; assert callable(handler)"
    )
    completed = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 0, completed.stderr
