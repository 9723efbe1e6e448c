"""The image formats the store accepts, and how it names and serves each."""

from enum import StrEnum


class ImageFormat(StrEnum):
    """A format recognised from a file's bytes; rows and responses use the value."""

    JPEG = "jpeg"
    PNG = "png"
    GIF = "gif"
    WEBP = "webp"
    AVIF = "avif"
    HEIF = "heif"
    TIFF = "tiff"

    @property
    def content_type(self) -> str:
        """The media type that originals of this format are served with, whatever was declared."""
        return f"image/{self.value}"

    @property
    def extension(self) -> str:
        """The usual file extension, without the dot."""
        return {"jpeg": "jpg", "heif": "heic", "tiff": "tif"}.get(self.value, self.value)


_BY_CONTENT_TYPE = {
    **{f.content_type: f for f in ImageFormat},
    "image/heic": ImageFormat.HEIF,  # HEIF with HEVC, which phones declare under a name of its own
}
ANNOUNCED_CONTENT_TYPES = frozenset(_BY_CONTENT_TYPE)
# Extensions that image file names have, rightly or wrongly, without the dot.
FILE_EXTENSIONS = frozenset(
    {
        *(f.extension for f in ImageFormat),
        *(f.value for f in ImageFormat),
        *("jpe", "heics", "heifs", "avifs"),
    }
)


def format_of_content_type(content_type: str | None) -> ImageFormat | None:
    """Return the format that a media type names; None if it is not accepted."""
    return _BY_CONTENT_TYPE.get(content_type or "")
