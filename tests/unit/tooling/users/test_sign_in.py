"""Who may be called what, and where a person's password comes from."""

from __future__ import annotations

import io

import pytest

from tooling.errors import OperatorError
from tooling.users.sign_in import ask_password, require_name


@pytest.mark.parametrize("name", ["a", "anna", "anna.berg@example.com", "nightly-import", "A_1+x"])
def test_names_that_people_and_programs_have_are_taken(name: str) -> None:
    require_name(name)


@pytest.mark.parametrize(
    "name", ["", " ", "anna berg", "-x", "@x", "änna", "a\n", "a/b", "a" * 129, "a\u202eb"]
)
def test_other_names_are_refused_with_what_to_write(name: str) -> None:
    with pytest.raises(OperatorError) as raised:
        require_name(name)
    assert raised.value.what.isprintable()
    assert "up to 128 letters" in raised.value.reason


@pytest.mark.parametrize("name", ["tooling-uploader", "tooling-x", "Tooling-Admin"])
def test_the_toolings_own_names_are_refused_in_any_case(name: str) -> None:
    with pytest.raises(OperatorError, match="belong to the tooling"):
        require_name(name)


def test_a_persons_password_comes_from_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIA_PASSWORD", "secret of anna")
    assert ask_password("anna") == "secret of anna"


def test_without_variable_and_terminal_nothing_is_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MEDIA_PASSWORD", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO("typed\n"))
    with pytest.raises(OperatorError, match="never changes a person's password"):
        ask_password("anna")
