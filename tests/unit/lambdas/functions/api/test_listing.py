from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from media.model.images import ImageRecord, Status
from tests.unit.lambdas.functions.api.client import OTHER, OWNER, READY, Api, position

ADMIN: dict[str, Any] = {"sub": OTHER, "groups": "[admins]"}
FIRST = datetime(2026, 9, 30, 23, 59, 58, tzinfo=UTC)


def image(number: int, owner: str | None = OWNER, uploaded_at: datetime = FIRST) -> ImageRecord:
    image_id = f"0b8a5f6e-1111-4111-9111-{number:012x}"
    return replace(
        READY,
        image_id=image_id,
        key=f"uploads/{owner or OWNER}/{image_id}",
        owner=owner,
        # Two of a second, over the turn of a month.
        uploaded_at=uploaded_at + timedelta(seconds=number // 2),
    )


def walk(api: Api, size: int, **query: Any) -> list[list[str]]:
    pages: list[list[str]] = []
    cursor: dict[str, Any] = {}
    while True:
        status, page, headers = api("GET /images", limit=str(size), **query, **cursor)
        assert (status, headers["cache-control"]) == (200, "no-store")
        pages.append([found["image_id"] for found in page["images"]])
        if page["next_cursor"] is None:
            return pages
        cursor = {"cursor": page["next_cursor"]}


@pytest.mark.parametrize("query", [{}, {"owner": OWNER, **ADMIN}, {"all": "true", **ADMIN}])
def test_pages_hold_every_image_once_newest_first(api: Api, query: dict[str, Any]) -> None:
    records = [image(number) for number in range(7)]
    api.holding(*records)
    pages = walk(api, 3, **query)
    assert [len(page) for page in pages] == [3, 3, 1]
    assert [image_id for page in pages for image_id in page] == [
        record.image_id for record in reversed(records)
    ]


def test_a_listing_leaves_out_what_is_not_for_it(api: Api) -> None:
    api.holding(image(1))
    (shown,) = api("GET /images")[1]["images"]
    assert not {"gps", "exif", "original"} & shown.keys()
    assert shown["degraded"] is False
    api.holding(*(replace(image(1), status=s) for s in (Status.PENDING, Status.TRASHED)))
    assert api("GET /images")[1] == {"images": [], "next_cursor": None}


def test_administrators_also_list_images_without_an_owner(api: Api) -> None:
    api.holding(image(1, owner=None), image(2), image(3, owner=OTHER))
    assert len(walk(api, 10, all="true", **ADMIN)[0]) == 3
    assert len(walk(api, 10, owner=OWNER, **ADMIN)[0]) == 1
    assert len(walk(api, 10, **ADMIN)[0]) == 1


@pytest.mark.parametrize("query", [{"all": "true"}, {"owner": OTHER}])
def test_others_are_refused(api: Api, query: dict[str, Any]) -> None:
    status, problem, _ = api("GET /images", **query)
    assert (status, problem["type"]) == (403, "urn:media:problem:forbidden")
    assert api("GET /images", owner=OWNER)[0] == 200


def test_a_full_last_page_has_no_next(api: Api) -> None:
    api.holding(image(1))
    assert api("GET /images", limit="1")[1]["next_cursor"] is None


def test_all_images_are_looked_for_from_tomorrow_back_to_the_first_month(api: Api) -> None:
    tomorrow = image(1, uploaded_at=api.time + timedelta(hours=23))
    too_old = image(2, uploaded_at=datetime(2025, 12, 31, tzinfo=UTC))
    api.holding(tomorrow, too_old)
    assert walk(api, 9, all="true", **ADMIN) == [[tomorrow.image_id]]
    assert api.listings.queries == 11  # the months from January on
    api.time = datetime(2026, 1, 31, 12, tzinfo=UTC)
    api.listings.queries = 0
    assert walk(api, 9, all="true", **ADMIN) == [[]]
    assert api.listings.queries == 2


@pytest.mark.parametrize("size", [30, 300])
def test_a_page_costs_the_same_whatever_there_is(api: Api, size: int) -> None:
    api.holding(*(image(number, uploaded_at=api.time) for number in range(size)))
    for query in ({}, {"all": "true", **ADMIN}):
        api.listings.queries = 0
        _, page, _ = api("GET /images", limit="10", **query)
        assert (len(page["images"]), api.listings.queries) == (10, 1)


def test_a_cursor_is_good_for_its_listing_and_caller_alone(api: Api) -> None:
    api.holding(*(image(number) for number in range(4)))
    cursor = api("GET /images", limit="2")[1]["next_cursor"]
    assert api("GET /images", limit="1", cursor=cursor)[0] == 200
    altered = [
        cursor[:-1],
        cursor + "A",
        cursor[:-2] + ("A" if cursor[-2] != "A" else "B") + cursor[-1],
    ]
    for wrong in altered:
        status, problem, _ = api("GET /images", cursor=wrong)
        assert (status, problem["errors"][0]["field"]) == (422, "cursor")
    for query in (
        {"sub": OTHER},
        {"all": "true", **ADMIN},
        {"owner": OWNER, **ADMIN},
        {"sub": OWNER, "groups": "[admins]", "all": "true"},
    ):
        status, problem, _ = api("GET /images", cursor=cursor, **query)
        assert status == 422
        assert "does not belong to this listing" in problem["errors"][0]["message"]


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("limit=0", ["limit"]),
        ("limit=101", ["limit"]),
        ("limit=x", ["limit"]),
        ("limit=%D9%A1", ["limit"]),
        ("limit=", ["limit"]),
        ("limit=1&limit=1", ["limit"]),
        ("cursor=x", ["cursor"]),
        ("cursor=", ["cursor"]),
        ("cursor=%FF", ["cursor"]),
        ("all=1", ["all"]),
        ("all=false", ["all"]),
        (f"all=true&owner={OWNER}", ["all"]),
        ("owner=me", ["owner"]),
        (f"owner={OWNER.upper()}", ["owner"]),
        ("limit=0&owner=x&all=x", ["limit", "owner", "all", "all"]),
        ("Limit=1", ["Limit"]),
        ("%00=1", ["\x00"]),
    ],
)
def test_a_wrong_query_is_named(api: Api, query: str, fields: list[str]) -> None:
    status, problem, _ = api(f"GET /images?{query}", groups="[admins]")
    assert status == 422
    assert [error["field"] for error in problem["errors"]] == fields


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    there=st.sets(st.integers(0, 40), max_size=14),
    size=st.integers(1, 4),
    everyone=st.booleans(),
    data=st.data(),
)
def test_nothing_is_skipped_or_repeated_while_images_come_and_go(
    api: Api, there: set[int], size: int, *, everyone: bool, data: st.DataObject
) -> None:
    """Between two pages any images may be added, also old ones, and any removed."""
    query: dict[str, Any] = {"all": "true", **ADMIN} if everyone else {}
    api.holding(*(image(number) for number in there))
    always = set(api.table.rows)
    ever = set(always)
    seen: list[str] = []
    cursor: dict[str, Any] = {}
    while True:
        _, page, _ = api("GET /images", limit=str(size), **query, **cursor)
        seen += [found["image_id"] for found in page["images"]]
        if page["next_cursor"] is None:
            break
        assert len(page["images"]) == size
        cursor = {"cursor": page["next_cursor"]}
        added = [image(n) for n in data.draw(st.sets(st.integers(41, 60), max_size=2))]
        added += [image(n) for n in data.draw(st.sets(st.integers(0, 40), max_size=2))]
        for record in added:
            api.table.rows.setdefault(record.image_id, record)
            ever.add(record.image_id)
        for gone in data.draw(st.sets(st.sampled_from(sorted(api.table.rows)), max_size=2)):
            row = api.table.rows[gone]
            api.table.rows[gone] = replace(row, status=Status.TRASHED)
            always.discard(gone)
    assert len(seen) == len(set(seen))
    assert always <= set(seen) <= ever
    rows = [position(api.table.rows[image_id]) for image_id in seen]
    assert rows == sorted(rows, reverse=True)
