"""The reference shows all that the document says, and needs nothing but itself."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from tooling.errors import OperatorError
from tooling.reference.document import Document
from tooling.reference.page import prose, render_page, render_reference
from tooling.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Pictures <API>", "version": "1", "description": "One.\n\nTwo `code`."},
    "security": [{"token": []}],
    "paths": {
        "/images": {
            "get": {
                "summary": "List images",
                "parameters": [
                    {"$ref": "#/components/parameters/limit"},
                    {"name": "cursor", "in": "query", "schema": {"type": "string", "maxLength": 9}},
                ],
                "responses": {
                    "200": {
                        "description": "A page.",
                        "headers": {"ETag": {"schema": {"type": "string"}}},
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "array",
                                    "items": {"$ref": "#/components/schemas/Image"},
                                },
                                "example": [{"title": "<b>"}],
                            }
                        },
                    },
                    "422": {"$ref": "#/components/responses/Problem"},
                },
            },
            "post": {
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["bytes"],
                                "properties": {
                                    "bytes": {"type": "integer", "minimum": 1, "maximum": 50},
                                    "tags": {
                                        "anyOf": [
                                            {
                                                "type": "array",
                                                "items": {"type": "string", "maxLength": 7},
                                            },
                                            {"type": "null"},
                                        ]
                                    },
                                },
                            }
                        }
                    }
                },
                "responses": {"201": {"description": "Announced."}},
            },
        },
        "/health": {"get": {"security": [], "responses": {"200": {"description": "Alive."}}}},
    },
    "components": {
        "parameters": {
            "limit": {"name": "limit", "in": "query", "schema": {"type": "integer", "default": 20}}
        },
        "responses": {"Problem": {"description": "A field is wrong."}},
        "schemas": {
            "Image": {
                "type": "object",
                "properties": {
                    "title": {"type": ["string", "null"], "description": "What `owner` typed."},
                    "status": {"enum": ["pending", "ready"]},
                    "id": {"type": "string", "format": "uuid"},
                    "sizes": {"type": "object", "additionalProperties": {"type": "integer"}},
                },
            }
        },
    },
}


class Reader(HTMLParser):
    """Collects the text, the anchors, and what a browser would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self.tags = "", set[str]()
        self.ids, self.links = set[str](), set[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.text += " "  # else a word would join that of the line above
        self.tags.add(tag)
        for name, value in attrs:
            assert name not in ("src", "srcset", "onclick")
            if name == "id":
                assert value not in self.ids
                self.ids.add(str(value))
            if name == "href":
                self.links.add(str(value))

    def handle_data(self, data: str) -> None:
        self.text += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.text = " ".join(reader.text.split())
    return reader


def test_the_page_fetches_nothing_and_runs_nothing() -> None:
    reader = read(render_page(Document(DOCUMENT)))
    assert reader.tags.isdisjoint({"script", "link", "img", "iframe", "b"})
    assert "@import" not in reader.text
    assert "url(" not in reader.text


def test_every_link_leads_to_a_place_on_the_page() -> None:
    reader = read(render_page(Document(DOCUMENT)))
    assert "#schema-Image" in reader.links
    assert reader.links == {f"#{name}" for name in reader.ids}


@pytest.mark.parametrize(
    "text",
    [
        "Pictures <API>",
        "GET /images List images",
        "List images Needs a token.",
        "Open to all.",
        "limit query integer 20 by default",
        "cursor query string at most 9 characters",
        "ETag string",
        "application/json: list of Image",
        '"title": "<b>"',
        "422 A field is wrong.",
        "bytes required integer at least 1; at most 50",
        "tags list of string or null at most 7 characters",
        "title string or null What owner typed.",
        'status one of "pending", "ready"',
        "id string (uuid)",
        "sizes object of integer",
    ],
)
def test_the_page_shows(text: str) -> None:
    assert text in read(render_page(Document(DOCUMENT))).text


def test_prose_is_escaped_before_it_is_marked_up() -> None:
    assert prose("a `<i>`\n\n<script>") == "<p>a <code>&lt;i&gt;</code></p><p>&lt;script&gt;</p>"


def workspace(folder: Path, content: str) -> Workspace:
    (folder / "docs").mkdir()
    (folder / "docs" / "openapi.json").write_text(content)
    return Workspace(root=folder, state=folder, cache=folder)


def test_it_is_written_into_the_results(tmp_path: Path) -> None:
    page = render_reference(workspace(tmp_path, json.dumps(DOCUMENT)))
    assert page == tmp_path / "results" / "docs" / "index.html"
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "no OpenAPI document"),
        ('{"openapi": "3.0.3"}', "no OpenAPI document"),
        (
            json.dumps(DOCUMENT | {"paths": {"/x": {"$ref": "#/components/nothing"}}}),
            "refers to #/components/nothing, which is not there",
        ),
        (
            json.dumps(DOCUMENT | {"paths": {"/x": {"$ref": "#/paths/~1x"}}}),
            "refers in a circle",
        ),
    ],
)
def test_a_faulty_document_is_told_in_words(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(OperatorError, match=said):
        render_reference(workspace(tmp_path, content))


def test_a_missing_document_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="no OpenAPI document at"):
        render_reference(Workspace(root=tmp_path, state=tmp_path, cache=tmp_path))
