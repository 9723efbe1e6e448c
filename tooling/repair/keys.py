"""What an object's key tells the tooling."""

from __future__ import annotations

import re
from uuid import UUID, uuid5

UPLOADS, RENDITIONS = "uploads/", "renditions/"
IMAGE_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
ANNOUNCED = re.compile(rf"{UPLOADS}{IMAGE_ID}/({IMAGE_ID})")
OWNED = re.compile(rf"{UPLOADS}({IMAGE_ID})/.*", re.DOTALL)
RENDITION = re.compile(rf"{RENDITIONS}({IMAGE_ID})/.+")
# Of the ids of direct drops, as lambdas/media/keys.py derives them.
DIRECT_DROPS = UUID("5b0f0a52-6f0c-5c0b-9a57-3f5d8f2c7e11")


def announced_image(key: str) -> str | None:
    """Return the image's id that the API put into an original's key; None for a direct drop."""
    found = ANNOUNCED.fullmatch(key)
    return found[1] if found else None


def image_of_original(bucket: str, key: str) -> str:
    """Return the id of the image that an original is, whoever put it there."""
    return announced_image(key) or str(uuid5(DIRECT_DROPS, f"{bucket}/{key}"))


def owner_of_original(key: str) -> str | None:
    """Return the owner that an original's key names; None where it is nobody's."""
    found = OWNED.fullmatch(key)
    return found[1] if found else None


def image_of_rendition(key: str) -> str | None:
    """Return the id of the image that a rendition was made of; None for a stray object."""
    found = RENDITION.fullmatch(key)
    return found[1] if found else None
