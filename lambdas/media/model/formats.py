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


_BY_CONTENT_TYPE = {
    **{f.content_type: f for f in ImageFormat},
    "image/heic": ImageFormat.HEIF,  # HEIF with one codec, which phones announce under its own name
}
ANNOUNCED_CONTENT_TYPES = frozenset(_BY_CONTENT_TYPE)
# What names of images end with, right or wrong, without the dot.
FILE_EXTENSIONS = frozenset(
    {
        *(f.extension for f in ImageFormat),
        *(f.value for f in ImageFormat),
        *("jpe", "heics", "heifs", "avifs"),
    }
)


def format_of_content_type(content_type: str | None) -> ImageFormat | None:
    """Return the format that a media type names; None where it is no accepted one."""
    return _BY_CONTENT_TYPE.get(content_type or "")
