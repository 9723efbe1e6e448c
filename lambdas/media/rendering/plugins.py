"""Which formats Pillow reads and writes, each loaded when it is first needed or at the start.

The codecs of AVIF and HEIF are by far the largest libraries in the package and few files need
them, so that the start of a function doesn't wait for them.
"""

from functools import cache
from importlib import import_module

from PIL import (
    GifImagePlugin,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from media.model.formats import ImageFormat

# Importing a plugin registers it; naming them spares Pillow the import of forty others.
PLUGINS = (
    *(GifImagePlugin, JpegImagePlugin, MpoImagePlugin),
    *(PngImagePlugin, TiffImagePlugin, WebPImagePlugin),
)


@cache
def load_plugin(image_format: ImageFormat) -> None:
    """Load what Pillow needs for a format; nothing where it is loaded already."""
    match image_format:
        case ImageFormat.AVIF:
            import_module("PIL.AvifImagePlugin")
        case ImageFormat.HEIF:
            import_module("pillow_heif").register_heif_opener(
                thumbnails=False, depth_images=False, aux_images=False
            )
        case _:
            return
