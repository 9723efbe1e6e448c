"""Terraform is found on PATH, or downloaded once and verified; a loopback server plays the site."""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from tooling.errors import OperatorError
from tooling.terraform.binary import DOWNLOADED_VERSION, Download, find_terraform, platform_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def zipped(content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("LICENSE.txt", "licence")
        archive.writestr("terraform", content)
    return target.getvalue()


ARCHIVE = zipped(b"#!/bin/sh\necho downloaded\n")


class Site:
    """A release site on loopback that counts what is asked of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                found = self.path.endswith(".zip")
                self.send_response(200 if found else 404)
                self.end_headers()
                self.wfile.write(ARCHIVE if found else b"")

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    thread = threading.Thread(target=site.server.serve_forever)
    thread.start()
    yield site
    site.server.shutdown()
    site.server.server_close()
    thread.join()


def right(site: Site) -> Download:
    return Download(site.url, {platform_name(): hashlib.sha256(ARCHIVE).hexdigest()})


@pytest.fixture
def empty_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "path"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.mark.usefixtures("empty_path")
def test_a_missing_terraform_is_downloaded_once(site: Site, tmp_path: Path) -> None:
    first = find_terraform(tmp_path / "cache", right(site))
    second = find_terraform(tmp_path / "cache", right(site))
    assert first == second
    assert first.read_bytes() == b"#!/bin/sh\necho downloaded\n"
    assert first.stat().st_mode & 0o777 == 0o755
    name = f"terraform_{DOWNLOADED_VERSION}_{platform_name()}.zip"
    assert site.asked == [f"/terraform/{DOWNLOADED_VERSION}/{name}"]


def test_a_wrong_checksum_leaves_nothing_behind(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    with pytest.raises(OperatorError, match="has the wrong checksum") as caught:
        Download(site.url, {platform_name(): "0" * 64}).fetch(folder)
    assert hashlib.sha256(ARCHIVE).hexdigest() in caught.value.reason
    assert not folder.exists() or list(folder.iterdir()) == []


def test_a_site_that_answers_otherwise_is_reported(tmp_path: Path, site: Site) -> None:
    download = Download(site.url + "/x?", right(site).checksums)
    site.server.RequestHandlerClass.do_GET = lambda self: (  # type: ignore[attr-defined]
        self.send_response(503),
        self.end_headers(),
    )
    with pytest.raises(OperatorError, match="could not be downloaded") as caught:
        download.fetch(tmp_path)
    assert "503" in caught.value.reason


def test_a_site_out_of_reach_is_reported(tmp_path: Path) -> None:
    download = Download("http://127.0.0.1:9", {platform_name(): "0" * 64})
    with pytest.raises(OperatorError, match="could not be downloaded"):
        download.fetch(tmp_path)


def test_a_platform_without_a_build_is_reported(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="no terraform to download"):
        Download(checksums={"plan9_mips": "0" * 64}).fetch(tmp_path)


def on_path(folder: Path, version: str) -> Path:
    binary = folder / "terraform"
    binary.write_text(f'#!/bin/sh\necho "{{\\"terraform_version\\": \\"{version}\\"}}"\n')
    binary.chmod(0o755)
    return binary


def test_one_on_path_is_taken(empty_path: Path, tmp_path: Path) -> None:
    binary = on_path(empty_path, "1.10.5")
    assert find_terraform(tmp_path / "cache", Download("http://127.0.0.1:9", {})) == binary


def test_the_shells_flags_and_logging_do_not_hide_one(
    empty_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    binary = empty_path / "terraform"
    answer = 'echo "{\\"terraform_version\\": \\"1.11.4\\"}"'
    binary.write_text(f'#!/bin/sh\n[ -z "$TF_CLI_ARGS$TF_LOG" ] && {answer}\n')
    binary.chmod(0o755)
    monkeypatch.setenv("TF_CLI_ARGS", "-foo")
    monkeypatch.setenv("TF_LOG", "DEBUG")
    assert find_terraform(tmp_path / "cache", Download("http://127.0.0.1:9", {})) == binary


def test_one_that_is_too_old_is_passed_over(empty_path: Path, tmp_path: Path, site: Site) -> None:
    on_path(empty_path, "1.9.8")
    assert (
        find_terraform(tmp_path / "cache", right(site)).parent == tmp_path / "cache" / "terraform"
    )
