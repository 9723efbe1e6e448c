"""The terraform binary: from PATH, or downloaded once and verified."""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
import shutil
import subprocess
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import urllib3
from packaging.version import Version

from tooling.errors import OperatorError
from tooling.http import pool_for

if TYPE_CHECKING:
    from collections.abc import Mapping

MINIMUM_VERSION = Version("1.10")
DOWNLOADED_VERSION = "1.11.4"
DOWNLOAD_SITE = "https://releases.hashicorp.com"
DOWNLOAD_TIMEOUT_SECONDS = 120.0
# SHA-256 of the zips of DOWNLOADED_VERSION, as HashiCorp publishes them.
CHECKSUMS = {
    "linux_amd64": "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc",
    "linux_arm64": "a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633",
    "darwin_amd64": "a56d5002b9f7647291faccc3dd1a70350e60fb61e4c45037629508b8fdc2575b",
    "darwin_arm64": "867e0808fa971217043e25b7a792b10720c79b1546f8a68479b74f138be73e18",
}
MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True)
class Download:
    """Where to download a missing terraform.

    Parameters
    ----------
    site : str
        Base URL of the release site.
    checksums : dict of str to str
        SHA-256 of the zip for each platform.
    """

    site: str = DOWNLOAD_SITE
    checksums: dict[str, str] | None = None

    def fetch(self, folder: Path) -> Path:
        """Download terraform into `folder`, unless it is there; return its path.

        Raises
        ------
        OperatorError
            No build for this platform, the site is out of reach, or the checksum is wrong. In
            each case nothing is left in `folder`.
        """
        binary = folder / f"terraform-{DOWNLOADED_VERSION}"
        if binary.exists():
            return binary
        name = platform_name()
        checksum = (self.checksums or CHECKSUMS).get(name)
        if checksum is None:
            raise OperatorError(
                f"There is no terraform to download for {name}.",
                remedy=f"Install Terraform {MINIMUM_VERSION} or newer and put it on PATH.",
            )
        url = (
            f"{self.site}/terraform/{DOWNLOADED_VERSION}/terraform_{DOWNLOADED_VERSION}_{name}.zip"
        )
        archive = _get(url)
        found = hashlib.sha256(archive).hexdigest()
        if found != checksum:
            raise OperatorError(
                "The downloaded terraform has the wrong checksum and was discarded.",
                reason=f"{url} has SHA-256 {found}, but {checksum} was expected.",
                remedy="Try again; if it happens again, something alters the download: "
                "install Terraform by hand.",
            )
        _place(archive, binary)
        return binary


def platform_name() -> str:
    """Return this machine's platform as HashiCorp names it, such as ``linux_amd64``."""
    machine = platform.machine().lower()
    return f"{platform.system().lower()}_{MACHINES.get(machine, machine)}"


def find_terraform(cache: Path, download: Download | None = None) -> Path:
    """Return a terraform of at least version 1.10, downloaded into `cache` if PATH has none.

    Raises
    ------
    OperatorError
        There is none and none could be downloaded.
    """
    on_path = shutil.which("terraform")
    if on_path and _version(Path(on_path)) >= MINIMUM_VERSION:
        return Path(on_path)
    return (download or Download()).fetch(cache / "terraform")


def _undisturbed(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without variables that change Terraform's flags or output."""
    kept = {k: v for k, v in variables.items() if not k.startswith(("TF_CLI_ARGS", "TF_LOG"))}
    return kept | {"CHECKPOINT_DISABLE": "1"}


def _version(binary: Path) -> Version:
    completed = subprocess.run(  # noqa: S603 - the binary that the operator put on PATH
        [binary, "version", "-json"],
        capture_output=True,
        check=False,
        env=_undisturbed(os.environ),
    )
    # Warnings about the operator's CLI configuration may surround the document.
    text = completed.stdout.decode(errors="replace")
    try:
        document, _ = json.JSONDecoder().raw_decode(text[text.index("{") :])
    except ValueError:
        return Version("0")
    return Version(document["terraform_version"])


def _get(url: str) -> bytes:
    try:
        answer = pool_for(url).request("GET", url, timeout=DOWNLOAD_TIMEOUT_SECONDS)
    except urllib3.exceptions.HTTPError as error:
        reason = str(error)
    else:
        if answer.status == 200:  # noqa: PLR2004 - HTTP OK
            return answer.data
        reason = f"{url} answered {answer.status}."
    raise OperatorError(
        "Terraform is not on PATH and could not be downloaded.",
        reason=reason,
        remedy=f"Install Terraform {MINIMUM_VERSION} or newer and put it on PATH.",
    )


def _place(archive: bytes, binary: Path) -> None:
    """Unpack beside the final path and rename, so that no partial file is ever run."""
    binary.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=binary.parent, delete=False) as unpacked:
        with zipfile.ZipFile(io.BytesIO(archive)) as files:
            unpacked.write(files.read("terraform"))
        path = Path(unpacked.name)
    path.chmod(0o755)
    path.replace(binary)
