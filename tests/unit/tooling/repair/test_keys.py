"""The tooling knows an image by its original's key as the functions do."""

from __future__ import annotations

import pytest

from media.model.keys import identify_upload
from tooling.repair.keys import image_of_original, owner_of_original

OWNER = "6f1c2d3e-0000-4000-8000-00000000000a"
IMAGE = "0b8a5f6e-1111-4111-9111-00000000000b"


@pytest.mark.parametrize(
    "key",
    [
        f"uploads/{OWNER}/{IMAGE}",
        f"uploads/{OWNER}/{IMAGE}/more",
        f"uploads/{OWNER}/{IMAGE.upper()}",
        f"uploads/{OWNER}/a b+%25.jpg",
        f"uploads/{OWNER}/a\nb.jpg",
        f"uploads/{OWNER.upper()}/a.jpg",
        f"uploads/{OWNER}",
        "uploads/é.jpg",
        "uploads/e\u0301.jpg",
    ],
)
def test_an_originals_image_and_owner_are_those_that_the_processor_finds(key: str) -> None:
    upload = identify_upload("media-test", key)
    assert image_of_original("media-test", key) == upload.image_id
    assert owner_of_original(key) == upload.owner
