"""What goes between an inspector and its process comes through whole, or not at all."""

import json
import os
import pickle
from base64 import b64encode
from decimal import Decimal
from multiprocessing import Pipe

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.formats import ImageFormat
from media.images import ExifValue, Location, RejectionReason
from media.inspection import InspectedImage, Rendition, RenditionFormat, RenditionSpec
from media.inspection.metadata import METADATA_TYPES
from media.inspection.wire import (
    Answer,
    Assignment,
    Fault,
    Rejection,
    UnreadableAnswerError,
    receive_answer,
    receive_assignment,
    send_answer,
    send_assignment,
)
from media.limits import Limits

SPECS = (
    RenditionSpec("thumb", 16),
    RenditionSpec("card", width=30, height=20, format=RenditionFormat.JPEG),
)


def hexadecimal(size: int) -> st.SearchStrategy[str]:
    return st.binary(min_size=size, max_size=size).map(bytes.hex)


whole = st.integers(1, 2**32 - 1)
decimals = st.decimals(-(2**32), 2**32, places=6).map(lambda number: number.normalize() + 0)
printable = st.text(max_size=128).filter(str.isprintable)
VALUES: dict[type[ExifValue], st.SearchStrategy[ExifValue]] = {
    str: printable,
    int: st.integers(-(2**31), 2**32 - 1),
    Decimal: decimals,
}
renditions = st.tuples(
    *(
        st.builds(
            Rendition,
            st.just(spec.name),
            hexadecimal(16),
            st.integers(1, 16),
            st.integers(1, 16),
            st.binary(min_size=1),
            st.just(spec.format),
        )
        for spec in SPECS
    )
)
images = st.builds(
    InspectedImage,
    sha256=hexadecimal(32),
    format=st.sampled_from(ImageFormat),
    width=whole,
    height=whole,
    frames=whole,
    duration_ms=st.none() | whole,
    exif=st.fixed_dictionaries(
        {}, optional={name: VALUES[kind] for name, kind in METADATA_TYPES.items()}
    ),
    gps=st.none() | st.builds(Location, decimals, decimals, st.none() | decimals),
    placeholder=st.binary(min_size=5, max_size=25).map(lambda raw: b64encode(raw).decode()),
    average_colour=hexadecimal(3).map("#{}".format),
    renditions=renditions,
)
IMAGE = InspectedImage(
    sha256="ab" * 32,
    format=ImageFormat.PNG,
    width=60,
    height=40,
    frames=1,
    duration_ms=None,
    exif={"iso": 100, "f_number": Decimal("2.8"), "camera_make": "Höfe"},
    gps=None,
    placeholder="A" * 32,
    average_colour="#a0b0c0",
    renditions=(
        Rendition("thumb", "cd" * 16, 16, 11, b"one"),
        Rendition("card", "ef" * 16, 30, 20, b"two", RenditionFormat.JPEG),
    ),
)


def passed_on(answer: Answer) -> Answer:
    ours, theirs = Pipe()
    with ours, theirs:
        send_answer(theirs, answer)
        return receive_answer(ours, SPECS)


@given(images)
@settings(max_examples=50)
def test_an_image_comes_through_with_every_type(image: InspectedImage) -> None:
    received = passed_on(image)
    assert received == image
    # 1 == Decimal(1) == True, so the values alone would not tell.
    assert repr(received) == repr(image)


@given(st.sampled_from(RejectionReason), printable)
@settings(max_examples=20)
def test_a_rejection_and_a_fault_come_through(reason: RejectionReason, message: str) -> None:
    assert passed_on(Rejection(reason, message)) == Rejection(reason, message)
    assert passed_on(Fault(message)) == Fault(message)


def test_a_message_is_one_line_of_bounded_length() -> None:
    assert passed_on(Fault("a\nb\x1b\ud800" + "c" * 2000)) == Fault("a b  " + "c" * 995)


def test_an_assignment_comes_through() -> None:
    assignment = Assignment(Limits(pixels=100), SPECS, 0.0005)
    ours, theirs = Pipe()
    with ours, theirs:
        send_assignment(ours, assignment)
        assert receive_assignment(theirs) == assignment


def spoken(image: InspectedImage) -> list[bytes]:
    """Give what an answer consists of: its header, and the bytes after it."""
    ours, theirs = Pipe()
    with ours:
        with theirs:
            send_answer(theirs, image)
        return [ours.recv_bytes() for _ in range(1 + len(image.renditions))]


HEADER, *PAYLOADS = spoken(IMAGE)


def changed(*path: object, to: object) -> bytes:
    """Give the header of a good answer with one value changed, or a field added."""
    told = inner = json.loads(HEADER)
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = to
    return json.dumps(told).encode()


def without(name: str) -> bytes:
    told = json.loads(HEADER)
    del told["image"][name]
    return json.dumps(told).encode()


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(pickle.dumps(IMAGE), id="a pickle"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff\x00{", id="noise"),
        pytest.param(b"[" * 60_000, id="nested without end"),
        pytest.param(b'{"image": ' + b"9" * 60_000 + b"}", id="digits without end"),
        pytest.param(b" " * 100_000, id="too long"),
        pytest.param(b"[]", id="no object"),
        pytest.param(b"{}", id="an empty object"),
        pytest.param(b'{"message": 1}', id="a message that is no text"),
        pytest.param(b'{"message": "a\\nb"}', id="a message of two lines"),
        pytest.param(b'{"message": "' + b"x" * 1001 + b'"}', id="a long message"),
        pytest.param(b'{"reason": "boredom", "message": "x"}', id="a reason of its own"),
        pytest.param(b'{"reason": [], "message": "x"}', id="a reason that is no text"),
        pytest.param(changed("more", to=1), id="a field beside the image"),
        pytest.param(changed("image", "more", to=1), id="a field more"),
        pytest.param(without("gps"), id="a field less"),
        pytest.param(changed("image", "sha256", to="AB" * 32), id="another checksum"),
        pytest.param(changed("image", "format", to="svg"), id="another format"),
        pytest.param(changed("image", "width", to=0), id="no width"),
        pytest.param(changed("image", "width", to=60.0), id="a fraction"),
        pytest.param(changed("image", "frames", to=True), id="a truth value"),
        pytest.param(changed("image", "height", to=2**63), id="a huge height"),
        pytest.param(changed("image", "duration_ms", to="1"), id="a number as text"),
        pytest.param(changed("image", "exif", to=[]), id="metadata that is no object"),
        pytest.param(changed("image", "exif", "serial_number", to="1"), id="unknown metadata"),
        pytest.param(changed("image", "exif", "iso", to="100"), id="metadata of another type"),
        pytest.param(changed("image", "exif", "camera_make", to="x" * 129), id="long metadata"),
        pytest.param(changed("image", "exif", "camera_make", to="\x00"), id="a control character"),
        pytest.param(changed("image", "exif", "f_number", to="NaN"), id="no number"),
        pytest.param(changed("image", "exif", "f_number", to="1E+999999"), id="a huge number"),
        pytest.param(changed("image", "gps", to={"latitude": "1"}), id="half a location"),
        pytest.param(changed("image", "placeholder", to="<script>"), id="another placeholder"),
        pytest.param(changed("image", "average_colour", to="red"), id="another colour"),
        pytest.param(changed("image", "renditions", to=[]), id="too few renditions"),
        pytest.param(changed("image", "renditions", to=[{}] * 3), id="too many renditions"),
        pytest.param(changed("image", "renditions", 0, "name", to="../x"), id="another name"),
        pytest.param(changed("image", "renditions", 0, "format", to="jpeg"), id="not as asked"),
        pytest.param(changed("image", "renditions", 0, "digest", to="/" * 32), id="no digest"),
        pytest.param(changed("image", "renditions", 0, "width", to=17), id="too wide"),
        pytest.param(changed("image", "renditions", 0, "bytes", to=0), id="no bytes"),
        pytest.param(changed("image", "renditions", 0, "bytes", to=2), id="more than announced"),
        pytest.param(changed("image", "renditions", 0, "bytes", to=4), id="fewer than announced"),
        pytest.param(changed("image", "renditions", 1, "bytes", to=10**6), id="too many bytes"),
    ],
)
def test_what_differs_from_a_good_answer_is_none(header: bytes) -> None:
    ours, theirs = Pipe()
    with ours, theirs:
        for part in (header, *PAYLOADS):
            theirs.send_bytes(part)
        with pytest.raises(UnreadableAnswerError):
            receive_answer(ours, SPECS)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        pytest.param(b"", EOFError, id="ended before it answered"),
        pytest.param(b"\x00\x00", UnreadableAnswerError, id="ended within a length"),
        pytest.param(b"\x00\x00\x00\x09{", UnreadableAnswerError, id="ended within a header"),
        pytest.param(b"\x7f\xff\xff\xff", UnreadableAnswerError, id="announces two gigabytes"),
        pytest.param(b"\xff" * 4 + b"\x7f" * 8, UnreadableAnswerError, id="announces exabytes"),
        pytest.param(b"\xff\xff\xff\xfe", UnreadableAnswerError, id="announces less than none"),
    ],
)
def test_no_length_is_believed(written: bytes, told: type[Exception]) -> None:
    ours, theirs = Pipe()
    with ours:
        with theirs:
            os.write(theirs.fileno(), written)
        with pytest.raises(told):
            receive_answer(ours, SPECS)
