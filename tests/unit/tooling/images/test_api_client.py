"""Lists are read page by page, and refusals are explained."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import pytest

from tests.unit.tooling.web_server import WebServer, serving
from tooling.images.api_client import ApiRefused, MediaClient

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[WebServer]:
    with serving() as server:
        yield server


@pytest.fixture
def client(server: WebServer) -> MediaClient:
    return MediaClient(server.url, lambda: "a.b.c")


def ids(numbers: range) -> list[dict[str, int]]:
    return [{"image_id": number} for number in numbers]


def test_a_list_is_read_to_its_end_by_cursor(server: WebServer, client: MediaClient) -> None:
    server.answer("GET /images?limit=100", {"images": ids(range(100)), "next_cursor": "a+/="})
    server.answer(
        "GET /images?limit=100&cursor=a%2B%2F%3D",
        {"images": ids(range(100, 130)), "next_cursor": None},
    )
    assert list(client.images()) == ids(range(130))


def test_a_page_is_asked_for_only_when_it_is_needed(server: WebServer, client: MediaClient) -> None:
    server.answer("GET /images?limit=100", {"images": ids(range(100)), "next_cursor": "more"})
    assert list(islice(client.images(), 100)) == ids(range(100))
    assert server.requests == ["GET /images?limit=100"]


def test_a_limit_bounds_the_whole_list_and_asks_for_no_more(
    server: WebServer, client: MediaClient
) -> None:
    first = {"images": ids(range(100)), "next_cursor": "more"}
    server.answer("GET /images?all=true&limit=100", first)
    rest = {"images": ids(range(100, 200)), "next_cursor": "still more"}
    server.answer("GET /images?all=true&limit=100&cursor=more", rest)
    assert list(client.images({"all": "true"}, limit=105)) == ids(range(105))
    assert len(server.requests) == 2


def test_a_small_limit_is_a_small_page(server: WebServer, client: MediaClient) -> None:
    server.answer("GET /images?limit=2", {"images": ids(range(2)), "next_cursor": "more"})
    assert list(client.images(limit=2)) == ids(range(2))
    assert len(server.requests) == 1


def test_a_refusal_names_title_reason_fields_and_request(
    server: WebServer, client: MediaClient
) -> None:
    server.answer(
        "GET /images?limit=100",
        {
            "type": "urn:media:problem:invalid-fields",
            "title": "Unprocessable Entity",
            "detail": "correct the fields named in errors (all)",
            "errors": [{"field": "all", "message": "unknown parameter"}],
        },
        422,
        X_Request_Id="r1",
    )
    with pytest.raises(ApiRefused) as raised:
        list(client.images())
    assert str(raised.value).splitlines() == [
        "The list of images was refused with status 422, Unprocessable Entity.",
        "correct the fields named in errors (all)",
        "all: unknown parameter",
        "Request id: r1.",
    ]


def test_what_is_no_id_stays_within_the_route(server: WebServer, client: MediaClient) -> None:
    with pytest.raises(ApiRefused):
        client.trash("../health?x")
    assert server.requests == ["DELETE /images/..%2Fhealth%3Fx"]


def test_an_answer_without_content_is_a_success(server: WebServer, client: MediaClient) -> None:
    server.answer("DELETE /images/one", status=204)
    server.answer("POST /images/one/restore", status=204)
    client.trash("one")
    client.restore("one")
    assert server.requests == ["DELETE /images/one", "POST /images/one/restore"]
