"""Converts every colour model, depth and profile to 8-bit sRGB, with alpha if it matters."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from PIL import Image, ImageCms, ImageMath

_EIGHT_BITS, _PALETTE_COLOURS = 8, 256
_OPAQUE = (255, 255)
_WHITE_LEVELS = (255, 65_535, 2_147_483_647)
_FLAGS = ImageCms.Flags.BLACKPOINTCOMPENSATION
_USUAL_GAMMA, _SAME_GAMMA = 1 / 2.2, 0.01
_DARKEST, _BRIGHTEST = 0.1, 10.0
_LINEAR_BELOW = 0.0031308
_INTENT = ImageCms.Intent.RELATIVE_COLORIMETRIC


@dataclass(frozen=True, slots=True)
class ColourSpace:
    """The colour space that a file declares; sRGB if it declares none.

    Parameters
    ----------
    icc_profile
        The ICC profile of the file.
    gamma
        The encoding gamma of a PNG, usually 0.45455.
    """

    icc_profile: bytes | None = None
    gamma: float | None = None

    @classmethod
    def of(cls, info: Mapping[Any, Any]) -> "ColourSpace":
        """Read it from Pillow's info; a profile or an sRGB chunk overrides the gamma."""
        icc_profile, gamma = info.get("icc_profile"), info.get("gamma")
        if icc_profile or "srgb" in info or not isinstance(gamma, float):
            return cls(icc_profile=icc_profile)
        is_usual = abs(gamma - _USUAL_GAMMA) < _SAME_GAMMA
        return cls(gamma=gamma if not is_usual and _DARKEST <= gamma <= _BRIGHTEST else None)


def reduce_to_eight_bits(image: Image.Image) -> Image.Image:
    """Convert a decoded image to a mode that can be scaled: 8 bits per channel, no palette.

    Parameters
    ----------
    image
        In any mode of Pillow. Deeper channels are scaled, not clipped.

    Returns
    -------
    PIL.Image.Image
        In mode L, LA, RGB, RGBA or CMYK; the image itself if it needs no change.
    """
    mode = image.mode
    if mode.startswith("I") or mode == "F":
        return _with_alpha(_scale_depth(image), image)
    if mode == "LAB":
        return _transform(image, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")))
    _drop_surplus_transparency(image)
    if image.has_transparency_data and mode not in ("LA", "RGBA"):
        return image.convert("LA" if mode in ("1", "L", "La") else "RGBA")
    if mode == "1":
        return image.convert("L")
    if mode in ("L", "LA", "RGB", "RGBA", "CMYK"):
        return image
    return image.convert("RGB")


def convert_to_srgb(image: Image.Image, space: ColourSpace) -> Image.Image:
    """Convert an image to sRGB.

    Parameters
    ----------
    image
        In a mode that `reduce_to_eight_bits` returns.
    space
        The declared colour space. A profile that is broken, or made for a colour model other than
        the image's, is ignored, as in browsers.

    Returns
    -------
    PIL.Image.Image
        In mode RGB, or RGBA if any pixel is not opaque.
    """
    profile, model = _read_profile(space.icc_profile)
    alpha = _transparency(image)
    is_srgb = profile is None and space.gamma is None
    if is_srgb and image.mode == "RGBA" and alpha is not None:
        return image
    colour = _apply_profile(image, profile, model)
    if space.gamma is not None:
        colour = colour.point(_levels_of_gamma(space.gamma) * len(colour.getbands()))
    if alpha is not None:
        colour.putalpha(alpha)
    return colour


def _transparency(image: Image.Image) -> Image.Image | None:
    """Return the alpha channel; None if every pixel is opaque."""
    if image.mode not in ("LA", "RGBA"):
        return None
    alpha = image.getchannel("A")
    return None if alpha.getextrema() == _OPAQUE else alpha


def _apply_profile(
    image: Image.Image, profile: ImageCms.ImageCmsProfile | None, model: str | None
) -> Image.Image:
    """Return an RGB image without alpha; a profile of another colour model is ignored."""
    if image.mode == "CMYK":
        return _transform(image, profile if model == "CMYK" else None)
    if model == "GRAY":
        return _transform(image.convert("L"), profile)
    rgb = image if image.mode == "RGB" else image.convert("RGB")
    return _transform(rgb, profile if model == "RGB" else None)


def _levels_of_gamma(gamma: float) -> list[int]:
    """Return the sRGB level for each level of a PNG with this gamma."""
    return [round(255 * _srgb_of_light((level / 255) ** (1 / gamma))) for level in range(256)]


def _srgb_of_light(light: float) -> float:
    # IEC 61966-2-1.
    return 12.92 * light if light <= _LINEAR_BELOW else 1.055 * light ** (1 / 2.4) - 0.055


def _drop_surplus_transparency(image: Image.Image) -> None:
    """Drop transparency levels beyond the size of a palette."""
    levels = image.info.get("transparency")
    if isinstance(levels, bytes):
        image.info["transparency"] = levels[:_PALETTE_COLOURS]


def scale_transparency(image: Image.Image, depth: int) -> None:
    """Scale the transparent colour of a PNG to the depth of the decoded image.

    Parameters
    ----------
    image
        As Pillow decoded it. Pillow converts grey below 8 bits and 16-bit colour to 8 bits, but
        leaves the transparent colour at the depth of the file.
    depth
        The bits per channel of the file.
    """
    level = image.info.get("transparency")
    if isinstance(level, int) and image.mode == "L" and 1 < depth < _EIGHT_BITS:
        image.info["transparency"] = level * 255 // (2**depth - 1)
    elif isinstance(level, tuple) and depth > _EIGHT_BITS:
        image.info["transparency"] = tuple(channel >> (depth - _EIGHT_BITS) for channel in level)


def _with_alpha(grey: Image.Image, deep: Image.Image) -> Image.Image:
    """Make the level transparent that a deep image names as transparent."""
    level = deep.info.get("transparency")
    if isinstance(level, int):
        alpha = ImageMath.lambda_eval(
            lambda images: images["convert"]((images["levels"] != level) * 255, "L"),
            levels=deep.convert("I"),
        )
        grey.putalpha(alpha)
    return grey


def _scale_depth(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        # In 16-bit modes white is 65535, however dark the image is. Pillow computes only on its
        # native 16-bit mode, not on those with an explicit byte order.
        deep = image if image.mode == "I;16" else image.convert("I")
        return deep.point(lambda level: level * (255 / 65_535) + 0.5).convert("L")
    deep = image.convert("F")
    lowest, highest = deep.getextrema()
    if not isinstance(lowest, float) or not isinstance(highest, float):
        raise TypeError("a one-channel image has one range of levels")
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
    """Read a profile and its colour model; None for both if the profile has no effect."""
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
