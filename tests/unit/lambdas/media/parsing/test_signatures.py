import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.model.formats import ImageFormat
from media.model.images import RejectionReason
from media.parsing.signatures import identify_format
from tests.unit.lambdas.media.inspection.sample_images import quadrants, saved
from tests.unit.lambdas.media.parsing.headers import (
    outcome,
)


def container(major: bytes, *compatible: bytes) -> bytes:
    brands = b"".join(compatible)
    return (16 + len(brands)).to_bytes(4) + b"ftyp" + major + bytes(4) + brands


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (container(b"avif", b"mif1"), ImageFormat.AVIF),
        (container(b"mif1", b"avif", b"miaf"), ImageFormat.AVIF),
        (container(b"mif1", b"heic"), ImageFormat.HEIF),
        (container(b"mif1"), ImageFormat.HEIF),
        (container(b"heic", b"mif1", b"avif"), ImageFormat.HEIF),
        (container(b"msf1", b"hevc"), ImageFormat.HEIF),
        (container(b"isom", b"mp41"), None),
        (b"\xff\xd8\xff", ImageFormat.JPEG),
        (b"II+\x00", ImageFormat.TIFF),
        (b"GIF88a", None),
        (b"", None),
    ],
)
def test_bytes_decide(data: bytes, expected: ImageFormat | None) -> None:
    assert identify_format(data) is expected


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    identify_format(data)
    identify_format(data[:4] + b"ftyp" + data[4:])


def test_items_say_what_a_container_holds_whatever_its_brand() -> None:
    avif, heif = saved(quadrants(), "AVIF"), saved(quadrants(), "HEIF")
    assert outcome(avif.replace(b"avif", b"heic")) == (ImageFormat.AVIF, 60, 40)
    assert outcome(heif.replace(b"heic", b"avif")) == (ImageFormat.HEIF, 60, 40)
    assert outcome(heif[:8] + b"zzzz" + heif[12:]) == (ImageFormat.HEIF, 60, 40)
    assert outcome(heif.replace(b"hvc1", b"vvc1")) is RejectionReason.UNSUPPORTED_FORMAT
