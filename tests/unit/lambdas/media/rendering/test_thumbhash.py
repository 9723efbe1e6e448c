import pytest
from PIL import Image

from media.rendering.thumbhash import average_colour, thumbhash
from tests.unit.lambdas.media.inspection.sample_images import quadrants


def test_the_hash_is_the_one_that_the_published_algorithm_gives() -> None:
    # Given by the reference implementation for the same 30 x 20 pixels.
    red = Image.linear_gradient("L").resize((30, 20))
    image = Image.merge("RGB", (red, red.rotate(180), Image.radial_gradient("L").resize((30, 20))))
    assert thumbhash(image).hex() == "a0070635b4f887888877887f867887780777800887"


def test_the_hash_of_a_transparent_image_too() -> None:
    image = quadrants((20, 30)).convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 10, 10))
    assert thumbhash(image).hex() == "22978d7b182d70f198b876709ff6184b72793098548898"


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1), (2000, 1500)])
def test_every_shape_has_a_short_hash(size: tuple[int, int]) -> None:
    assert 5 <= len(thumbhash(Image.new("RGB", size, "teal"))) <= 25


def test_average_colour_leaves_transparent_parts_out() -> None:
    image = Image.new("RGBA", (10, 10), (255, 0, 0, 255))
    image.paste((0, 0, 255, 0), (0, 0, 10, 5))
    assert average_colour(image) == "#ff0000"
    assert average_colour(Image.new("RGB", (3, 3), "#102030")) == "#102030"
    assert average_colour(Image.new("RGBA", (3, 3), (9, 9, 9, 0))) == "#000000"
