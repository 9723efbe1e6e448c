"""What an `Inspector` and its process say to each other: JSON, then the renditions' bytes.

A hostile file may take the process over, so nothing that comes from it is ever run, as unpickling
would, and nothing is believed: every size is bounded before it is read, and whatever differs by a
field or a type from what a healthy process says is an `UnreadableAnswerError`.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from enum import StrEnum
from multiprocessing.connection import Connection
from typing import TypeVar

from media.formats import ImageFormat
from media.images import ExifValue, Location, RejectionReason
from media.inspection.metadata import MAX_TEXT, METADATA_TYPES
from media.inspection.pipeline import InspectedImage
from media.inspection.renditions import Rendition
from media.inspection.specs import RenditionSpec, read_specs
from media.limits import Limits

_HEADER_BYTES_MAX, _HEADER_BYTES_A_RENDITION = 64 * 1024, 512
# Twice the raw pixels, which noise in the best quality does not exceed, and what goes around them.
_BYTES_A_PIXEL, _BYTES_AROUND = 8, 64 * 1024
_MESSAGE_MAX = 1000
_WHOLE_MAX = 2**63 - 1
_SHA256, _DIGEST = re.compile("[0-9a-f]{64}"), re.compile("[0-9a-f]{32}")
_THUMBHASH, _COLOUR = re.compile("[A-Za-z0-9+/]{6,34}={0,2}"), re.compile("#[0-9a-f]{6}")
_DECIMAL = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,6})?")


class UnreadableAnswerError(Exception):
    """A process said what none says that is well."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a process is told before its first file; the time is for one file, in seconds."""

    limits: Limits
    specs: tuple[RenditionSpec, ...]
    seconds_max: float


@dataclass(frozen=True, slots=True)
class Rejection:
    """A process's answer to a file that is itself at fault."""

    reason: RejectionReason
    message: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A process's answer where our own code failed, with what it failed of."""

    message: str


_Member = TypeVar("_Member", bound=StrEnum)
Answer = InspectedImage | Rejection | Fault


def send_assignment(connection: Connection, assignment: Assignment) -> None:
    """Tell a process what it is for."""
    connection.send_bytes(json.dumps(asdict(assignment)).encode())


def receive_assignment(connection: Connection) -> Assignment:
    """Read what this process is for; it comes from who started it, and is believed."""
    told = json.loads(connection.recv_bytes())
    limits, specs = Limits.from_mapping(told["limits"]), read_specs(told["specs"])
    return Assignment(limits, specs, told["seconds_max"])


def send_answer(connection: Connection, answer: Answer) -> None:
    """Answer a file."""
    match answer:
        case InspectedImage(renditions=renditions):
            told = {field.name: getattr(answer, field.name) for field in fields(answer)}
            told["gps"] = answer.gps and asdict(answer.gps)
            told["renditions"] = [_described(rendition) for rendition in renditions]
            _send(connection, {"image": told})
            for rendition in renditions:
                connection.send_bytes(rendition.data)
        case Rejection(reason, message):
            _send(connection, {"reason": reason, "message": _printable(message)})
        case Fault(message):
            _send(connection, {"message": _printable(message)})


def receive_answer(connection: Connection, specs: Sequence[RenditionSpec]) -> Answer:
    """Read the answer to a file.

    Parameters
    ----------
    connection
        To a process that was sent a file.
    specs
        The renditions that it was told to make.

    Raises
    ------
    UnreadableAnswerError
        If it is none, or does not fit `specs`. The connection is of no use any more.
    EOFError, ConnectionError
        If the process ended before it answered.
    """
    header_max = _HEADER_BYTES_MAX + len(specs) * _HEADER_BYTES_A_RENDITION
    header = _receive(connection, header_max)
    try:
        told = json.loads(header)
    except (ValueError, RecursionError) as error:
        raise UnreadableAnswerError("it is not JSON") from error
    match told:
        case {"image": image, **rest} if not rest:
            return _read_image(image, specs, connection)
        case {"reason": reason, "message": message, **rest} if not rest:
            return Rejection(_read_member(RejectionReason, reason), _read_text(message))
        case {"message": message, **rest} if not rest:
            return Fault(_read_text(message))
        case _:
            raise UnreadableAnswerError("none of the answers")


def _send(connection: Connection, header: object) -> None:
    # Decimals go as text, which keeps each digit.
    connection.send_bytes(json.dumps(header, default=str).encode())


def _receive(connection: Connection, size_max: int) -> bytes:
    try:
        return connection.recv_bytes(size_max)
    except ConnectionError:
        raise
    except OSError as error:
        raise UnreadableAnswerError(str(error)) from error


def _described(rendition: Rendition) -> dict[str, object]:
    return {
        "name": rendition.name,
        "format": rendition.format,
        "digest": rendition.digest,
        "width": rendition.width,
        "height": rendition.height,
        "bytes": len(rendition.data),
    }


def _printable(message: str) -> str:
    return "".join(c if c.isprintable() else " " for c in message[:_MESSAGE_MAX])


def _read_image(
    told: object, specs: Sequence[RenditionSpec], connection: Connection
) -> InspectedImage:
    match told:
        case {
            "sha256": sha256,
            "format": image_format,
            "width": width,
            "height": height,
            "frames": frames,
            "duration_ms": duration_ms,
            "exif": dict(exif),
            "gps": gps,
            "placeholder": placeholder,
            "average_colour": average_colour,
            "renditions": list(renditions),
            **rest,
        } if not rest and len(renditions) == len(specs):
            return InspectedImage(
                sha256=_read_matching(_SHA256, sha256),
                format=_read_member(ImageFormat, image_format),
                width=_read_whole(width),
                height=_read_whole(height),
                frames=_read_whole(frames),
                duration_ms=None if duration_ms is None else _read_whole(duration_ms),
                exif={name: _read_exif_value(name, value) for name, value in exif.items()},
                gps=None if gps is None else _read_location(gps),
                placeholder=_read_matching(_THUMBHASH, placeholder),
                average_colour=_read_matching(_COLOUR, average_colour),
                renditions=_read_renditions(renditions, specs, connection),
            )
        case _:
            raise UnreadableAnswerError("not the fields of an image")


def _read_renditions(
    told: Sequence[object], specs: Sequence[RenditionSpec], connection: Connection
) -> tuple[Rendition, ...]:
    """Read the bytes that follow, once all that is said of them is known to be sound."""
    announced = [_read_announced(*pair) for pair in zip(told, specs, strict=True)]
    return tuple(
        Rendition(spec.name, digest, width, height, _read_bytes(connection, size), spec.format)
        for spec, (digest, width, height, size) in zip(specs, announced, strict=True)
    )


def _read_announced(told: object, spec: RenditionSpec) -> tuple[str, int, int, int]:
    """Read a rendition's digest, width, height and size in bytes."""
    match told:
        case {
            "name": spec.name,
            "format": spec.format.value,
            "digest": digest,
            "width": width,
            "height": height,
            "bytes": size,
            **rest,
        } if not rest:
            across = _read_whole(width, spec.longest_side or spec.width or 1)
            down = _read_whole(height, spec.longest_side or spec.height or 1)
            size_max = across * down * _BYTES_A_PIXEL + _BYTES_AROUND
            return _read_matching(_DIGEST, digest), across, down, _read_whole(size, size_max)
        case _:
            raise UnreadableAnswerError("not the fields of the rendition")


def _read_bytes(connection: Connection, size: int) -> bytes:
    data = _receive(connection, size)
    if len(data) != size:
        raise UnreadableAnswerError("fewer bytes than announced")
    return data


def _read_exif_value(name: str, value: object) -> ExifValue:
    kind = METADATA_TYPES.get(name)
    if kind is str:
        return _read_text(value, MAX_TEXT)
    if kind is int:
        return _read_whole(value, lowest=-_WHOLE_MAX)
    if kind is Decimal:
        return _read_decimal(value)
    raise UnreadableAnswerError("metadata that is not kept")


def _read_location(told: object) -> Location:
    match told:
        case {"latitude": latitude, "longitude": longitude, "altitude": altitude, **rest} if (
            not rest
        ):
            above_sea = None if altitude is None else _read_decimal(altitude)
            return Location(_read_decimal(latitude), _read_decimal(longitude), above_sea)
        case _:
            raise UnreadableAnswerError("not the fields of a location")


def _read_whole(value: object, highest: int = _WHOLE_MAX, *, lowest: int = 1) -> int:
    # True is an int, and 1.0 is in the range.
    if type(value) is int and lowest <= value <= highest:
        return value
    raise UnreadableAnswerError("not such a number")


def _read_decimal(value: object) -> Decimal:
    return Decimal(_read_matching(_DECIMAL, value))


def _read_text(value: object, length_max: int = _MESSAGE_MAX) -> str:
    if isinstance(value, str) and len(value) <= length_max and value.isprintable():
        return value
    raise UnreadableAnswerError("not such a text")


def _read_matching(pattern: re.Pattern[str], value: object) -> str:
    if isinstance(value, str) and pattern.fullmatch(value):
        return value
    raise UnreadableAnswerError("not such a text")


def _read_member(kind: type[_Member], value: object) -> _Member:
    for member in kind:
        if value == member.value:
            return member
    raise UnreadableAnswerError("not one of the values")
