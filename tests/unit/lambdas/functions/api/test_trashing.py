from dataclasses import replace
from datetime import timedelta

import pytest

from media.model.images import ImageError, ImageRecord, Status
from tests.unit.lambdas.functions.api.client import IMAGE, NOW, OTHER, OWNER, READY, Api

TRASHED = replace(READY, status=Status.TRASHED, deleted_at=NOW, purge_at=NOW + timedelta(days=30))
NEVER_ARRIVED = ImageRecord(
    image_id=IMAGE, key=READY.key, status=Status.TRASHED, owner=OWNER, uploaded_at=NOW
)


def test_a_trashed_image_is_gone_at_once_and_has_its_end(api: Api) -> None:
    api.holding(READY)
    assert api(f"DELETE /images/{IMAGE}")[:2] == (204, {})
    row = api.table.rows[IMAGE]
    assert (row.status, row.deleted_at) == (Status.TRASHED, NOW)
    assert row.purge_at == NOW + timedelta(days=30)
    for route in ("DELETE", "GET", "PATCH"):
        got = api(f"{route} /images/{IMAGE}", {"title": "t"}, headers={"If-Match": "*"})
        assert got[0] == 404
    assert api(f"GET /images/{IMAGE}/content")[0] == 404


def test_trash_and_restore_change_nothing_else(api: Api) -> None:
    api.holding(READY)
    api(f"DELETE /images/{IMAGE}")
    status, body, headers = api(f"POST /images/{IMAGE}/restore")
    assert (status, body["status"], body["title"]) == (200, "ready", READY.title)
    assert headers["etag"].startswith('"5-')
    assert replace(api.table.rows[IMAGE], revision=3) == READY


@pytest.mark.parametrize(
    ("record", "status"),
    [
        (TRASHED, "ready"),
        (replace(TRASHED, error=ImageError("empty", "m"), format=None), "rejected"),
        (replace(TRASHED, error=ImageError("internal", "m"), format=None), "failed"),
        (NEVER_ARRIVED, "pending"),
    ],
)
def test_an_image_comes_back_as_what_its_attributes_prove(
    api: Api, record: ImageRecord, status: str
) -> None:
    api.holding(record)
    assert api(f"POST /images/{IMAGE}/restore")[1]["status"] == status
    row = api.table.rows[IMAGE]
    assert (row.deleted_at, row.purge_at) == (None, None)
    # What never came is not waited for for ever.
    assert (row.expires_at is not None) == (status == "pending")


@pytest.mark.parametrize("left", [{"gone": True}, {"purging": True}])
def test_what_is_not_whole_any_more_does_not_come_back(api: Api, left: dict[str, bool]) -> None:
    api.holding(replace(TRASHED, **left))  # type: ignore[arg-type]
    status, problem, _ = api(f"POST /images/{IMAGE}/restore")
    assert (status, problem["type"]) == (409, "urn:media:problem:not-restorable")
    assert api.table.rows[IMAGE].status is Status.TRASHED


def test_restoring_what_is_there_changes_nothing(api: Api) -> None:
    api.holding(READY)
    assert api(f"POST /images/{IMAGE}/restore")[0] == 200
    assert api.table.rows[IMAGE] == READY


def test_an_administrator_restores_too(api: Api) -> None:
    api.holding(TRASHED)
    assert api(f"POST /images/{IMAGE}/restore", sub=OTHER, groups="[admins]")[0] == 200


@pytest.mark.parametrize("image_id", [OTHER, "x", IMAGE.upper()])
def test_an_unknown_image_is_not_restored(api: Api, image_id: str) -> None:
    api.holding(TRASHED)
    assert api(f"POST /images/{image_id}/restore")[0] == 404


@pytest.mark.parametrize(("refusals", "status"), [(2, 200), (9, 409)])
def test_a_row_that_changes_meanwhile_is_read_anew_a_few_times(
    api: Api, refusals: int, status: int
) -> None:
    api.holding(TRASHED)
    api.table.refusals = refusals
    got, problem, _ = api(f"POST /images/{IMAGE}/restore")
    assert got == status
    assert status == 200 or problem["type"] == "urn:media:problem:busy"
