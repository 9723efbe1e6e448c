"""A reader of EXIF blocks that never fails.

EXIF in the wild is broken in every way: offsets past the end, wrong types, counts of millions,
loops. This reader reads only the directories that matter, bounds every size, and skips whatever is
invalid, so that bad metadata never keeps an image from being shown.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

ExifRaw = str | bytes | tuple[int, ...] | tuple[Fraction | None, ...]
Directory = Mapping[int, ExifRaw]

_PREAMBLE = b"Exif\x00\x00"
_EXIF_POINTER, _GPS_POINTER = 0x8769, 0x8825
_MAX_ENTRIES = 512
_MAX_VALUE_BYTES = 4096
_INLINE_BYTES = 4
_ENTRY_BYTES = 12
_ASCII, _RATIONAL, _UNDEFINED, _SIGNED_RATIONAL = 2, 5, 7, 10
_INTEGERS = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i"}
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8}
_ORDERS = {b"II": "<", b"MM": ">"}


@dataclass(frozen=True, slots=True)
class ExifBlock:
    """The directories of an EXIF block that are read, as mappings from tags to values."""

    image: Directory = field(default_factory=dict)
    photo: Directory = field(default_factory=dict)
    gps: Directory = field(default_factory=dict)


def read_exif(block: bytes | None) -> ExifBlock:
    """Read an EXIF block.

    Parameters
    ----------
    block
        A TIFF structure, with or without the ``Exif`` preamble; a whole TIFF file will do.

    Returns
    -------
    ExifBlock
        The entries that could be read. Text is a str up to its first NUL, numbers are tuples of
        int or of Fraction (None for a division by zero), and the rest is bytes.
    """
    data = (block or b"").removeprefix(_PREAMBLE)
    order = _ORDERS.get(data[:2])
    if order is None:
        return ExifBlock()
    image = _read_directory(data, order, _unpack(f"{order}I", data, 4))
    return ExifBlock(
        image=image,
        photo=_read_directory(data, order, _pointer(image, _EXIF_POINTER)),
        gps=_read_directory(data, order, _pointer(image, _GPS_POINTER)),
    )


def _read_directory(data: bytes, order: str, offset: int | None) -> Directory:
    count = None if offset is None else _unpack(f"{order}H", data, offset)
    if offset is None or count is None:
        return {}
    directory: dict[int, ExifRaw] = {}
    for index in range(min(count, _MAX_ENTRIES)):
        entry = offset + 2 + index * _ENTRY_BYTES
        header = data[entry : entry + _ENTRY_BYTES]
        if len(header) < _ENTRY_BYTES:
            break
        tag, kind, length = struct.unpack(f"{order}HHI", header[:8])
        value = _read_value(data, order, kind, length, entry + 8)
        if value is not None:
            directory.setdefault(tag, value)
    return directory


def _read_value(data: bytes, order: str, kind: int, length: int, at: int) -> ExifRaw | None:
    size = _SIZES.get(kind, 0) * length
    if not 0 < size <= _MAX_VALUE_BYTES:
        return None
    start = at if size <= _INLINE_BYTES else _unpack(f"{order}I", data, at)
    raw = b"" if start is None else data[start : start + size]
    return _interpret(raw, order, kind, length) if len(raw) == size else None


def _interpret(raw: bytes, order: str, kind: int, length: int) -> ExifRaw:
    if kind == _ASCII:
        return _text(raw)
    if kind == _UNDEFINED:
        return raw
    if kind in _INTEGERS:
        return struct.unpack(f"{order}{length}{_INTEGERS[kind]}", raw)
    numbers = struct.unpack(f"{order}{2 * length}{'i' if kind == _SIGNED_RATIONAL else 'I'}", raw)
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    return tuple(Fraction(top, bottom) if bottom else None for top, bottom in pairs)


def _text(raw: bytes) -> str:
    until_nul = raw.partition(b"\x00")[0]
    try:
        return until_nul.decode("utf-8")
    except UnicodeDecodeError:
        return until_nul.decode("latin-1")


def _pointer(directory: Directory, tag: int) -> int | None:
    value = directory.get(tag)
    first = value[0] if isinstance(value, tuple) and value else None
    return first if isinstance(first, int) and first > 0 else None


def _unpack(layout: str, data: bytes, offset: int) -> int | None:
    if not 0 <= offset <= len(data) - struct.calcsize(layout):
        return None
    return int(struct.unpack_from(layout, data, offset)[0])
