"""The Pillow plugins, loaded at the start or on first use.

The codecs of AVIF and HEIF are by far the largest libraries in the package, and few files need
them, so they do not delay the start of a function.
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

# Importing a plugin registers it; these few save Pillow from importing forty others.
PLUGINS = (
    *(GifImagePlugin, JpegImagePlugin, MpoImagePlugin),
    *(PngImagePlugin, TiffImagePlugin, WebPImagePlugin),
)


@cache
def load_plugin(image_format: ImageFormat) -> None:
    """Load the plugin of a format, unless it is loaded already."""
    match image_format:
        case ImageFormat.AVIF:
            import_module("PIL.AvifImagePlugin")
        case ImageFormat.HEIF:
            import_module("pillow_heif").register_heif_opener(
                thumbnails=False, depth_images=False, aux_images=False
            )
        case _:
            return
