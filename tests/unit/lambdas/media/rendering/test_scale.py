import pytest
from PIL import Image

from media.inspection import (
    RenditionSpec,
    inspect_image,
)
from media.model.limits import Limits
from tests.unit.lambdas.media.inspection.inspected import inspect, opened
from tests.unit.lambdas.media.inspection.sample_images import (
    pixel,
    saved,
)


def test_transparent_colours_dont_bleed_when_scaled() -> None:
    image = Image.new("RGBA", (400, 400), (255, 0, 0, 0))
    image.paste((0, 0, 255, 255), (100, 100, 300, 300))
    red, _, blue, alpha = pixel(opened(inspect(saved(image, "PNG"))), (64, 100))
    assert alpha > 0
    assert red < 40 < blue


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "LAB", "F", "I;16"])
def test_every_tiff_mode_is_scaled_too(mode: str) -> None:
    (made,) = inspect_image(
        saved(Image.new(mode, (700, 500)), "TIFF"), Limits(), (RenditionSpec("a", 70),)
    ).renditions
    assert (made.width, made.height) == (70, 50)
