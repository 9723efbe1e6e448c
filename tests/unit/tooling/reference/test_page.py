"""The reference is one page that fetches nothing, whatever the document says."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from tooling.console import Screen
from tooling.errors import OperatorError
from tooling.reference.page import render_page, render_reference
from tooling.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

BUNDLE = "const Redoc = {init() { return '<b></script><script>alert(1)</script>' }}"
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {
        "title": "Images <API>",
        "version": "1",
        "description": "</script><script>alert(2)</script><img src=http://127.0.0.1/>",
    },
    "paths": {"/health": {"get": {"responses": {"200": {"description": "Alive."}}}}},
}


class Reader(HTMLParser):
    """Collects the scripts, and what a browser would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.policy: str | None = None
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert given.keys().isdisjoint({"src", "srcset", "href"})
        self._inside = tag == "script"
        if self._inside:
            self.scripts.append("")
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"]

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.scripts[-1] += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


def test_nothing_in_bundle_or_document_ends_its_script() -> None:
    bundle, document = read(render_page(DOCUMENT, BUNDLE)).scripts
    assert bundle.count("alert(1)") == 1
    assert document.startswith("Redoc.init(")
    text = document.removeprefix("Redoc.init(")
    assert json.JSONDecoder().raw_decode(text)[0] == DOCUMENT


def test_the_page_may_fetch_nothing() -> None:
    policy = read(render_page(DOCUMENT, BUNDLE)).policy
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    assert "http" not in policy
    assert "*" not in policy


@pytest.mark.parametrize("content", ["{", "[]", '{"openapi": "3.1.0"}', None])
def test_a_document_at_fault_is_told_in_words(tmp_path: Path, content: str | None) -> None:
    (tmp_path / "docs").mkdir()
    if content is not None:
        (tmp_path / "docs" / "openapi.json").write_text(content)
    workspace = Workspace(root=tmp_path, state=tmp_path, cache=tmp_path)
    with pytest.raises(OperatorError, match=r"openapi\.json can't be read"):
        render_reference(workspace, Screen(json_wanted=True))
