"""Valid variants of accepted formats that the store cannot show."""

from media.model.formats import ImageFormat
from media.model.rejection import Flaw
from media.parsing.exif import Directory, read_exif
from media.parsing.jpeg import read_frame

_NEW_SUBFILE_TYPE, _COMPRESSION, _PHOTOMETRIC = 254, 259, 262
_WIDTH, _HEIGHT, _STRIPS, _TILES = 256, 257, 273, 324
_SUB_DIRECTORIES, _DNG_VERSION = 330, 50_706
_SENSOR_PHOTOMETRICS = frozenset({32_803, 34_892})
_REDUCED = 1
_CANON_RAW = b"CR"
_KNOWN_COMPRESSIONS = frozenset(
    {1, 2, 3, 4, 5, 6, 7, 8, 32_771, 32_773, 32_809, 32_946, 34_676, 34_677, 34_925, 50_000}
)


def unsupported_variant(data: bytes, image_format: ImageFormat) -> Flaw | None:
    """Return why a file is unsupported although its format is accepted.

    Returns
    -------
    Flaw or None
        The kind of the variant; None if it is supported.
    """
    match image_format:
        case ImageFormat.JPEG:
            frame = read_frame(data)
            is_common = frame is None or frame.is_common
            return None if is_common else Flaw.UNCOMMON_JPEG
        case ImageFormat.TIFF:
            return _tiff_variant(data)
        case _:
            return None


def is_whole_tiff(data: bytes) -> bool:
    """Return whether the first directory of a TIFF describes an image within the file."""
    image = read_exif(data).image
    places = image.get(_STRIPS) or image.get(_TILES)
    if not isinstance(places, tuple) or not all(isinstance(p, int) for p in places):
        return False
    starts = [place for place in places if isinstance(place, int)]
    return bool(_first(image, _WIDTH) and _first(image, _HEIGHT)) and max(starts) < len(data)


def _tiff_variant(data: bytes) -> Flaw | None:
    image = read_exif(data).image
    is_preview = bool((_first(image, _NEW_SUBFILE_TYPE) or 0) & _REDUCED)
    if (
        data[8:10] == _CANON_RAW
        or _DNG_VERSION in image
        or _first(image, _PHOTOMETRIC) in _SENSOR_PHOTOMETRICS
        or (is_preview and _SUB_DIRECTORIES in image)
    ):
        return Flaw.CAMERA_RAW
    compression = _first(image, _COMPRESSION)
    if compression is not None and compression not in _KNOWN_COMPRESSIONS:
        return Flaw.UNCOMMON_COMPRESSION
    return None


def _first(directory: Directory, tag: int) -> int | None:
    value = directory.get(tag)
    first = value[0] if isinstance(value, tuple) and value else None
    return first if isinstance(first, int) else None
