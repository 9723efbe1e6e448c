"""The name that a browser saves an original under, as a Content-Disposition."""

import re
from urllib.parse import quote

from media.model.formats import FILE_EXTENSIONS, ImageFormat

_IMAGE_EXTENSION = re.compile(rf"\.({'|'.join(sorted(FILE_EXTENSIONS))})$", re.IGNORECASE)
# What some file system takes for a separator, a wildcard or a drive, and what ends a header.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|%]')
_STEM_MAX = 150
# The characters of RFC 8187 that need no escape.
_ATTRIBUTE_CHARACTERS = "!#$&+-.^_`|~"


def attachment(title: str | None, image_id: str, image_format: ImageFormat | None) -> str:
    """Name a download after its title, ended as its bytes are and never as somebody said.

    Parameters
    ----------
    title
        What the owner calls the image, often a file name; any text.
    image_id
        Its name where there is no usable title.
    image_format
        What its bytes are; None where nobody has looked.

    Returns
    -------
    str
        A header value of RFC 6266: printable ASCII, the whole name beside it where it needs more.
    """
    extension = f".{image_format.extension}" if image_format else ""
    stem = _IMAGE_EXTENSION.sub("", _plain(title or ""))[:_STEM_MAX].strip(" .")
    name = (stem or image_id) + extension
    ascii_name = name.encode("ascii", "replace").decode().replace("?", "_")
    disposition = f'attachment; filename="{ascii_name}"'
    if ascii_name == name:
        return disposition
    return f"{disposition}; filename*=UTF-8''{quote(name, safe=_ATTRIBUTE_CHARACTERS)}"


def _plain(text: str) -> str:
    printable = "".join(c if c.isprintable() else "_" for c in text)
    return _UNSAFE.sub("_", printable).strip(" .")
