"""Turning pixels the way the camera was held."""

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
# Pillow turns a TIFF while it loads, and libheif by the container's own boxes.
_TURNED_BY_DECODER = frozenset({ImageFormat.TIFF, ImageFormat.HEIF})


def transposition(tag: int | None, image_format: ImageFormat) -> Image.Transpose | None:
    """Tell what has to be done to the decoded pixels.

    Parameters
    ----------
    tag
        The orientation tag of the file's EXIF, if it has one; anything but 1 to 8 counts as 1.
    image_format
        The file's format, since some decoders turn the image themselves.

    Returns
    -------
    PIL.Image.Transpose or None
        None where the pixels are upright.
    """
    if tag is None or image_format in _TURNED_BY_DECODER:
        return None
    return _TRANSPOSITIONS.get(tag)


def upright_size(size: tuple[int, int], turn: Image.Transpose | None) -> tuple[int, int]:
    """Tell the width and height that an image has once it was turned."""
    sideways = {_TRANSPOSITIONS[tag] for tag in _SIDEWAYS}
    return (size[1], size[0]) if turn in sideways else size
