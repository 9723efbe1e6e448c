"""Scales images down with the Lanczos filter, whatever their mode."""

from PIL import Image

from media.rendering import libvips

# Blocks of pixels are averaged first, down to no less than twice the target: the filter alone
# would need a second copy of the whole image in memory.
_LEFT_TO_THE_FILTER = 2
_PREMULTIPLIED = {"LA": "La", "RGBA": "RGBa"}


def resize(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Scale an image down; returns the same image if it has that size already.

    Parameters
    ----------
    image
        In mode L, LA, RGB, RGBA or CMYK.
    size
        Width and height in pixels of the result.
    """
    if image.size == size:
        return image
    mode = image.mode
    across = max(1, image.width // (size[0] * _LEFT_TO_THE_FILTER))
    down = max(1, image.height // (size[1] * _LEFT_TO_THE_FILTER))
    # Colours of transparent pixels must not bleed into visible ones.
    premultiplied = image.convert(_PREMULTIPLIED[mode]) if mode in _PREMULTIPLIED else image
    if max(across, down) > 1:
        premultiplied = premultiplied.reduce((across, down))
    scaled = libvips.scale(premultiplied, size)
    return scaled if scaled.mode == mode else scaled.convert(mode)
