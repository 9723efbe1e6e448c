"""An image of each format and mode, in any size."""

from __future__ import annotations

import io
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
import pillow_heif
from PIL import Image

from tests.benchmarks.memory.png import write_png

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

# Both sides are a multiple of it, so that no format has to pad.
GRAIN = 16
QUICK_HEIF = {"preset": "ultrafast"}


@dataclass(frozen=True)
class Sample:
    """A kind of file.

    Parameters
    ----------
    name : str
        Format and mode, as the table calls them.
    encode : callable
        Makes a file of it from the levels of an RGB image, height x width x 3.
    """

    name: str
    encode: Callable[[NDArray[np.uint8]], bytes]


def draw_levels(megapixels: float, shape: float = 4 / 3) -> NDArray[np.uint8]:
    """Draw a smooth image, as height x width x 3; its content hardly matters to memory.

    Parameters
    ----------
    megapixels : float
        Millions of pixels.
    shape : float
        Width by height.
    """
    height = max(GRAIN, round(sqrt(megapixels * 1e6 / shape) / GRAIN) * GRAIN)
    width = max(GRAIN, round(megapixels * 1e6 / height / GRAIN) * GRAIN)
    levels = np.empty((height, width, 3), np.uint8)
    levels[..., 0] = np.linspace(0, 255, width, dtype=np.uint8)[None, :]
    levels[..., 1] = np.linspace(0, 255, height, dtype=np.uint8)[:, None]
    levels[..., 2] = levels[..., 0] // 8 * 8
    return levels


def _saved(mode: str, file_format: str, **settings: Any) -> Callable[[NDArray[np.uint8]], bytes]:
    def encode(levels: NDArray[np.uint8]) -> bytes:
        output = io.BytesIO()
        _in_mode(levels, mode).save(output, file_format, **settings)
        return output.getvalue()

    return encode


def _in_mode(levels: NDArray[np.uint8], mode: str) -> Image.Image:
    if mode == "I;16":
        return Image.fromarray(levels[..., 0].astype(np.uint16) * 257)
    picture = Image.fromarray(levels)
    if mode in ("LA", "RGBA"):
        picture.putalpha(Image.fromarray(np.ascontiguousarray(levels[..., 1])))
    return picture.convert(mode)


def _animated(frames: int, file_format: str) -> Callable[[NDArray[np.uint8]], bytes]:
    def encode(levels: NDArray[np.uint8]) -> bytes:
        output = io.BytesIO()
        pictures = [Image.fromarray(np.roll(levels, 64 * number, 1)) for number in range(frames)]
        settings: dict[str, Any] = {"save_all": True, "append_images": pictures[1:], "duration": 40}
        pictures[0].save(output, file_format, **settings)
        return output.getvalue()

    return encode


def _heif(depth: int) -> Callable[[NDArray[np.uint8]], bytes]:
    def encode(levels: NDArray[np.uint8]) -> bytes:
        output = io.BytesIO()
        deep = depth > 8
        stored = levels.astype(np.uint16) * 257 if deep else levels
        height, width = levels.shape[:2]
        mode = "RGB;16" if deep else "RGB"
        picture = pillow_heif.from_bytes(mode, (width, height), stored.tobytes())
        picture.save(output, quality=50, enc_params=QUICK_HEIF)
        return output.getvalue()

    return encode


SAMPLES = (
    *(
        Sample(
            f"JPEG {mode}{' 4:4:4' if not subsampling else ''}{' progressive' * progressive}",
            _saved(mode, "JPEG", progressive=bool(progressive), subsampling=subsampling),
        )
        for mode, subsampling in (("L", 2), ("RGB", 2), ("RGB", 0), ("CMYK", 2))
        for progressive in (0, 1)
    ),
    *(
        Sample(f"PNG {mode}", _saved(mode, "PNG", compress_level=1))
        for mode in ("1", "L", "LA", "P", "I;16", "RGB", "RGBA")
    ),
    Sample("PNG RGB 16 bits", lambda levels: write_png(levels, depth=16)),
    Sample("PNG RGBA 16 bits", lambda levels: write_png(levels, depth=16, alpha=True)),
    Sample("PNG RGB interlaced", lambda levels: write_png(levels, interlaced=True)),
    Sample(
        "PNG RGBA 16 bits interlaced",
        lambda levels: write_png(levels, depth=16, alpha=True, interlaced=True),
    ),
    Sample("WebP lossy", _saved("RGB", "WEBP", method=0)),
    Sample("WebP lossy alpha", _saved("RGBA", "WEBP", method=0)),
    Sample("WebP lossless", _saved("RGB", "WEBP", lossless=True, quality=0, method=0)),
    Sample("WebP lossless alpha", _saved("RGBA", "WEBP", lossless=True, quality=0, method=0)),
    Sample("WebP animated", _animated(3, "WEBP")),
    Sample("AVIF", _saved("RGB", "AVIF", speed=10)),
    Sample("AVIF 4:4:4", _saved("RGB", "AVIF", speed=10, subsampling="4:4:4")),
    Sample("AVIF alpha", _saved("RGBA", "AVIF", speed=10)),
    Sample("HEIC", _heif(8)),
    Sample("HEIC 10 bits", _heif(10)),
    Sample("GIF", _saved("P", "GIF")),
    Sample("GIF animated", _animated(3, "GIF")),
    *(
        Sample(f"TIFF {name}", _saved(mode, "TIFF", compression=compression))
        for name, mode, compression in (
            ("1 fax", "1", "group4"),
            ("L", "L", None),
            ("I;16", "I;16", None),
            ("F", "F", None),
            ("RGB", "RGB", None),
            ("RGB LZW", "RGB", "tiff_lzw"),
            ("RGB JPEG", "RGB", "jpeg"),
            ("RGBA deflate", "RGBA", "tiff_adobe_deflate"),
            ("CMYK", "CMYK", None),
            ("LAB", "LAB", None),
        )
    ),
)
