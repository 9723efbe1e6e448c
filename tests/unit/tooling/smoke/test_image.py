"""The smoke image is like a phone's: on its side, with place and time, never twice the same."""

from __future__ import annotations

import io

from PIL import Image, ImageOps

from tooling.smoke.image import PICTURE_HEIGHT, PICTURE_WIDTH, draw_picture


def test_it_stands_upright_only_once_its_orientation_is_applied() -> None:
    with Image.open(io.BytesIO(draw_picture(b"seed"))) as image:
        assert image.format == "JPEG"
        assert image.size == (PICTURE_HEIGHT, PICTURE_WIDTH)
        assert image.getexif().get_ifd(0x8825)
        assert ImageOps.exif_transpose(image).size == (PICTURE_WIDTH, PICTURE_HEIGHT)


def test_each_seed_makes_its_own_picture() -> None:
    assert draw_picture(b"one") == draw_picture(b"one")
    assert draw_picture(b"one") != draw_picture(b"two")
