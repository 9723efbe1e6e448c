"""Whether bytes are a rendition that our encoders could have written: pixels and nothing else.

Written for untrusted bytes. Each reader walks the container from its first byte
to its last, names every part, and knows none that holds text, a profile, or another file.
"""

import struct
from collections.abc import Callable, Mapping

from media.inspection.encoded.avif import is_plain_avif
from media.inspection.encoded.jpeg import is_plain_jpeg
from media.inspection.encoded.webp import is_plain_webp
from media.rendering.specs import RenditionFormat

_CHECKS: Mapping[RenditionFormat, Callable[[bytes, tuple[int, int]], bool]] = {
    RenditionFormat.WEBP: is_plain_webp,
    RenditionFormat.JPEG: is_plain_jpeg,
    RenditionFormat.AVIF: is_plain_avif,
}


def is_plain(data: bytes, rendition_format: RenditionFormat, size: tuple[int, int]) -> bool:
    """Return whether bytes are an image of this format and size, without anything else.

    Parameters
    ----------
    data
        What claims to be a rendition.
    rendition_format
        What it has to be encoded in.
    size
        The width and height in pixels that its headers have to tell.
    """
    try:
        return _CHECKS[rendition_format](data, size)
    except (struct.error, IndexError, ValueError):
        # It is truncated within a field, or a scan has no end.
        return False
