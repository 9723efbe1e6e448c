"""Rows that the functions did not write: no forged row gives access to another owner's image."""

from dataclasses import replace
from typing import Any

import pytest

from media.model.images import ImageRecord, Status, StoredRendition
from media.objects.orphans import OrphanedOriginal
from tests.unit.lambdas.functions.api.client import (
    IMAGE,
    OTHER,
    OWNER,
    READY,
    Api,
    MemoryOrphans,
)

THIEF: dict[str, Any] = {"sub": OTHER}
OWN_IMAGE = "0b8a5f6e-1111-4111-9111-00000000000c"
# The victim's row given to the thief, and a row of the thief's that leads to the victim's original.
GIVEN = replace(READY, owner=OTHER)
LEADING = replace(READY, owner=OTHER, image_id=OWN_IMAGE)


@pytest.mark.parametrize("forged", [GIVEN, LEADING])
def test_a_forged_row_is_not_found_in_any_route(api: Api, forged: ImageRecord) -> None:
    for route in ("GET", "PATCH", "DELETE"):
        api.holding(forged)
        status, _, _ = api(
            f"{route} /images/{forged.image_id}", {"title": "x"}, headers={"If-Match": "*"}, **THIEF
        )
        assert status == 404
    assert api(f"GET /images/{forged.image_id}/content", **THIEF)[0] == 404
    api.holding(replace(forged, status=Status.TRASHED))
    assert api(f"POST /images/{forged.image_id}/restore", **THIEF)[0] == 404


@pytest.mark.parametrize("forged", [GIVEN, LEADING])
def test_a_forged_row_is_not_listed(api: Api, forged: ImageRecord) -> None:
    api.holding(forged)
    assert api("GET /images", **THIEF)[1]["images"] == []
    admin: dict[str, Any] = {"sub": OTHER, "groups": "[admins]"}
    assert api("GET /images", all="true", **admin)[1]["images"] == []


def test_a_forged_row_is_no_duplicate(api: Api) -> None:
    api.holding(GIVEN)
    announced = {"content_type": "image/jpeg", "bytes": 12, "sha256": "ab" * 32}
    assert api("POST /images", announced, **THIEF)[0] == 201


def test_its_owner_still_gets_the_original(api: Api) -> None:
    lost = OrphanedOriginal(IMAGE, OWNER, READY.key, "image/jpeg")
    api.holding(GIVEN, originals=MemoryOrphans(lost))
    status, shown, _ = api(f"GET /images/{IMAGE}")
    assert (status, shown["degraded"]) == (200, True)
    assert api(f"GET /images/{IMAGE}", **THIEF)[0] == 404


@pytest.mark.parametrize("key", [READY.key, f"renditions/{OWN_IMAGE}/d/t.webp"])
def test_a_rendition_elsewhere_is_not_signed(api: Api, key: str) -> None:
    api.holding(replace(READY, renditions={"thumb": StoredRendition(key, 1, 1, 1, "image/webp")}))
    assert api(f"GET /images/{IMAGE}")[1]["renditions"] == {}
    assert api("GET /images")[1]["images"][0]["renditions"] == {}
    assert api(f"GET /images/{IMAGE}/content", rendition="thumb")[0] == 404
