"""A test image like a phone's: rotated, grainy, with camera, place and time in EXIF."""

from __future__ import annotations

import io
import random

from PIL import Image, ImageDraw, ImageFilter

# Upright, as a person sees it; the pixels are stored a quarter turn to the left.
PICTURE_WIDTH, PICTURE_HEIGHT = 1200, 1800
ORIENTATION_ROTATE_RIGHT = 6
ORIENTATION, MAKE, MODEL, DATE_TIME = 0x0112, 0x010F, 0x0110, 0x0132
GPS_FOLDER = 0x8825


def draw_picture(seed: bytes) -> bytes:
    """Return a JPEG of 1200 x 1800 pixels that differs with every seed."""
    chance = random.Random(seed)  # noqa: S311 - an image, not a secret
    scene = _scene(chance)
    exif = Image.Exif()
    exif[ORIENTATION] = ORIENTATION_ROTATE_RIGHT
    exif[MAKE], exif[MODEL] = "Smoke", f"Test {seed.hex()}"
    exif[DATE_TIME] = "2026:01:02 03:04:05"
    exif.get_ifd(GPS_FOLDER).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)})
    target = io.BytesIO()
    scene.transpose(Image.Transpose.ROTATE_90).save(
        target, "JPEG", quality=88, exif=exif, subsampling="4:2:0"
    )
    return target.getvalue()


def _scene(chance: random.Random) -> Image.Image:
    """Draw a sky, hills and a sun, with the grain that makes a photograph hard to compress."""
    size = (PICTURE_WIDTH, PICTURE_HEIGHT)
    sky = Image.linear_gradient("L").resize(size)
    scene = Image.merge("RGB", (sky, sky.point(lambda level: 90 + level // 2), sky.point(_bluer)))
    draw = ImageDraw.Draw(scene)
    for depth in range(6):
        top = 700 + depth * 180 + chance.randrange(80)
        ridge = [(x, top + chance.randrange(120)) for x in range(0, PICTURE_WIDTH + 1, 60)]
        shade = 120 - depth * 15
        draw.polygon(
            [(0, PICTURE_HEIGHT), *ridge, (PICTURE_WIDTH, PICTURE_HEIGHT)],
            fill=(shade // 2, shade, shade // 3),
        )
    left = 200 + chance.randrange(600)
    draw.ellipse((left, 180, left + 220, 400), fill=(255, 236, 170))
    grain = Image.frombytes("L", size, chance.randbytes(size[0] * size[1])).convert("RGB")
    return Image.blend(scene.filter(ImageFilter.GaussianBlur(1.2)), grain, 0.05)


def _bluer(level: float) -> int:
    return 255 - int(level) // 3
