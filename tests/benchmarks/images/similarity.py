"""How near a rendition is to what one direct Lanczos filter would make of the whole image."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageCms, ImageOps

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

# The window and constants of Wang, Bovik, Sheikh and Simoncelli (2004), for 8-bit levels.
WINDOW_RADIUS, WINDOW_SIGMA = 5, 1.5
STABILISERS = ((0.01 * 255) ** 2, (0.03 * 255) ** 2)


class Reference:
    """An image in full, upright and in sRGB, to be scaled to the size of what is compared.

    Parameters
    ----------
    image : Path
        The file; all of it is decoded.
    """

    def __init__(self, picture: Path) -> None:
        with Image.open(picture) as opened:
            profile = opened.info.get("icc_profile")
            upright = ImageOps.exif_transpose(opened)
        mode = "RGBA" if upright.has_transparency_data else "RGB"
        self._full = to_srgb(upright.convert(mode), profile)

    def similarity(self, rendition: Path) -> float:
        """Return the SSIM of an encoded rendition, by luma, its alpha laid over white."""
        with Image.open(rendition) as encoded:
            encoded.load()
            direct = self._full.resize(encoded.size, Image.Resampling.LANCZOS)
            return ssim(luma(encoded), luma(direct))


def to_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Return an image in sRGB; it is taken to be that where it has no profile."""
    if not profile:
        return picture
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB")) or picture


def luma(picture: Image.Image) -> NDArray[np.float64]:
    """Return the luma of an image over white, from 0 to 255, as height x width."""
    ground = Image.new("RGBA", picture.size, "white")
    flat = Image.alpha_composite(ground, picture.convert("RGBA"))
    red, green, blue, _ = np.moveaxis(np.asarray(flat, dtype=np.float64), 2, 0)
    levels: NDArray[np.float64] = 0.299 * red + 0.587 * green + 0.114 * blue
    return levels


def ssim(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return the mean structural similarity of two images.

    Parameters
    ----------
    one, other : ndarray
        Levels from 0 to 255, height x width, of the same shape and no smaller than the window.

    Returns
    -------
    float
        1 for equal images, less the less they have in common.
    """
    first, second = STABILISERS
    mean_one, mean_other = _blur(one), _blur(other)
    product = mean_one * mean_other
    squares = mean_one**2 + mean_other**2
    variances = _blur(one**2) + _blur(other**2) - squares
    covariance = _blur(one * other) - product
    similar = ((2 * product + first) * (2 * covariance + second)) / (
        (squares + first) * (variances + second)
    )
    return float(similar.mean())


def _blur(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weigh by the Gaussian window, only where all of it lies inside the image."""
    reach = np.arange(-WINDOW_RADIUS, WINDOW_RADIUS + 1)
    weights = np.exp(-(reach**2) / (2 * WINDOW_SIGMA**2))
    weights /= weights.sum()
    for _ in range(2):
        length = levels.shape[0] - 2 * WINDOW_RADIUS
        levels = sum(
            (weight * levels[start : start + length] for start, weight in enumerate(weights)),
            start=np.zeros((length, levels.shape[1])),
        ).T
    return levels
