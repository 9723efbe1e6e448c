from dataclasses import replace

import pytest

from media.model.images import ImageRecord, Status, StoredRendition
from media.model.keys import identify_upload
from media.rows.verification import verified

OWNER = "6f1c2d3e-0000-4000-8000-00000000000a"
THIEF = "6f1c2d3e-0000-4000-8000-00000000000b"
IMAGE = "0b8a5f6e-1111-4111-9111-00000000000b"
OTHER_IMAGE = "0b8a5f6e-1111-4111-9111-00000000000c"
BUCKET = "media-test"
OWN_KEY = f"renditions/{IMAGE}/d/t.webp"
ROW = ImageRecord(
    image_id=IMAGE,
    key=f"uploads/{OWNER}/{IMAGE}",
    status=Status.READY,
    owner=OWNER,
    renditions={"thumb": StoredRendition(OWN_KEY, 1, 1, 1, "image/webp")},
)
DROP = f"uploads/{OWNER}/holiday/1.jpg"


@pytest.mark.parametrize(
    "row",
    [
        ROW,
        replace(ROW, owner=None),  # of a deletion without a row, which is nobody's
        replace(ROW, key=DROP, image_id=identify_upload(BUCKET, DROP).image_id, renditions={}),
    ],
)
def test_rows_that_the_functions_write_are_shown(row: ImageRecord) -> None:
    assert verified(row, BUCKET) == row


@pytest.mark.parametrize(
    "forged",
    [
        replace(ROW, owner=THIEF),
        # The thief's own image that shows the victim's original.
        replace(ROW, image_id=OTHER_IMAGE, owner=THIEF),
        replace(ROW, key=f"uploads/{THIEF}/{IMAGE}"),
        replace(ROW, key=f"renditions/{OTHER_IMAGE}/d/t.webp"),
        replace(ROW, key="uploads/camera/1.jpg", owner=OWNER),
        replace(ROW, key=DROP),
    ],
)
def test_a_row_that_contradicts_its_key_is_ignored(forged: ImageRecord) -> None:
    assert verified(forged, BUCKET) is None


@pytest.mark.parametrize(
    "key",
    [
        f"uploads/{OWNER}/{OTHER_IMAGE}",
        f"renditions/{OTHER_IMAGE}/d/t.webp",
        f"renditions/{IMAGE}0/d/t.webp",
    ],
)
def test_a_rendition_of_another_image_is_not_shown(key: str) -> None:
    forged = StoredRendition(key, 1, 1, 1, "image/webp")
    row = replace(ROW, renditions={**ROW.renditions, "large": forged})
    shown = verified(row, BUCKET)
    assert shown
    assert set(shown.renditions) == {"thumb"}
