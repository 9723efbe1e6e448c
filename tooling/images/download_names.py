"""File names for downloads, safe on every system."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from media.model.formats import FILE_EXTENSIONS, format_of_content_type

# Below the limits of file systems, with room for an image id and an extension.
STEM_BYTES_MAX = 150
# Characters with a special meaning on some system.
FORBIDDEN = frozenset('<>:"/\\|?*')
DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{p}{n}" for p in ("com", "lpt") for n in range(10))}
)


def file_names(
    image_id: str, title: str | None, content_type: str | None, suffix: str
) -> tuple[str, ...]:
    """Return names for a file, the best first, that are safe on every system.

    The title is what its owner typed, and id and suffix stand in an answer, so nothing of them may
    lead out of the folder or mean something to a file system; the extension follows from what the
    bytes are, never from the title.
    """
    image_format = format_of_content_type(content_type)
    extension = f".{image_format.extension}" if image_format else ".bin"
    image_id, suffix = safe_stem(image_id) or "image", _harmless(suffix)
    stem = safe_stem(title or "")
    if not stem:
        return (f"{image_id}{suffix}{extension}",)
    return (f"{stem}{suffix}{extension}", f"{stem}{suffix}-{image_id}{extension}")


def safe_stem(title: str) -> str:
    """Return the part of a title that is safe in a file name; may be empty."""
    text = _harmless(unicodedata.normalize("NFC", title))
    if Path(text).suffix.lower().removeprefix(".") in FILE_EXTENSIONS:
        text = text[: -len(Path(text).suffix)]
    text = text.encode()[:STEM_BYTES_MAX].decode(errors="ignore").strip(". ")
    if text.partition(".")[0].lower() in DEVICES:
        return f"_{text}"
    return text if text.strip("_") else ""


def _harmless(text: str) -> str:
    return "".join(c if c.isprintable() and c not in FORBIDDEN else "_" for c in text)
