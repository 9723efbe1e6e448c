"""Validates the metadata in an untrusted answer against what `allowed_metadata` can return."""

import re
from collections.abc import Mapping
from decimal import Decimal

from media.inspection.fields import UnreadableAnswerError, read_integer, read_matching, read_text
from media.model.images import ExifValue, Location
from media.parsing.metadata import (
    ALTITUDE_MAX,
    LATITUDE_MAX,
    LONGITUDE_MAX,
    METADATA_KINDS,
    TEXT_MAX,
    MetadataKind,
    is_offset,
    is_time,
)

# EXIF numbers have 32 bits; fractions keep six decimal places.
_EXIF_MIN, _EXIF_MAX = -(2**31), 2**32 - 1
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,9})(\.[0-9]{0,5}[1-9])?")


def read_metadata(metadata: Mapping[str, object]) -> dict[str, ExifValue]:
    """Validate the allow-listed metadata.

    Raises
    ------
    UnreadableAnswerError
        If any value is one that `allowed_metadata` never returns.
    """
    return {name: _read_value(METADATA_KINDS.get(name), value) for name, value in metadata.items()}


def read_location(value: object) -> Location:
    """Validate where the image was taken.

    Raises
    ------
    UnreadableAnswerError
        If the value is not a location on Earth.
    """
    match value:
        case {"latitude": latitude, "longitude": longitude, "altitude": altitude, **rest} if (
            not rest
        ):
            return Location(
                _read_decimal(latitude, LATITUDE_MAX),
                _read_decimal(longitude, LONGITUDE_MAX),
                None if altitude is None else _read_decimal(altitude, ALTITUDE_MAX),
            )
        case _:
            raise UnreadableAnswerError("the location has unexpected fields")


def _read_value(kind: MetadataKind | None, value: object) -> ExifValue:
    match kind:
        case MetadataKind.INTEGER:
            return read_integer(value, _EXIF_MAX, lowest=_EXIF_MIN)
        case MetadataKind.NUMBER:
            return _read_decimal(value, _EXIF_MAX)
        case None:
            raise UnreadableAnswerError("the metadata has an unexpected field")
        case _:
            return _read_formatted_text(kind, value)


def _read_formatted_text(kind: MetadataKind, value: object) -> str:
    text = read_text(value, TEXT_MAX)
    has_form = {
        MetadataKind.TIME: is_time,
        MetadataKind.OFFSET: is_offset,
    }.get(kind, _is_stripped)
    if has_form(text):
        return text
    raise UnreadableAnswerError("the metadata has text of the wrong form")


def _is_stripped(text: str) -> bool:
    return text == text.strip()


def _read_decimal(value: object, highest: int) -> Decimal:
    number = Decimal(read_matching(_DECIMAL, value))
    if abs(number) <= highest:
        return number
    raise UnreadableAnswerError("the metadata has a number out of range")
