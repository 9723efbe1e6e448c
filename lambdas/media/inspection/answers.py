"""Reads the answers of decoder processes, which are never trusted.

Every size is bounded before it is read. An answer that differs in a field, a type or a bound from
what a healthy process sends is an `UnreadableAnswerError`.
"""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from media.inspection.answer_metadata import read_location, read_metadata
from media.inspection.confinement import Measure
from media.inspection.encoded import is_plain
from media.inspection.fields import (
    UnreadableAnswerError,
    read_integer,
    read_matching,
    read_member,
)
from media.inspection.pipeline import Findings
from media.inspection.wire import FAULT_NAME, FAULT_PLACE, Answer, Connection, Fault, Rejection
from media.model.limits import Limits
from media.model.rejection import FOUND_BY_DECODER, WORDINGS, Flaw
from media.parsing.duration import LONGEST_MS
from media.rendering.geometry import Size, place
from media.rendering.specs import RenditionSpec

_HEADER_BYTES_MAX, _HEADER_BYTES_A_RENDITION = 64 * 1024, 32
# Twice the raw pixels, which even noise at the best quality does not exceed, plus the container.
_BYTES_A_PIXEL, _BYTES_AROUND = 8, 64 * 1024
_THUMBHASH_BYTES = range(5, 26)
_BASE64, _COLOUR = re.compile("[A-Za-z0-9+/]{6,34}={0,2}"), re.compile("#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class _Expected:
    """What an answer is checked against."""

    limits: Limits
    specs: Sequence[RenditionSpec]
    connection: Connection


def receive_readiness(connection: Connection) -> frozenset[Measure]:
    """Read which confinement measures a process was refused; it has seen no file yet.

    Raises
    ------
    UnreadableAnswerError
        If the message is anything else.
    EOFError, ConnectionError
        If the process ended before it was ready.
    """
    match _receive_object(connection, _HEADER_BYTES_MAX):
        case {"refused": list(refused), **rest} if not rest:
            return frozenset(read_member(Measure, name) for name in refused)
        case _:
            raise UnreadableAnswerError("not a readiness message")


def receive_answer(
    connection: Connection, limits: Limits, specs: Sequence[RenditionSpec]
) -> Answer:
    """Read the answer to a file.

    Parameters
    ----------
    connection
        The connection to a process that was sent a file.
    limits, specs
        What a file may require, and the renditions that the process was asked to make.

    Raises
    ------
    UnreadableAnswerError
        If the answer is malformed or does not fit the request. Close the connection then.
    EOFError, ConnectionError
        If the process ended before it answered.
    """
    header_max = _HEADER_BYTES_MAX + len(specs) * _HEADER_BYTES_A_RENDITION
    match _receive_object(connection, header_max):
        case {"findings": findings, **rest} if not rest:
            return _read_findings(findings, _Expected(limits, specs, connection))
        case {"flaw": flaw, "numbers": dict(numbers), **rest} if not rest:
            return _read_rejection(read_member(Flaw, flaw), numbers, limits)
        case {"fault": name, "place": where, **rest} if not rest:
            return Fault(read_matching(FAULT_NAME, name), read_matching(FAULT_PLACE, where))
        case _:
            raise UnreadableAnswerError("not an answer")


def _receive_object(connection: Connection, size_max: int) -> object:
    try:
        return json.loads(_receive(connection, size_max))
    except (ValueError, RecursionError) as error:
        raise UnreadableAnswerError("not JSON") from error


def _receive(connection: Connection, size_max: int) -> bytes:
    try:
        return connection.recv_bytes(size_max)
    except (ConnectionError, TimeoutError):
        raise
    except OSError as error:
        raise UnreadableAnswerError(str(error)) from error


def _read_rejection(flaw: Flaw, values: Mapping[str, object], limits: Limits) -> Rejection:
    if flaw not in FOUND_BY_DECODER or set(values) != WORDINGS[flaw].numbers:
        raise UnreadableAnswerError("a decoder never reports this flaw")
    numbers = {name: read_integer(value) for name, value in values.items()}
    if "width" in numbers:
        frames = numbers.get("frames", 1)
        if _is_within(limits, (numbers["width"], numbers["height"]), frames):
            raise UnreadableAnswerError("the rejected size is within the limits")
    return Rejection(flaw, numbers)


def _is_within(limits: Limits, size: Size, frames: int) -> bool:
    pixels = size[0] * size[1]
    return (
        pixels <= limits.pixels
        and frames <= limits.frames
        and frames * pixels <= limits.frame_pixels
    )


def _read_findings(value: object, expected: _Expected) -> Findings:
    match value:
        case {
            "width": width,
            "height": height,
            "frames": frames,
            "duration_ms": duration_ms,
            "exif": dict(exif),
            "gps": gps,
            "placeholder": placeholder,
            "average_colour": average_colour,
            "images": list(images),
            **rest,
        } if not rest and len(images) == len(expected.specs):
            size = (read_integer(width), read_integer(height))
            if not _is_within(expected.limits, size, read_integer(frames)):
                raise UnreadableAnswerError("the size exceeds the limits")
            return Findings(
                *size,
                frames=read_integer(frames),
                duration_ms=_read_duration(duration_ms, read_integer(frames)),
                exif=read_metadata(exif),
                gps=None if gps is None else read_location(gps),
                placeholder=_read_placeholder(placeholder),
                average_colour=read_matching(_COLOUR, average_colour),
                images=_read_images(images, size, expected),
            )
        case _:
            raise UnreadableAnswerError("the findings have unexpected fields")


def _read_duration(value: object, frames: int) -> int | None:
    return None if value is None else read_integer(value, LONGEST_MS if frames > 1 else 0)


def _read_placeholder(value: object) -> str:
    text = read_matching(_BASE64, value)
    try:
        raw = b64decode(text, validate=True)
    except ValueError:
        raise UnreadableAnswerError("not base64") from None
    if len(raw) not in _THUMBHASH_BYTES or b64encode(raw).decode() != text:
        raise UnreadableAnswerError("not a placeholder")
    return text


def _read_images(lengths: Sequence[object], size: Size, expected: _Expected) -> tuple[bytes, ...]:
    """Read the encoded images that follow, once all their lengths are known to be valid."""
    announced = []
    for length, spec in zip(lengths, expected.specs, strict=True):
        across, down = place(size, spec).size
        length_max = across * down * _BYTES_A_PIXEL + _BYTES_AROUND
        announced.append((read_integer(length, length_max), spec))
    return tuple(_read_image(length, spec, size, expected) for length, spec in announced)


def _read_image(length: int, spec: RenditionSpec, size: Size, expected: _Expected) -> bytes:
    data = _receive(expected.connection, length)
    if len(data) != length or not is_plain(data, spec.format, place(size, spec).size):
        raise UnreadableAnswerError("not the rendition that was asked for")
    return data
