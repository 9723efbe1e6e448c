"""The image formats the store accepts, and how it names and serves each."""

from enum import StrEnum


class ImageFormat(StrEnum):
    """A format told from a file's bytes; the value is the name in rows and answers."""

    JPEG = "jpeg"
    PNG = "png"
    GIF = "gif"
    WEBP = "webp"
    AVIF = "avif"
    HEIF = "heif"
    TIFF = "tiff"

    @property
    def content_type(self) -> str:
        """The media type originals of this format are served with, whatever the client said."""
        return f"image/{self.value}"

    @property
    def extension(self) -> str:
        """The usual file extension, without the dot."""
        return {"jpeg": "jpg", "heif": "heic", "tiff": "tif"}.get(self.value, self.value)


# HEIC is HEIF with one codec; phones announce it under its own name.
ANNOUNCED_CONTENT_TYPES = frozenset({f.content_type for f in ImageFormat} | {"image/heic"})
