"""Scales with libvips through its C interface; Pillow handles colour and metadata.

Its vector code takes a fifth of the time of Pillow's filter, and it reads a JPEG line by line, so
that the full-size image is never in memory. The wheel `pyvips-binary` brings the
library for every platform that the functions run on; its usual companion, the package `pyvips`,
is published as source only and would have to be built, so these few calls stand in for it.
"""

import ctypes
import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from PIL import Image

_UCHAR = 0
_SEQUENTIAL = 1
# Fail on truncated data; tolerate lesser faults, as browsers do.
_FAIL_ON_TRUNCATED, _FAIL_ON_WARNING = 1, 3
_END_OF_OPTIONS = None
_BANDS = {"L": 1, "La": 2, "RGB": 3, "RGBa": 4, "CMYK": 4}
_MODES = {1: "L", 3: "RGB", 4: "CMYK"}
_END_OF_JPEG = b"\xff\xd9"


class VipsError(Exception):
    """libvips failed; the message is its own."""


def scale(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Scale an image with the Lanczos filter.

    Parameters
    ----------
    image
        In mode L, La, RGB, RGBa or CMYK: colours must be premultiplied by alpha.
    size
        Width and height in pixels of the result.

    Returns
    -------
    PIL.Image.Image
        In the same mode.
    """
    return scale_pixels(image.tobytes(), image.mode, image.size, size)


def scale_pixels(
    pixels: bytes, mode: str, size: tuple[int, int], target: tuple[int, int]
) -> Image.Image:
    """Scale raw pixels with the Lanczos filter.

    Parameters
    ----------
    pixels
        Row by row, one byte per channel, without padding.
    mode
        The mode as for `scale`.
    size, target
        Width and height in pixels of the source and of the result.

    Returns
    -------
    PIL.Image.Image
        In the same mode.
    """
    source = _library().vips_image_new_from_memory(pixels, len(pixels), *size, _BANDS[mode], _UCHAR)
    with _owned(source):
        return _resized(source, size, target, mode)


def decode_jpeg(data: bytes, size: tuple[int, int], target: tuple[int, int]) -> Image.Image:
    """Decode and scale a JPEG in one pass.

    Parameters
    ----------
    data
        The file.
    size
        Width and height in pixels from its header, before any rotation.
    target
        Width and height to scale it to.

    Returns
    -------
    PIL.Image.Image
        In mode L, RGB or CMYK.

    Raises
    ------
    VipsError
        If pixels are damaged or missing.
    """
    try:
        return _decode_jpeg(data, size, target, _FAIL_ON_TRUNCATED)
    except VipsError:
        if data.endswith(_END_OF_JPEG):
            raise
        # A JPEG without its end marker is valid as long as no pixel is missing.
        return _decode_jpeg(data + _END_OF_JPEG, size, target, _FAIL_ON_WARNING)


def _decode_jpeg(
    data: bytes, size: tuple[int, int], target: tuple[int, int], fail_on: int
) -> Image.Image:
    lib = _library()
    loaded = ctypes.c_void_p()
    failed = lib.vips_jpegload_buffer(
        *(data, ctypes.c_size_t(len(data)), ctypes.byref(loaded)),
        *(b"access", ctypes.c_int(_SEQUENTIAL), b"fail_on", ctypes.c_int(fail_on)),
        *(b"shrink", ctypes.c_int(_shrink(size, target))),
        _END_OF_OPTIONS,
    )
    if failed or not loaded.value:
        raise _last_error()
    with _owned(loaded.value):
        bands = lib.vips_image_get_bands(loaded)
        if bands not in _MODES:
            raise VipsError("the image is not what its header says")
        found = (lib.vips_image_get_width(loaded), lib.vips_image_get_height(loaded))
        return _resized(loaded.value, found, target, _MODES[bands])


def _shrink(size: tuple[int, int], target: tuple[int, int]) -> int:
    """Return by how much the decoder may shrink, cheaply and coarsely, before the filter.

    The filter gets at least twice the target size: with less, detail is lost in comparison with
    filtering the full image.
    """
    spare = min(have / want for have, want in zip(size, target, strict=True)) / 2
    return next(shrink for shrink in (8, 4, 2, 1) if shrink <= max(1, spare))


def version() -> str:
    """Return the version of libvips, on which the pixels depend."""
    return ".".join(str(_library().vips_version(part)) for part in range(3))


def _resized(source: int, size: tuple[int, int], target: tuple[int, int], mode: str) -> Image.Image:
    lib = _library()
    scaled = ctypes.c_void_p()
    failed = lib.vips_resize(
        *(ctypes.c_void_p(source), ctypes.byref(scaled), ctypes.c_double(target[0] / size[0])),
        *(b"vscale", ctypes.c_double(target[1] / size[1]), _END_OF_OPTIONS),
    )
    if failed or not scaled.value:
        raise _last_error()
    with _owned(scaled.value):
        length = ctypes.c_size_t()
        pixels = lib.vips_image_write_to_memory(scaled, ctypes.byref(length))
        if not pixels:
            raise _last_error()
        try:
            buffer = (ctypes.c_char * length.value).from_address(pixels)
            return Image.frombytes(mode, target, memoryview(buffer))
        finally:
            lib.g_free(pixels)


@contextmanager
def _owned(image: int | None) -> Iterator[None]:
    if not image:
        raise _last_error()
    try:
        yield
    finally:
        _library().g_object_unref(ctypes.c_void_p(image))


def _last_error() -> VipsError:
    lib = _library()
    message = lib.vips_error_buffer().decode(errors="replace").strip()
    lib.vips_error_clear()
    return VipsError(message or "libvips gave no reason")


@cache
def _library() -> ctypes.CDLL:
    """Load libvips through the extension module that is linked to it.

    The library's own file name changes with every release of the wheel.
    """
    spec = importlib.util.find_spec("_libvips")
    if spec is None or spec.origin is None:
        raise ImportError("libvips is not installed: install pyvips-binary")
    lib = ctypes.CDLL(spec.origin)
    lib.vips_image_new_from_memory.restype = ctypes.c_void_p
    lib.vips_image_new_from_memory.argtypes = (
        *(ctypes.c_char_p, ctypes.c_size_t),
        *(ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_int),
    )
    lib.vips_image_write_to_memory.restype = ctypes.c_void_p
    lib.g_free.argtypes = (ctypes.c_void_p,)
    lib.vips_error_buffer.restype = ctypes.c_char_p
    # Keep its warnings about files out of logs and terminals; errors are returned.
    os.environ.setdefault("VIPS_WARNING", "0")
    if lib.vips_init(b"media"):
        raise ImportError("libvips could not start")
    # No operation is repeated, so a cache would only take memory.
    lib.vips_cache_set_max(0)
    return lib
