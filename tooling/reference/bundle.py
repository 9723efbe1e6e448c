"""Redoc's standalone script, taken out of the package that carries it."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from tooling.errors import OperatorError

if TYPE_CHECKING:
    from tooling.console import Screen

LOCK = Path(__file__).with_name("requirements.lock")
SCRIPT = "redoc.standalone.js"


def redoc_bundle(cache: Path, screen: Screen) -> str:
    """Return the script, downloaded as locked on first use and then kept in the cache.

    Raises
    ------
    OperatorError
        It could not be downloaded.
    """
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]
    kept = cache / f"redoc-{digest}.js"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with (
            screen.working("downloading Redoc, once"),
            tempfile.TemporaryDirectory(dir=cache) as scratch,
        ):
            script = Path(scratch) / SCRIPT
            script.write_bytes(_script_in(_download(Path(scratch))))
            script.replace(kept)
    return kept.read_text(encoding="utf-8")


def _download(folder: Path) -> Path:
    # Only the static files are wanted, so neither the package nor what it asks for is installed.
    command = [
        *(sys.executable, "-m", "pip", "download"),
        *("--quiet", "--disable-pip-version-check", "--no-input", "--no-deps"),
        *("--require-hashes", "--only-binary", ":all:", "--requirement", str(LOCK)),
        *("--dest", str(folder)),
    ]
    completed = subprocess.run(  # noqa: S603 - our own command, put together above
        command, capture_output=True, text=True, check=False
    )
    if completed.returncode != 0:
        raise OperatorError(
            "Redoc, which shows the API's reference, could not be downloaded.",
            reason="\n".join(completed.stderr.splitlines()[-8:]),
            remedy="Check that the package index is reachable, and run the command again.",
        )
    return next(folder.glob("*.whl"))


def _script_in(wheel: Path) -> bytes:
    with zipfile.ZipFile(wheel) as content:
        name = next(name for name in content.namelist() if name.endswith(f"/{SCRIPT}"))
        return content.read(name)
