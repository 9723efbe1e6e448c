"""Nothing that somebody else wrote acts on the operator's terminal, or passes for the tooling."""

from __future__ import annotations

import io
import json
import re
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tooling.console import Screen, printable, printable_lines
from tooling.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Callable

# Clears the screen, sets its title, as one character, turns the writing direction, goes back.
ATTACKS = ("\x1b[2J", "\x1b]0;x\x07", "\x9b2J", "\u202etxt.exe", "back\b\b", "over\rwritten")
MARKUP = ("[bold red]x[/]", "[/]", "[link=http://example.org]x[/link]", ":warning:", "x\\")
TEXT = st.text() | st.sampled_from([*ATTACKS, *MARKUP]) | st.text(alphabet="[]/\\:bold\x1b\x9b\n")
WAYS: dict[str, Callable[[Screen, str], None]] = {
    "say": lambda screen, text: screen.say(text, style="bold"),
    "step": lambda screen, text: screen.step(text),
    "done": lambda screen, text: screen.done(text, 0.0),
    "table": lambda screen, text: screen.table(text, ("a", "b"), [(text, "x"), ("x", text)]),
    "wide_table": lambda screen, text: screen.wide_table(text, ("a", "b"), [(text, "x")]),
    "failure": lambda screen, text: screen.failure(OperatorError(text, reason=text, remedy=text)),
    "document": lambda screen, text: screen.document({text: [text]}),
    "line": lambda screen, text: screen.line({text: [text]}),
}


def shown(way: str, text: str) -> str:
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        WAYS[way](Screen(), text)
        with Screen().working(text):
            pass
        with Screen().progress(text, 1) as line:
            line.note(text)
    return said.getvalue()


@pytest.mark.parametrize("way", WAYS)
@given(text=TEXT)
def test_whatever_is_shown_is_printable(way: str, text: str) -> None:
    assert [c for c in shown(way, text) if not c.isprintable() and c != "\n"] == []


@pytest.mark.parametrize("way", sorted(WAYS.keys() - {"document", "line"}))
@pytest.mark.parametrize("text", MARKUP)
def test_markup_of_somebody_else_is_text(way: str, text: str) -> None:
    assert text in shown(way, text)


@pytest.mark.parametrize("text", ATTACKS)
def test_what_was_there_can_still_be_seen(text: str) -> None:
    assert printable(text).encode().decode("unicode_escape") == text


@given(TEXT)
def test_a_text_of_several_lines_keeps_them(text: str) -> None:
    assert printable_lines(text).count("\n") == text.count("\n")
    assert printable(text).isprintable()


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=10,
)


@given(JSON)
def test_a_document_says_what_it_said_before(document: Any) -> None:
    for way in (Screen().document, Screen().line):
        said = io.StringIO()
        with redirect_stdout(said):
            way(document)
        assert json.loads(said.getvalue()) == document
        assert re.search(r"[^\n\x20-\x7e\xa1-\U0010ffff]", said.getvalue()) is None
