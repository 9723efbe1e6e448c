"""Rotates pixels according to how the camera was held."""

from PIL import Image

from media.model.formats import ImageFormat

_TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = frozenset({5, 6, 7, 8})
# Pillow rotates a TIFF while loading; libheif applies the boxes of the container.
_TURNED_BY_DECODER = frozenset({ImageFormat.TIFF, ImageFormat.HEIF})


def transposition(tag: int | None, image_format: ImageFormat) -> Image.Transpose | None:
    """Return the transposition that makes the decoded pixels upright.

    Parameters
    ----------
    tag
        The EXIF orientation tag, if the file has one; anything but 1 to 8 counts as 1.
    image_format
        The format of the file; some decoders rotate the image themselves.

    Returns
    -------
    PIL.Image.Transpose or None
        None if the pixels are upright.
    """
    if tag is None or image_format in _TURNED_BY_DECODER:
        return None
    return _TRANSPOSITIONS.get(tag)


def upright_size(size: tuple[int, int], turn: Image.Transpose | None) -> tuple[int, int]:
    """Return the width and height of an image after the transposition."""
    sideways = {_TRANSPOSITIONS[tag] for tag in _SIDEWAYS}
    return (size[1], size[0]) if turn in sideways else size
