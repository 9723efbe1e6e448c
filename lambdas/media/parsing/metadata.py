"""The allow-list of EXIF metadata that is kept, each entry with a known type and bounded size."""

import re
from datetime import datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from media.model.images import ExifValue, Location
from media.parsing.exif import Directory, ExifBlock

TEXT_MAX = 128
_DECIMALS = Decimal("0.000001")
_ORIENTATION = 0x0112
_LATITUDE_REFERENCE, _LATITUDE, _LONGITUDE_REFERENCE, _LONGITUDE = 1, 2, 3, 4
_ALTITUDE_REFERENCE, _ALTITUDE = 5, 6
_BELOW_SEA = 1
_EXIF_TIME = re.compile(r"([0-9]{4}):([0-9]{2}):([0-9]{2}) ([0-9]{2}:[0-9]{2}:[0-9]{2})")
_ISO_TIME_CHARACTERS = 19
_UTC_OFFSET = re.compile(r"[+-](0[0-9]|1[0-4]):[0-5][0-9]")
_SEXAGESIMAL = (1, 60, 3600)
LATITUDE_MAX, LONGITUDE_MAX, ALTITUDE_MAX = 90, 180, 100_000


class MetadataKind(Enum):
    """The type of a metadata value."""

    TEXT = "text"
    TIME = "time"
    OFFSET = "offset"
    INTEGER = "integer"
    NUMBER = "number"


_IMAGE_TAGS = {
    0x010F: ("camera_make", MetadataKind.TEXT),
    0x0110: ("camera_model", MetadataKind.TEXT),
    0x0131: ("software", MetadataKind.TEXT),
    0x0132: ("modified_at", MetadataKind.TIME),
}
_PHOTO_TAGS = {
    0x9003: ("captured_at", MetadataKind.TIME),
    0x9011: ("captured_at_offset", MetadataKind.OFFSET),
    0x829A: ("exposure_seconds", MetadataKind.NUMBER),
    0x829D: ("f_number", MetadataKind.NUMBER),
    0x8822: ("exposure_program", MetadataKind.INTEGER),
    0x8827: ("iso", MetadataKind.INTEGER),
    0x9204: ("exposure_bias_ev", MetadataKind.NUMBER),
    0x9207: ("metering_mode", MetadataKind.INTEGER),
    0x9209: ("flash", MetadataKind.INTEGER),
    0x920A: ("focal_length_mm", MetadataKind.NUMBER),
    0xA001: ("colour_space", MetadataKind.INTEGER),
    0xA403: ("white_balance", MetadataKind.INTEGER),
    0xA405: ("focal_length_35mm", MetadataKind.INTEGER),
    0xA433: ("lens_make", MetadataKind.TEXT),
    0xA434: ("lens_model", MetadataKind.TEXT),
}
# All metadata that is ever kept, by the name under which it is stored.
METADATA_KINDS = dict((*_IMAGE_TAGS.values(), *_PHOTO_TAGS.values()))


def orientation_tag(block: ExifBlock) -> int | None:
    """Read the orientation tag, whatever integer type it was written in."""
    return _integer(block.image.get(_ORIENTATION))


def allowed_metadata(block: ExifBlock) -> dict[str, ExifValue]:
    """Extract the allow-listed metadata from an EXIF block.

    Returns
    -------
    dict
        Text of at most 128 characters without control characters, whole numbers, and decimals
        with at most six places, times as ISO 8601 in the camera's own zone: nothing that
        DynamoDB refuses. No location, no serial numbers.
    """
    found: dict[str, ExifValue] = {}
    for directory, tags in ((block.image, _IMAGE_TAGS), (block.photo, _PHOTO_TAGS)):
        for tag, (name, kind) in tags.items():
            value = _typed(directory.get(tag), kind)
            if value is not None:
                found[name] = value
    return found


def location(block: ExifBlock) -> Location | None:
    """Read where the image was taken; None if that is missing or invalid."""
    latitude = _degrees(block.gps, _LATITUDE, _LATITUDE_REFERENCE, "S")
    longitude = _degrees(block.gps, _LONGITUDE, _LONGITUDE_REFERENCE, "W")
    if latitude is None or longitude is None:
        return None
    if abs(latitude) > LATITUDE_MAX or abs(longitude) > LONGITUDE_MAX:
        return None
    return Location(latitude=latitude, longitude=longitude, altitude=_altitude(block.gps))


def is_time(text: str) -> bool:
    """Return whether text is a time as stored: ISO 8601, to the second, without a zone."""
    try:
        return (
            len(text) == _ISO_TIME_CHARACTERS and datetime.fromisoformat(text).isoformat() == text
        )
    except ValueError:
        return False


def is_offset(text: str) -> bool:
    """Return whether text is an offset from UTC, such as ``+02:00``."""
    return _UTC_OFFSET.fullmatch(text) is not None


def _typed(value: object, kind: MetadataKind) -> ExifValue | None:
    match kind:
        case MetadataKind.TEXT:
            return _text(value)
        case MetadataKind.TIME:
            return _time(value)
        case MetadataKind.OFFSET:
            offset = _text(value)
            return offset if offset and is_offset(offset) else None
        case MetadataKind.INTEGER:
            return _integer(value)
        case MetadataKind.NUMBER:
            return _number(value)


def _time(value: object) -> str | None:
    match = _EXIF_TIME.match(value) if isinstance(value, str) else None
    if match is None:
        return None
    try:
        return datetime.fromisoformat("{}-{}-{}T{}".format(*match.groups())).isoformat()
    except ValueError:
        return None


def _text(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    printable = "".join(c for c in value if c.isprintable())
    return printable.strip()[:TEXT_MAX].strip() or None


def _integer(value: object) -> int | None:
    first = value[0] if isinstance(value, tuple) and value else None
    return first if isinstance(first, int) else None


def _number(value: object) -> Decimal | None:
    first = value[0] if isinstance(value, tuple) and value else None
    return _decimal(Fraction(first)) if isinstance(first, int | Fraction) else None


def _decimal(number: Fraction) -> Decimal:
    quotient = Decimal(number.numerator) / Decimal(number.denominator)
    return quotient.quantize(_DECIMALS).normalize() + 0


def _degrees(gps: Directory, tag: int, reference_tag: int, negative: str) -> Decimal | None:
    parts = gps.get(tag)
    if not isinstance(parts, tuple) or not parts:
        return None
    degrees = Fraction(0)
    for part, divisor in zip(parts, _SEXAGESIMAL, strict=False):
        if part is None:
            return None
        degrees += Fraction(part) / divisor
    reference = gps.get(reference_tag)
    is_negative = isinstance(reference, str) and reference.strip().upper() == negative
    return _decimal(-degrees if is_negative else degrees)


def _altitude(gps: Directory) -> Decimal | None:
    altitude = _number(gps.get(_ALTITUDE))
    if altitude is None or abs(altitude) > ALTITUDE_MAX:
        return None
    return -altitude if _integer(gps.get(_ALTITUDE_REFERENCE)) == _BELOW_SEA else altitude
