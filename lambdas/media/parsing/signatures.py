"""Identifies formats by the first bytes of a file, never by its name or declared type."""

from media.model.formats import ImageFormat

_PREFIXES = (
    (b"\xff\xd8\xff", ImageFormat.JPEG),
    (b"\x89PNG\r\n\x1a\n", ImageFormat.PNG),
    (b"GIF87a", ImageFormat.GIF),
    (b"GIF89a", ImageFormat.GIF),
    (b"II*\x00", ImageFormat.TIFF),
    (b"MM\x00*", ImageFormat.TIFF),
    (b"II+\x00", ImageFormat.TIFF),
    (b"MM\x00+", ImageFormat.TIFF),
)
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEVC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_CONTAINER_BRANDS = frozenset({b"mif1", b"msf1"})
_STILL_BRANDS = _AVIF_BRANDS | _HEVC_BRANDS | _CONTAINER_BRANDS
# Codecs of images; no decoder here reads those beyond the first two.
_CODECS = frozenset({b"av01", b"hvc1", b"avc1", b"jpeg", b"j2k1", b"vvc1", b"evc1", b"unci"})
_ITEM_NUMBER_BYTES = {b"\x02": 2, b"\x03": 4}
_ITEMS_END_MAX = 65_536
_FIRST_COMPATIBLE_BRAND = 16
_BRANDS_END_MAX = 256


def identify_format(data: bytes) -> ImageFormat | None:
    """Identify the format of a file by its first bytes.

    Parameters
    ----------
    data
        The file, or at least its first 64 KiB.

    Returns
    -------
    ImageFormat or None
        None if it is not an accepted format.
    """
    for prefix, image_format in _PREFIXES:
        if data.startswith(prefix):
            return image_format
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return ImageFormat.WEBP
    if data[4:8] == b"ftyp":
        return _from_brands(data)
    return None


def _from_brands(data: bytes) -> ImageFormat | None:
    major = data[8:12]
    end = min(int.from_bytes(data[:4]), _BRANDS_END_MAX)
    compatible = {data[i : i + 4] for i in range(_FIRST_COMPATIBLE_BRAND, end, 4)}
    if not ({major} | compatible) & _STILL_BRANDS:
        return None
    # The items name the codec of the images; brands are often only a program's habit.
    codecs = _item_types(data) & _CODECS
    if codecs:
        return ImageFormat.AVIF if codecs == {b"av01"} else _hevc_or_none(codecs)
    for brands in ({major}, compatible):
        if brands & _AVIF_BRANDS:
            return ImageFormat.AVIF
        if brands & _HEVC_BRANDS:
            return ImageFormat.HEIF
    return ImageFormat.HEIF if major in _CONTAINER_BRANDS else None


def _hevc_or_none(codecs: frozenset[bytes]) -> ImageFormat | None:
    return ImageFormat.HEIF if b"hvc1" in codecs else None


def _item_types(data: bytes) -> frozenset[bytes]:
    """Return the item types of a container, which its ``infe`` boxes name."""
    found = set()
    position = data.find(b"infe", 0, _ITEMS_END_MAX)
    while position >= 0:
        version = data[position + 4 : position + 5]
        width = _ITEM_NUMBER_BYTES.get(version)
        if width:
            start = position + 8 + width + 2
            found.add(data[start : start + 4])
        position = data.find(b"infe", position + 4, _ITEMS_END_MAX)
    return frozenset(found)
