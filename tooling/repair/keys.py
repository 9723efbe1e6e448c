"""What an object's key tells the tooling."""

from __future__ import annotations

import re

UPLOADS, RENDITIONS = "uploads/", "renditions/"
IMAGE_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
ANNOUNCED = re.compile(rf"{UPLOADS}{IMAGE_ID}/({IMAGE_ID})")
RENDITION = re.compile(rf"{RENDITIONS}({IMAGE_ID})/.+")


def announced_image(key: str) -> str | None:
    """Return the image's id that the API put into an original's key; None for a direct drop."""
    found = ANNOUNCED.fullmatch(key)
    return found[1] if found else None


def image_of_rendition(key: str) -> str | None:
    """Return the id of the image that a rendition was made of; None for a stray object."""
    found = RENDITION.fullmatch(key)
    return found[1] if found else None
