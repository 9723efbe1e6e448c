"""Telling a file's format from its first bytes, never from its name or declared type."""

from media.formats import ImageFormat

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
_FIRST_COMPATIBLE_BRAND = 16
_BRANDS_END_MAX = 256


def identify_format(data: bytes) -> ImageFormat | None:
    """Tell the format of a file from its first bytes.

    Parameters
    ----------
    data
        The file, or at least its first 256 bytes.

    Returns
    -------
    ImageFormat or None
        None where it is none of the accepted formats.
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
    # A container brand says nothing of the codec; the compatible brands do.
    for brands in ({major}, compatible):
        if brands & _AVIF_BRANDS:
            return ImageFormat.AVIF
        if brands & _HEVC_BRANDS:
            return ImageFormat.HEIF
    return ImageFormat.HEIF if major in _CONTAINER_BRANDS else None
