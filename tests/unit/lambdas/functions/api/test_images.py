from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from media.model.images import ImageError, Status
from media.objects.orphans import OrphanedOriginal
from tests.unit.lambdas.functions.api.client import (
    IMAGE,
    OTHER,
    OWNER,
    READY,
    Api,
    MemoryOrphans,
)

REJECTED = replace(
    READY,
    status=Status.REJECTED,
    error=ImageError("corrupt", "send it again"),
    renditions={},
    format=None,
)
LOST = OrphanedOriginal(IMAGE, OWNER, READY.key, "image/jpeg")
ROUTES = [
    f"GET /images/{IMAGE}",
    f"GET /images/{IMAGE}/content",
    f"PATCH /images/{IMAGE}",
    f"DELETE /images/{IMAGE}",
    f"POST /images/{IMAGE}/restore",
]


def test_an_image_is_shown_whole_to_its_owner(api: Api) -> None:
    api.holding(READY)
    status, body, headers = api(f"GET /images/{IMAGE}")
    assert status == 200
    assert headers["cache-control"] == "private, no-cache"
    assert body["gps"] == {"latitude": 43.467448, "longitude": 11.885127, "altitude": None}
    assert body["exif"] == {"iso": 64, "f_number": 5.9}
    assert body["uploaded_at"] == "2026-11-23T06:00:27.000Z"
    assert (body["frames"], body["duration_ms"]) == (3, 210)
    assert body["degraded"] is False
    assert "versionId=v1" in body["original"]["url"]
    thumb = body["renditions"]["thumb"]
    assert f"/renditions/{IMAGE}/d/t.webp?" in thumb.pop("url")
    assert thumb == {"width": 256, "height": 192, "bytes": 9, "content_type": "image/webp"}


@pytest.mark.parametrize("route", ROUTES)
def test_another_owners_image_is_not_found_in_any_route(api: Api, route: str) -> None:
    for record in (READY, replace(READY, status=Status.TRASHED), replace(READY, owner=None)):
        api.holding(record)
        match = {"If-Match": '"3-0"'}
        for groups in (None, "[editors]"):
            got = api(route, {"title": "x"}, sub=OTHER, groups=groups, headers=match)
            assert (got[0], got[1]["type"]) == (404, "urn:media:problem:image-not-found")
        assert api.table.rows[IMAGE] == record


@pytest.mark.parametrize("groups", ["[x,admins]", "[[admins]]", "[administrators]", "[]", ""])
def test_a_group_of_another_name_makes_no_administrator(api: Api, groups: str) -> None:
    api.holding(READY)
    assert api(f"GET /images/{IMAGE}", sub=OTHER, groups=groups)[0] == 404


def test_an_administrator_sees_all_but_the_location(api: Api) -> None:
    api.holding(READY)
    status, body, _ = api(f"GET /images/{IMAGE}", sub=OTHER, groups="[editors admins]")
    assert (status, "gps" in body) == (200, False)


@pytest.mark.parametrize("image_id", [OTHER, "x", IMAGE.upper(), "..", "%2e%2e", "é", "a b"])
@pytest.mark.parametrize("rest", ["", "/content"])
def test_an_unknown_image_is_not_found(api: Api, image_id: str, rest: str) -> None:
    api.holding(READY)
    _, problem, _ = api(f"GET /images/{image_id}{rest}")
    assert problem["type"] == "urn:media:problem:image-not-found"


def test_an_image_that_is_not_ready_is_shown_without_urls(api: Api) -> None:
    api.holding(REJECTED)
    _, body, _ = api(f"GET /images/{IMAGE}")
    assert body["status"] == "rejected"
    assert body["error"] == {"reason": "corrupt", "message": "send it again"}
    assert (body["original"], body["renditions"]) == (None, {})


def test_what_a_client_has_is_not_sent_again_while_its_urls_hold(api: Api) -> None:
    api.holding(READY)
    _, first, headers = api(f"GET /images/{IMAGE}")
    known = {"If-None-Match": f'"x", W/{headers["etag"]}'}
    status, body, again = api(f"GET /images/{IMAGE}", headers=known)
    assert (status, body, again["etag"]) == (304, {}, headers["etag"])
    api.wait(timedelta(seconds=450))  # half of 900 seconds is a window
    status, later, _ = api(f"GET /images/{IMAGE}", headers=known)
    assert status == 200
    assert later["original"]["url"] != first["original"]["url"]


def test_a_window_that_ends_during_a_request_is_not_named_as_the_next(api: Api) -> None:
    api.holding(READY)
    last_moment = iter([api.time - timedelta(seconds=1)])
    api.in_turn(lambda: next(last_moment, api.time))
    _, shown, headers = api(f"GET /images/{IMAGE}")
    status, body, _ = api(f"GET /images/{IMAGE}", headers={"If-None-Match": headers["etag"]})
    assert (status, shown["original"]) == (200, body["original"])


def test_within_a_window_urls_stay_the_same_and_hold_for_half_their_life(api: Api) -> None:
    api.holding(READY)
    start = api.time.timestamp() // 450 * 450
    api.wait(timedelta(seconds=start - api.time.timestamp()))
    urls = []
    for second in (0, 449):
        api.wait(timedelta(seconds=second))
        urls.append(api(f"GET /images/{IMAGE}")[1]["original"]["url"])
    assert urls[0] == urls[1]
    query = parse_qs(urlsplit(urls[0]).query)
    assert query["X-Amz-Expires"] == ["900"]
    assert query["X-Amz-Date"] == ["20261124T060000Z"]
    api.wait(timedelta(seconds=1))
    assert api(f"GET /images/{IMAGE}")[1]["original"]["url"] != urls[0]


def test_any_write_changes_the_tag(api: Api) -> None:
    api.holding(READY)
    _, _, headers = api(f"GET /images/{IMAGE}")
    api.holding(replace(READY, revision=4))
    assert api(f"GET /images/{IMAGE}", headers={"If-None-Match": headers["etag"]})[0] == 200


def test_title_and_tags_change_and_what_is_left_out_stays(api: Api) -> None:
    api.holding(replace(READY, title="old", tags=("a",)))
    _, _, headers = api(f"GET /images/{IMAGE}")
    status, body, changed = api(
        f"PATCH /images/{IMAGE}", {"title": "new"}, headers={"If-Match": headers["etag"]}
    )
    assert (status, body["title"], body["tags"]) == (200, "new", ["a"])
    assert changed["etag"] != headers["etag"]
    more = {"If-Match": changed["etag"]}
    _, body, _ = api(f"PATCH /images/{IMAGE}", {"title": None, "tags": ["b"]}, headers=more)
    assert (body["title"], body["tags"]) == (None, ["b"])


def test_a_later_window_does_not_keep_from_changing(api: Api) -> None:
    api.holding(READY)
    tag = api(f"GET /images/{IMAGE}")[2]["etag"]
    api.wait(timedelta(hours=3))
    assert api(f"PATCH /images/{IMAGE}", {"title": "t"}, headers={"If-Match": tag})[0] == 200


@pytest.mark.parametrize("tag", ['"2-0"', 'W/"3-0"', "3", '"x"', '""', '"3', ",", "é" * 9000])
def test_a_change_to_another_state_is_refused_with_the_present_tag(api: Api, tag: str) -> None:
    api.holding(READY)
    present = api(f"GET /images/{IMAGE}")[2]["etag"]
    status, problem, headers = api(
        f"PATCH /images/{IMAGE}", {"title": "t"}, headers={"If-Match": tag}
    )
    assert (status, problem["type"]) == (412, "urn:media:problem:precondition-failed")
    assert problem["current_etag"] == headers["etag"] == present
    assert api.table.rows[IMAGE] == READY


def test_a_change_made_meanwhile_is_not_written_over(api: Api) -> None:
    api.holding(READY)
    api.table.refusals = 1
    status, problem, _ = api(
        f"PATCH /images/{IMAGE}", {"title": "t"}, headers={"If-Match": '"3-0"'}
    )
    assert status == 412
    assert problem["current_etag"].startswith('"4-')


def test_a_change_must_say_of_what_state_it_is(api: Api) -> None:
    api.holding(READY)
    status, problem, _ = api(f"PATCH /images/{IMAGE}", {"title": "t"})
    assert (status, problem["type"]) == (428, "urn:media:problem:precondition-required")
    star = {"If-Match": "*"}
    assert api(f"PATCH /images/{IMAGE}", {"title": "t"}, headers=star)[0] == 200


@pytest.mark.parametrize("body", [{}, {"owner": "x"}, {"tags": None}, {"title": 1}])
def test_a_change_of_nothing_or_of_anything_else_is_refused(api: Api, body: object) -> None:
    api.holding(READY)
    assert api(f"PATCH /images/{IMAGE}", body, headers={"If-Match": "*"})[0] == 422
    assert api.table.rows[IMAGE] == READY


def test_content_leads_to_the_original_or_to_a_rendition(api: Api) -> None:
    api.holding(replace(READY, title='Ferien "am" Meer/é.png'))
    status, _, headers = api(f"GET /images/{IMAGE}/content")
    assert status == 307
    assert headers["cache-control"] == "private, max-age=225"
    query = parse_qs(urlsplit(headers["location"]).query)
    assert query["response-content-type"] == ["image/jpeg"]
    (disposition,) = query["response-content-disposition"]
    plain, _, whole = disposition.partition("; filename*=")
    assert plain == 'attachment; filename="Ferien _am_ Meer__.jpg"'
    assert whole == "UTF-8''Ferien%20_am_%20Meer_%C3%A9.jpg"
    status, _, headers = api(f"GET /images/{IMAGE}/content", rendition="thumb")
    assert (status, f"/renditions/{IMAGE}/d/t.webp?" in headers["location"]) == (307, True)


def test_an_unknown_rendition_is_refused_with_the_existing_ones(api: Api) -> None:
    api.holding(READY)
    status, problem, _ = api(f"GET /images/{IMAGE}/content", rendition="huge")
    assert (status, problem["type"]) == (404, "urn:media:problem:rendition-not-found")
    assert problem["renditions"] == ["thumb"]


@pytest.mark.parametrize("status", [Status.PENDING, Status.FAILED, Status.REJECTED])
def test_what_is_not_ready_has_no_content(api: Api, status: Status) -> None:
    api.holding(replace(READY, status=status))
    got, problem, _ = api(f"GET /images/{IMAGE}/content")
    assert (got, problem["type"]) == (409, "urn:media:problem:not-ready")


def test_an_original_without_a_row_is_served_all_the_same(api: Api) -> None:
    api.holding(originals=MemoryOrphans(LOST))
    status, body, headers = api(f"GET /images/{IMAGE}")
    assert (status, body["status"], body["degraded"]) == (200, "ready", True)
    assert (body["content_type"], body["renditions"], body["bytes"]) == ("image/jpeg", {}, None)
    assert "response-content-type=image%2Fjpeg" in body["original"]["url"]
    assert headers["cache-control"] == "no-store"
    status, _, headers = api(f"GET /images/{IMAGE}/content")
    assert (status, READY.key in headers["location"]) == (307, True)
    assert api(f"GET /images/{IMAGE}/content", rendition="thumb")[0] == 404


def test_an_original_of_a_strange_type_is_served_as_bytes(api: Api) -> None:
    api.holding(originals=MemoryOrphans(replace(LOST, content_type=None)))
    _, body, _ = api(f"GET /images/{IMAGE}")
    assert "response-content-type=application%2Foctet-stream" in body["original"]["url"]


def test_an_original_without_a_row_is_its_owners_and_cannot_be_changed(api: Api) -> None:
    api.holding(originals=MemoryOrphans(LOST))
    assert api(f"GET /images/{IMAGE}", sub=OTHER, groups="[admins]")[0] == 404
    for route in (f"DELETE /images/{IMAGE}", f"PATCH /images/{IMAGE}"):
        status, problem, _ = api(route, {"title": "t"}, headers={"If-Match": "*"})
        assert (status, problem["type"]) == (409, "urn:media:problem:not-recorded")


def test_a_trashed_row_is_not_served_from_its_object(api: Api) -> None:
    api.holding(replace(READY, status=Status.TRASHED), originals=MemoryOrphans(LOST))
    assert api(f"GET /images/{IMAGE}")[0] == 404


@pytest.mark.parametrize(
    "route", [*(r for r in ROUTES if "content" not in r), "POST /images", "GET /health"]
)
def test_a_parameter_that_a_route_lacks_is_refused(api: Api, route: str) -> None:
    api.holding(READY)
    status, problem, _ = api(f"{route}?x=1&x=2&y=", {"title": "t"})
    assert status == 422
    assert [error["field"] for error in problem["errors"]] == ["x", "y"]
    assert api.table.rows[IMAGE] == READY
