"""The name that a browser saves an original under, as a Content-Disposition."""

import re
from urllib.parse import quote

from media.model.formats import FILE_EXTENSIONS, ImageFormat

_IMAGE_EXTENSION = re.compile(rf"\.({'|'.join(sorted(FILE_EXTENSIONS))})$", re.IGNORECASE)
# Separators, wildcards and drive letters of file systems, and characters that end a header.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|%]')
_STEM_MAX = 150
# Characters that RFC 8187 leaves unescaped.
_ATTRIBUTE_CHARACTERS = "!#$&+-.^_`|~"


def attachment(title: str | None, image_id: str, image_format: ImageFormat | None) -> str:
    """Name a download after its title, with the extension of its actual format.

    Parameters
    ----------
    title
        The title from the owner, often a file name; any text.
    image_id
        The name if there is no usable title.
    image_format
        The format of the bytes; None if they were never inspected.

    Returns
    -------
    str
        A header value of RFC 6266: printable ASCII, followed by the full name if it needs more.
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
