"""Loads all that decoding may need, before the process can no longer open files.

A tiny image of each format goes through the whole pipeline, because libraries load modules and
start threads on first use.
"""

import io
from base64 import b64decode
from collections.abc import Sequence

from PIL import Image, ImageCms

from media.inspection.pipeline import examine
from media.model.formats import ImageFormat
from media.model.limits import Limits
from media.rendering.plugins import load_plugin
from media.rendering.specs import RenditionSpec

_SIDE = 16
_GREY_LEVEL = 90
# Loading the HEIF encoder would take longer than everything else together.
_HEIF = b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAXxtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAA"
    "AAAAAAAAACJpbG9jAAAAAERAAAEAAQAAAAABoAABAAAAAAAAACYAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABo"
    "dmMxAAAAAA5waXRtAAAAAAABAAAA/GlwcnAAAADcaXBjbwAAAHVodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEA"
    "GEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQApQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbqrprm4CGgwIAAAAyAAAAD"
    "AIRiAAEABkQBwXPBiQAAABNjb2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABAAAAAQAAAAChjbGFwAAAAEAAAAAEA"
    "AAAQAAAAAf///9AAAAAC////0AAAAAIAAAAQcGl4aQAAAAADCAgIAAAAGGlwbWEAAAAAAAAAAQABBYECAwWEAAAALm1k"
    "YXQAAAAiKAGvBRITTOD6ulI7n+NYfHwG3l7PlazvFvyglVoQkfFbQA=="
)


def warm_up(specs: Sequence[RenditionSpec]) -> None:
    """Make the renditions of a tiny image of each format."""
    limits = Limits()
    for image_format in ImageFormat:
        examine(_sample(image_format), image_format, limits, specs)


def _sample(image_format: ImageFormat) -> bytes:
    if image_format is ImageFormat.HEIF:
        return _HEIF
    load_plugin(image_format)
    # Rotated, with a colour profile, and transparent where the format allows it.
    mode = "CMYK" if image_format is ImageFormat.JPEG else "RGBA"
    image = Image.new(mode, (_SIDE, _SIDE), (_GREY_LEVEL,) * 4)
    exif = Image.Exif()
    exif[0x0112] = 6
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    output = io.BytesIO()
    options = {} if image_format is ImageFormat.GIF else {"exif": exif, "icc_profile": profile}
    image.save(output, image_format.value, **options)
    return output.getvalue()
