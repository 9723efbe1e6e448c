"""What the pipeline makes of a file, for its tests."""

import io

from PIL import Image

from media.inspection import DEFAULT_RENDITIONS, InspectedImage, inspect_image
from media.model.limits import Limits

# As `corners` gives them.
RED, LIME, BLUE, WHITE = (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1)


def inspect(data: bytes, limits: Limits | None = None) -> InspectedImage:
    return inspect_image(data, limits or Limits(), DEFAULT_RENDITIONS)


def opened(image: InspectedImage, name: str = "thumb") -> Image.Image:
    data = next(r.data for r in image.renditions if r.name == name)
    return Image.open(io.BytesIO(data))
