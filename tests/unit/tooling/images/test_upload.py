"""Files are found and announced by what they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tooling.images.upload import guess_content_type, image_urls

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("format_name", "content_type"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("GIF", "image/gif"),
        ("WEBP", "image/webp"),
        ("AVIF", "image/avif"),
        ("TIFF", "image/tiff"),
    ],
)
def test_the_bytes_decide_on_the_announced_type(
    tmp_path: Path, format_name: str, content_type: str
) -> None:
    path = tmp_path / "image.heic"
    Image.new("RGB", (8, 8)).save(path, format_name)
    assert guess_content_type(path) == content_type


def test_bytes_that_say_nothing_leave_it_to_the_name(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("# Notes")
    (tmp_path / "empty").write_bytes(b"")
    assert guess_content_type(tmp_path / "notes.md") == "text/markdown"
    assert guess_content_type(tmp_path / "empty") == "application/octet-stream"


def test_urls_are_those_of_the_original_and_the_renditions() -> None:
    image = {"original": {"url": "o"}, "renditions": {"thumb": {"url": "t"}}}
    assert image_urls(image) == {"original": "o", "thumb": "t"}
    assert image_urls({"status": "rejected", "renditions": None}) == {}
