"""What comes down is whole, lies where it was sent to, and replaces nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.model.formats import FILE_EXTENSIONS, ImageFormat
from media.urls.disposition import attachment
from tests.unit.tooling.web_server import WebServer, serving
from tooling.console import Screen
from tooling.images.api_client import MediaClient
from tooling.images.download import Download, download_images
from tooling.images.download_names import file_names

if TYPE_CHECKING:
    from collections.abc import Iterator

IMAGE = "0b8a5f6e-1111-4111-9111-00000000000b"
CONTENT = b"not really an image" * 1000


@pytest.mark.parametrize(
    ("title", "content_type", "wanted"),
    [
        ("holiday.JPG", "image/jpeg", "holiday.jpg"),
        ("holiday.jpeg", "image/jpeg", "holiday.jpg"),
        ("holiday.png", "image/jpeg", "holiday.jpg"),
        ("v1.2 final", "image/png", "v1.2 final.png"),
        ("../../etc/passwd", "image/png", "_.._etc_passwd.png"),
        ("C:\\x\\y.webp", "image/webp", "C__x_y.webp"),
        (".bashrc", "image/gif", "bashrc.gif"),
        ("con", "image/gif", "_con.gif"),
        ("a\u202egnp.exe", "image/gif", "a_gnp.exe.gif"),
        ("x", "text/html", "x.bin"),
        ("x", None, "x.bin"),
    ],
)
def test_a_file_is_named_by_its_title_and_its_kind(
    title: str, content_type: str | None, wanted: str
) -> None:
    assert file_names(IMAGE, title, content_type, "")[0] == wanted


@pytest.mark.parametrize("image_format", ImageFormat)
@pytest.mark.parametrize("ending", ["", ".IMG", *(f".{each}" for each in sorted(FILE_EXTENSIONS))])
def test_a_browser_saves_an_original_under_the_same_name(
    image_format: ImageFormat, ending: str
) -> None:
    [name, _] = file_names(IMAGE, f"holiday{ending}", image_format.content_type, "")
    header = attachment(f"holiday{ending}", IMAGE, image_format)
    assert header == f'attachment; filename="{name}"'


@pytest.mark.parametrize("evil", ["../../x", "/etc/x", "..", "a\x1b[2J", "C:\\x"])
@pytest.mark.parametrize("title", [None, "holiday"])
def test_neither_id_nor_rendition_of_an_answer_leads_out_of_the_folder(
    title: str | None, evil: str
) -> None:
    names = (
        *file_names(evil, title, "image/jpeg", ""),
        *file_names(IMAGE, title, "image/jpeg", f"-{evil}"),
    )
    for name in names:
        assert Path(name).name == PureWindowsPath(name).name == name
        assert name.isprintable()
        assert name.startswith(("holiday", IMAGE, "_", "a_", "C_", "image"))


@pytest.mark.parametrize("title", [None, "", "...", "/", " .jpg"])
def test_without_a_usable_title_it_is_named_by_its_id(title: str | None) -> None:
    assert file_names(IMAGE, title, "image/jpeg", "-thumb") == (f"{IMAGE}-thumb.jpg",)


@given(st.text(max_size=300))
def test_no_title_leads_out_of_the_folder(title: str) -> None:
    for name in file_names(IMAGE, title, "image/jpeg", "-thumb"):
        assert Path(name).name == name == PureWindowsPath(name).name
        assert name.isprintable()
        assert not name.startswith((".", " "))
        assert len(name.encode()) <= 255


@pytest.fixture
def server() -> Iterator[WebServer]:
    with serving() as server:
        server.answer("GET /original", CONTENT)
        server.answer("GET /thumb", CONTENT)
        yield server


def show(server: WebServer, image_id: str = IMAGE, **changes: Any) -> None:
    image = {
        "image_id": image_id,
        "status": "ready",
        "title": "one.jpg",
        "content_type": "image/jpeg",
        "bytes": len(CONTENT),
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
        "original": {"url": f"{server.url}/original"},
        "renditions": {"thumb": {"url": f"{server.url}/thumb", "content_type": "image/webp"}},
    }
    server.answer(f"GET /images/{image_id}", image | changes)


def download(server: WebServer, folder: Path, rendition: str | None = None) -> Download:
    client = MediaClient(server.url, None)
    [outcome] = download_images(client, [IMAGE, IMAGE], rendition, folder, Screen())
    return outcome


def test_an_original_is_saved_and_checked(server: WebServer, tmp_path: Path) -> None:
    show(server)
    outcome = download(server, tmp_path / "new" / "folder")
    path = tmp_path / "new" / "folder" / "one.jpg"
    assert outcome == Download(IMAGE, "downloaded", str(path), len(CONTENT), verified=True)
    assert path.read_bytes() == CONTENT


def test_what_is_there_already_is_not_fetched_again(server: WebServer, tmp_path: Path) -> None:
    show(server)
    download(server, tmp_path)
    assert download(server, tmp_path).status == "already there"
    assert server.requests.count("GET /original") == 1


@pytest.mark.parametrize("rendition", [None, "thumb"])
def test_a_foreign_file_of_that_name_stays_as_it_is(
    server: WebServer, tmp_path: Path, rendition: str | None
) -> None:
    show(server)
    names = file_names(IMAGE, "one", "image/webp" if rendition else "image/jpeg", "")
    first, second = [name.replace("one", "one-thumb") if rendition else name for name in names]
    (tmp_path / first).write_text("mine")
    assert download(server, tmp_path, rendition).file == str(tmp_path / second)
    (tmp_path / second).write_text("mine too")
    refused = download(server, tmp_path, rendition)
    assert refused.status == "not downloaded"
    assert "was not overwritten" in refused.detail
    assert [(tmp_path / name).read_text() for name in (first, second)] == ["mine", "mine too"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sha256": "00" * 32}, "SHA-256"),
        ({"bytes": 5}, "5 are recorded"),
        ({"original": {"url": "{url}/gone"}}, "status 404"),
        (
            {"original": None, "status": "rejected", "error": {"message": "It is torn."}},
            "It is torn.",
        ),
    ],
)
def test_what_is_not_as_recorded_leaves_no_file(
    server: WebServer, tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    if changes.get("original"):
        changes = {"original": {"url": f"{server.url}/gone"}}
    show(server, **changes)
    outcome = download(server, tmp_path)
    assert outcome.status == "not downloaded"
    assert said in outcome.detail
    assert list(tmp_path.iterdir()) == []


def test_a_connection_that_breaks_off_leaves_no_file(server: WebServer, tmp_path: Path) -> None:
    server.answer("GET /original", CONTENT, Content_Length=str(len(CONTENT) + 1))
    show(server)
    outcome = download(server, tmp_path)
    assert "no connection" in outcome.detail
    assert list(tmp_path.iterdir()) == []


def test_a_rendition_that_is_not_there_is_told_with_those_that_are(
    server: WebServer, tmp_path: Path
) -> None:
    show(server)
    assert "It has: thumb." in download(server, tmp_path, "huge").detail
