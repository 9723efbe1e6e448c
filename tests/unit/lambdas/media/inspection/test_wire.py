"""Messages between an inspector and its process arrive whole, or not at all."""

import json
import os
import socket
import threading
from base64 import b64encode
from decimal import Decimal
from multiprocessing import Pipe

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.inspection import Flaw, Measure, RenditionFormat, RenditionSpec
from media.inspection.answers import receive_answer, receive_readiness
from media.inspection.connection import DeadlineConnection
from media.inspection.fields import UnreadableAnswerError
from media.inspection.pipeline import Findings
from media.inspection.wire import (
    Answer,
    Assignment,
    Fault,
    Rejection,
    receive_assignment,
    send_answer,
    send_assignment,
    send_readiness,
)
from media.model.images import ExifValue, Location
from media.model.limits import Limits
from media.model.rejection import FOUND_BY_DECODER, WORDINGS
from media.parsing.metadata import METADATA_KINDS, MetadataKind
from media.rendering.encode import encode
from tests.unit.lambdas.media.inspection.sample_images import quadrants

SPECS = (
    RenditionSpec("thumb", 16),
    RenditionSpec("card", width=30, height=20, format=RenditionFormat.JPEG),
)
LIMITS = Limits()
IMAGES = (encode(quadrants((16, 11)), SPECS[0]), encode(quadrants((30, 20)), SPECS[1]))


def plain(millionths: int) -> Decimal:
    return (Decimal(millionths) / 1_000_000).normalize() + 0


places = st.integers(-90_000_000, 90_000_000).map(plain)
printable = (
    st.text(min_size=1, max_size=128)
    .filter(str.isprintable)
    .filter(lambda text: text == text.strip())
)
VALUES: dict[MetadataKind, st.SearchStrategy[ExifValue]] = {
    MetadataKind.TEXT: printable,
    MetadataKind.TIME: st.datetimes().map(lambda t: t.replace(microsecond=0).isoformat()),
    MetadataKind.OFFSET: st.sampled_from(["+02:00", "-11:30", "+00:00"]),
    MetadataKind.INTEGER: st.integers(-(2**31), 2**32 - 1),
    MetadataKind.NUMBER: places,
}
images = st.builds(
    Findings,
    width=st.just(60),
    height=st.just(40),
    frames=st.just(2),
    duration_ms=st.none() | st.integers(1, 24 * 60 * 60 * 1000),
    exif=st.fixed_dictionaries(
        {}, optional={name: VALUES[kind] for name, kind in METADATA_KINDS.items()}
    ),
    gps=st.none() | st.builds(Location, places, places, st.none() | places),
    placeholder=st.binary(min_size=5, max_size=25).map(lambda raw: b64encode(raw).decode()),
    average_colour=st.binary(min_size=3, max_size=3).map(lambda raw: f"#{raw.hex()}"),
    images=st.just(IMAGES),
)


def passed_on(answer: Answer) -> Answer:
    ours, theirs = Pipe()
    with ours, theirs:
        send_answer(theirs, answer)
        return receive_answer(ours, LIMITS, SPECS)


@given(images)
@settings(max_examples=50)
def test_findings_come_through_with_every_type(image: Findings) -> None:
    received = passed_on(image)
    assert received == image
    # 1 == Decimal(1) == True, so the values alone would not tell.
    assert repr(received) == repr(image)


@pytest.mark.parametrize("flaw", sorted(FOUND_BY_DECODER))
def test_a_rejection_comes_through_with_its_numbers(flaw: Flaw) -> None:
    rejection = Rejection(flaw, dict.fromkeys(WORDINGS[flaw].numbers, 70_000))
    assert passed_on(rejection) == rejection


def test_a_fault_comes_through_without_its_words() -> None:
    try:
        json.loads("{}")["a secret of the file"]
    except KeyError as error:
        fault = Fault.of(error)
    assert passed_on(fault) == fault
    assert fault.name == "KeyError"
    assert "secret" not in repr(fault)


def test_an_assignment_comes_through() -> None:
    assignment = Assignment(Limits(pixels=100), SPECS, 0.0005, 10**9, 42)
    ours, theirs = Pipe()
    with ours, theirs:
        send_assignment(ours, assignment)
        assert receive_assignment(theirs) == assignment


def test_readiness_comes_through() -> None:
    refused = frozenset({Measure.SYSTEM_CALLS, Measure.MEMORY})
    ours, theirs = Pipe()
    with ours, theirs:
        send_readiness(ours, refused)
        assert receive_readiness(theirs) == refused


def connected() -> tuple[DeadlineConnection, socket.socket]:
    ours, theirs = socket.socketpair()
    connection = DeadlineConnection(ours)
    connection.allow(20)
    return connection, theirs


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param(b"", EOFError, id="ended before it answered"),
        pytest.param(b"\x00\x00", UnreadableAnswerError, id="ended within a length"),
        pytest.param(b"\x00\x00\x00\x09{", UnreadableAnswerError, id="ended within a header"),
        pytest.param(b"\x7f\xff\xff\xff", UnreadableAnswerError, id="announces two gigabytes"),
        pytest.param(b"\xff" * 4 + b"\x7f" * 8, UnreadableAnswerError, id="announces exabytes"),
        pytest.param(b"\xff\xff\xff\xfe", UnreadableAnswerError, id="announces less than none"),
    ],
)
def test_no_length_is_trusted(written: bytes, expected: type[Exception]) -> None:
    connection, theirs = connected()
    with theirs:
        os.write(theirs.fileno(), written)
    with pytest.raises(expected):
        receive_answer(connection, LIMITS, SPECS)
    connection.close()


def test_an_answer_that_only_trickles_in_is_late() -> None:
    """Each byte by itself comes in time; all of them together don't."""
    connection, theirs = connected()
    is_over = threading.Event()

    def trickle() -> None:
        theirs.sendall((1000).to_bytes(4))
        while not is_over.wait(0.02):
            theirs.sendall(b" ")

    trickling = threading.Thread(target=trickle)
    trickling.start()
    connection.allow(0.3)
    try:
        with pytest.raises(TimeoutError):
            receive_answer(connection, LIMITS, SPECS)
    finally:
        is_over.set()
        trickling.join()
        connection.close()
        theirs.close()


def test_a_file_that_nobody_takes_is_late() -> None:
    connection, theirs = connected()
    connection.allow(0.3)
    with theirs, pytest.raises(TimeoutError):
        connection.send_bytes(bytes(10**7))
    connection.close()
