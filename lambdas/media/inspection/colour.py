"""Bringing every colour model, depth and profile to 8-bit sRGB, with alpha where it matters."""

import io
from functools import cache

from PIL import Image, ImageCms

_OPAQUE = (255, 255)
_WHITE_LEVELS = (255, 65_535, 2_147_483_647)
_FLAGS = ImageCms.Flags.BLACKPOINTCOMPENSATION
_INTENT = ImageCms.Intent.RELATIVE_COLORIMETRIC


def reduce_to_eight_bits(image: Image.Image) -> Image.Image:
    """Bring a decoded picture to a mode that can be scaled: 8 bits a channel, no palette.

    Parameters
    ----------
    image
        In any of Pillow's modes. More than 8 bits are scaled, not clipped.

    Returns
    -------
    PIL.Image.Image
        In mode L, LA, RGB, RGBA, CMYK or LAB; the picture itself where nothing had to be done.
    """
    mode = image.mode
    if mode.startswith("I") or mode == "F":
        return _scale_depth(image)
    if image.has_transparency_data and mode not in ("LA", "RGBA"):
        return image.convert("LA" if mode in ("1", "L", "La") else "RGBA")
    if mode == "1":
        return image.convert("L")
    if mode in ("L", "LA", "RGB", "RGBA", "CMYK", "LAB"):
        return image
    return image.convert("RGB")


def convert_to_srgb(image: Image.Image, icc_profile: bytes | None) -> Image.Image:
    """Convert a picture to sRGB.

    Parameters
    ----------
    image
        In a mode that `reduce_to_eight_bits` gives.
    icc_profile
        The profile in the file, if any. One that is broken, or made for another colour model
        than the picture's, is left out of account, as browsers do.

    Returns
    -------
    PIL.Image.Image
        In mode RGB, or RGBA where any pixel is not opaque.
    """
    profile, space = _read_profile(icc_profile)
    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    if image.mode == "LAB":
        colour = _transform(image, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")))
    elif image.mode == "CMYK":
        colour = _transform(image, profile if space == "CMYK" else None)
    elif space == "GRAY":
        colour = _transform(image.convert("L"), profile)
    else:
        rgb = image if image.mode == "RGB" else image.convert("RGB")
        colour = _transform(rgb, profile if space == "RGB" else None)
    if alpha is not None and alpha.getextrema() != _OPAQUE:
        colour.putalpha(alpha)
    return colour


def _scale_depth(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        # 16 bits are a depth of their own: their white is 65535 however dark the picture is.
        # Pillow computes on its native 16-bit mode only, not on the ones of either byte order.
        deep = image if image.mode == "I;16" else image.convert("I")
        return deep.point(lambda level: level * (255 / 65_535) + 0.5).convert("L")
    deep = image.convert("F")
    lowest, highest = deep.getextrema()
    if not isinstance(lowest, float) or not isinstance(highest, float):
        raise TypeError("a one-channel picture has one range of levels")
    if image.mode == "F" and highest <= 1:
        white = 1.0
    else:
        white = float(next((level for level in _WHITE_LEVELS if highest <= level), highest))
    black = min(0.0, lowest)
    scale = 255 / (white - black)
    return deep.point(lambda level: level * scale + (0.5 - black * scale)).convert("L")


def _transform(image: Image.Image, profile: ImageCms.ImageCmsProfile | None) -> Image.Image:
    if profile is None:
        return image if image.mode == "RGB" else image.convert("RGB")
    try:
        converted = ImageCms.profileToProfile(
            image, profile, _srgb(), renderingIntent=_INTENT, outputMode="RGB", flags=_FLAGS
        )
    except ImageCms.PyCMSError:
        return image.convert("RGB")
    return converted or image.convert("RGB")


def _read_profile(
    icc_profile: bytes | None,
) -> tuple[ImageCms.ImageCmsProfile | None, str | None]:
    """Read a profile and the colour model it is made for; nothing where it changes nothing."""
    if not icc_profile:
        return None, None
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc_profile))
        space = profile.profile.xcolor_space.strip()
        description = ImageCms.getProfileDescription(profile)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None, None
    return (None, None) if description.startswith("sRGB") else (profile, space)


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
