"""ThumbHash: a blurred preview of an image in about 25 bytes, with proportions and transparency.

The algorithm is Evan Wallace's; the sums are separated by axis, which gives the same numbers for a
fraction of the work.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi
from typing import NamedTuple

from PIL import Image

# The coefficients cover only a few waves, so more pixels take time and change nothing.
_SAMPLE_SIDE = 32
_LUMINANCE_WAVES, _LUMINANCE_WAVES_WITH_ALPHA = 7, 5
_COLOUR_WAVES, _ALPHA_WAVES = 3, 5


_Channels = tuple[list[float], list[float], list[float]]


class _Pixel(NamedTuple):
    red: float
    green: float
    blue: float
    alpha: float


@dataclass(frozen=True, slots=True)
class _Waves:
    """One channel as waves: its mean, its other coefficients from 0 to 1, and their scale."""

    mean: float
    scale: float
    coefficients: tuple[float, ...]


def thumbhash(image: Image.Image) -> bytes:
    """Compute the ThumbHash of an image.

    Parameters
    ----------
    image
        In mode RGB or RGBA, of any size.

    Returns
    -------
    bytes
        5 to 25 bytes, which any ThumbHash decoder turns into an image.
    """
    sample = image.convert("RGBA")
    sample.thumbnail((_SAMPLE_SIDE, _SAMPLE_SIDE), Image.Resampling.BOX)
    width, height = sample.size
    pixels = [_Pixel(*(value / 255 for value in pixel)) for pixel in _rgba(sample)]
    has_alpha = any(pixel.alpha < 1 for pixel in pixels)
    light, yellow_blue, red_green = _opponent_channels(_composed(pixels))
    longest = max(width, height)
    waves = _LUMINANCE_WAVES_WITH_ALPHA if has_alpha else _LUMINANCE_WAVES
    across = max(1, _rounded(waves * width / longest))
    down = max(1, _rounded(waves * height / longest))

    l_waves = _encode(light, width, max(3, across), max(3, down))
    p_waves = _encode(yellow_blue, width, _COLOUR_WAVES, _COLOUR_WAVES)
    q_waves = _encode(red_green, width, _COLOUR_WAVES, _COLOUR_WAVES)

    first = (
        _rounded(63 * l_waves.mean)
        | _rounded(31.5 + 31.5 * p_waves.mean) << 6
        | _rounded(31.5 + 31.5 * q_waves.mean) << 12
        | _rounded(31 * l_waves.scale) << 18
        | has_alpha << 23
    )
    is_landscape = width > height
    second = (
        (down if is_landscape else across)
        | _rounded(63 * p_waves.scale) << 3
        | _rounded(63 * q_waves.scale) << 9
        | is_landscape << 15
    )
    head = first.to_bytes(3, "little") + second.to_bytes(2, "little")
    channels = [l_waves, p_waves, q_waves]
    if has_alpha:
        a_waves = _encode([p.alpha for p in pixels], width, _ALPHA_WAVES, _ALPHA_WAVES)
        head += bytes([_rounded(15 * a_waves.mean) | _rounded(15 * a_waves.scale) << 4])
        channels.append(a_waves)
    return head + _nibbles([c for channel in channels for c in channel.coefficients])


def average_colour(image: Image.Image) -> str:
    """Compute the mean colour of an image's opaque parts, as ``#rrggbb``."""
    red, green, blue, _ = _rgba(image.convert("RGBA").resize((1, 1), Image.Resampling.BOX))[0]
    return f"#{red:02x}{green:02x}{blue:02x}"


def _rgba(image: Image.Image) -> list[tuple[int, int, int, int]]:
    channels = iter(image.tobytes())
    return list(zip(channels, channels, channels, channels, strict=True))


def _composed(pixels: Sequence[_Pixel]) -> _Channels:
    """Blend the image with its own mean colour, so that transparency leaves no edge."""
    alphas = [p.alpha for p in pixels]
    return (
        _over_its_mean([p.red for p in pixels], alphas),
        _over_its_mean([p.green for p in pixels], alphas),
        _over_its_mean([p.blue for p in pixels], alphas),
    )


def _over_its_mean(values: Sequence[float], alphas: Sequence[float]) -> list[float]:
    opacity = sum(alphas)
    total = sum(map(float.__mul__, alphas, values))
    ground = total / opacity if opacity else 0.0
    return [ground * (1 - a) + a * v for v, a in zip(values, alphas, strict=True)]


def _opponent_channels(channels: _Channels) -> _Channels:
    """Convert red, green and blue to lightness, yellow-blue and red-green."""
    pixels = list(zip(*channels, strict=True))
    return (
        [(r + g + b) / 3 for r, g, b in pixels],
        [(r + g) / 2 - b for r, g, b in pixels],
        [r - g for r, g, _ in pixels],
    )


def _encode(channel: Sequence[float], width: int, across: int, down: int) -> _Waves:
    height = len(channel) // width
    rows = [channel[start : start + width] for start in range(0, len(channel), width)]
    columns = [
        [sum(map(float.__mul__, row, wave)) for row in rows]
        for wave in (_wave(x, width) for x in range(across))
    ]
    found = [
        sum(map(float.__mul__, columns[x], _wave(y, height))) / (width * height)
        for y in range(down)
        for x in range(across)
        if x * down < across * (down - y)
    ]
    mean, others = found[0], found[1:]
    scale = max(map(abs, others), default=0.0)
    scaled = [0.5 + 0.5 / scale * f for f in others] if scale else others
    return _Waves(mean=mean, scale=scale, coefficients=tuple(scaled))


def _wave(frequency: int, length: int) -> list[float]:
    return [cos(pi / length * frequency * (i + 0.5)) for i in range(length)]


def _nibbles(coefficients: Sequence[float]) -> bytes:
    values = [_rounded(15 * c) for c in coefficients]
    values += [0] * (len(values) % 2)
    return bytes(low | high << 4 for low, high in zip(values[::2], values[1::2], strict=True))


def _rounded(number: float) -> int:
    return int(number + 0.5)
