from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.model.formats import ImageFormat
from media.urls.disposition import attachment

IMAGE = "0b8a5f6e-1111-4111-9111-00000000000b"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        (None, f"{IMAGE}.jpg"),
        ("", f"{IMAGE}.jpg"),
        ("...", f"{IMAGE}.jpg"),
        ("Arezzo", "Arezzo.jpg"),
        ("IMG_1.JPG", "IMG_1.jpg"),
        ("IMG_1.heic", "IMG_1.jpg"),
        ("page.html", "page.html.jpg"),
        ("../../etc/passwd", "_.._etc_passwd.jpg"),
        ("C:\\x", "C__x.jpg"),
        ('a"; filename="b.exe', "a_; filename=_b.exe.jpg"),
        ("a\r\nSet-Cookie: b", "a__Set-Cookie_ b.jpg"),
        ("x" * 200, "x" * 150 + ".jpg"),
    ],
)
def test_a_download_is_named_after_its_title_and_its_bytes(title: str | None, name: str) -> None:
    assert attachment(title, IMAGE, ImageFormat.JPEG) == f'attachment; filename="{name}"'


def test_what_nobody_has_looked_at_has_no_extension() -> None:
    assert attachment(None, IMAGE, None) == f'attachment; filename="{IMAGE}"'


def test_non_ascii_names_follow_an_ascii_fallback() -> None:
    assert attachment("Größe 图", IMAGE, ImageFormat.PNG) == (
        "attachment; filename=\"Gr__e _.png\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%E5%9B%BE.png"
    )


@given(st.text())
def test_no_title_ends_the_header_or_adds_to_it(title: str) -> None:
    header = attachment(title, IMAGE, ImageFormat.JPEG)
    assert header.isascii()
    assert header.isprintable()
    parsed = Message()
    parsed["Content-Disposition"] = header
    assert parsed.get_content_disposition() == "attachment"
    name = parsed.get_filename()
    assert name
    assert name.endswith(".jpg")
    assert not set(name) & set('/\\"\r\n\0')
