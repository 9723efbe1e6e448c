import struct
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from media.model.images import Location
from media.parsing.exif import ExifBlock, read_exif
from media.parsing.metadata import allowed_metadata, location, orientation_tag
from tests.unit.lambdas.media.inspection.sample_images import exif

TAGS = [0x010F, 0x0110, 0x0112, 0x0131, 0x0132, 0x9003, 0x829A, 0x829D, 0x8827, 0x920A, 0xA434, 5]
integers = st.integers(-(2**31), 2**32 - 1)
rationals = st.builds(Fraction, integers, st.integers(1, 2**32 - 1))
values = st.one_of(
    st.text(max_size=300),
    st.binary(max_size=300),
    st.lists(integers, max_size=4).map(tuple),
    st.lists(st.none() | rationals, max_size=4).map(tuple),
)
directories = st.dictionaries(st.sampled_from([*TAGS, *range(1, 7)]), values)


@given(st.builds(ExifBlock, directories, directories, directories))
def test_whatever_goes_in_dynamodb_takes_what_comes_out(block: ExifBlock) -> None:
    metadata = allowed_metadata(block)
    TypeSerializer().serialize(metadata)
    assert len(str(metadata)) < 4_000
    for value in metadata.values():
        assert not isinstance(value, str) or (0 < len(value) <= 128 and value.isprintable())
    place = location(block)
    if place is not None:
        TypeSerializer().serialize([place.latitude, place.longitude, place.altitude])
        assert abs(place.latitude) <= 90
        assert abs(place.longitude) <= 180


@given(
    st.binary(max_size=600),
    st.sampled_from([b"", b"II*\x00\x08\x00\x00\x00", b"Exif\x00\x00MM\x00*"]),
)
def test_no_bytes_make_reading_fail(tail: bytes, head: bytes) -> None:
    block = read_exif(head + tail)
    TypeSerializer().serialize(allowed_metadata(block))
    location(block)
    orientation_tag(block)


@given(st.data())
def test_no_damage_to_a_real_block_makes_reading_fail(data: st.DataObject) -> None:
    block = bytearray(
        exif({0x010F: "Camera", 0x829A: 0.01, 0x0112: 6}, {1: "N", 2: (1.0, 2.0, 3.0)})
    )
    for at in data.draw(st.lists(st.integers(0, len(block) - 1), max_size=8)):
        block[at] = data.draw(st.integers(0, 255))
    TypeSerializer().serialize(allowed_metadata(read_exif(bytes(block))))


def test_a_real_block_is_read_typed() -> None:
    block = read_exif(
        exif(
            {
                0x010F: "NIKON\x00junk",
                0x0110: "  COOLPIX\x07 P6000 ",
                0x0112: 6,
                0x0132: "2008:11:01 21:15:07",
                0x9286: "a comment that is not on the list",
            }
        )
    )
    assert orientation_tag(block) == 6
    assert allowed_metadata(block) == {
        "camera_make": "NIKON",
        "camera_model": "COOLPIX P6000",
        "modified_at": "2008-11-01T21:15:07",
    }


@pytest.mark.parametrize(
    ("directory", "expected"),
    [
        ({0x829A: (Fraction(1, 75),)}, {"exposure_seconds": Decimal("0.013333")}),
        ({0x829A: (None,)}, {}),
        ({0x8827: (64,)}, {"iso": 64}),
        ({0x8827: "64"}, {}),
        ({0x9003: "0000:00:00 00:00:00"}, {}),
        ({0x9003: "2008:02:30 10:00:00"}, {}),
        ({0xA434: "x" * 500}, {"lens_model": "x" * 128}),
        ({0xA434: "\x00\x01 "}, {}),
    ],
)
def test_what_makes_no_sense_is_left_out(
    directory: dict[int, Any], expected: dict[str, object]
) -> None:
    assert allowed_metadata(ExifBlock(photo=directory)) == expected


@pytest.mark.parametrize(
    ("gps", "expected"),
    [
        ({}, None),
        ({2: (Fraction(91),), 4: (Fraction(0),)}, None),
        ({2: (None, None, None), 4: (Fraction(1),)}, None),
        ({2: "43", 4: "11"}, None),
        ({1: "S", 2: (Fraction(10), Fraction(30)), 3: "W", 4: (Fraction(1),)}, ("-10.5", "-1")),
    ],
)
def test_a_location_is_whole_or_none(gps: dict[int, Any], expected: tuple[str, str] | None) -> None:
    wanted = expected and Location(Decimal(expected[0]), Decimal(expected[1]))
    assert location(ExifBlock(gps=gps)) == wanted


def test_a_count_of_millions_and_a_loop_are_bounded() -> None:
    huge = b"II*\x00" + struct.pack("<IHHHII", 8, 1, 0x010F, 2, 2**32 - 1, 8)
    assert allowed_metadata(read_exif(huge)) == {}
    loop = b"II*\x00" + struct.pack("<IHHHII", 8, 1, 0x8769, 4, 1, 8)
    assert allowed_metadata(read_exif(loop)) == {}
