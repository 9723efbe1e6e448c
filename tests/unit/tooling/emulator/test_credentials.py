"""The root's key is random, kept for as long as the state, and nobody else's to read."""

from __future__ import annotations

import shlex
import stat
from typing import TYPE_CHECKING

import pytest

from tooling.emulator.credentials import (
    RootCredentials,
    ensure_root_credentials,
    read_root_credentials,
    write_root_credentials,
)
from tooling.emulator.process import Emulator
from tooling.errors import OperatorError

if TYPE_CHECKING:
    from pathlib import Path


def test_it_is_made_once_and_differs_from_any_other(tmp_path: Path) -> None:
    made = ensure_root_credentials(tmp_path / "one")
    assert ensure_root_credentials(tmp_path / "one") == made
    other = ensure_root_credentials(tmp_path / "two")
    assert (other.key_id, other.secret) != (made.key_id, made.secret)
    assert len(made.secret) == 40


def test_its_file_is_closed_also_where_it_was_opened(tmp_path: Path) -> None:
    path = tmp_path / "credentials"
    ensure_root_credentials(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    ensure_root_credentials(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_shell_takes_it_as_it_is(tmp_path: Path) -> None:
    made = ensure_root_credentials(tmp_path / "credentials")
    assert [shlex.quote(value) for value in made.variables.values()] == [made.key_id, made.secret]


def test_it_is_not_printed_with_what_holds_it() -> None:
    assert "hidden" not in repr(RootCredentials("key", "hidden"))


@pytest.mark.parametrize("content", ["", "[default]\n", "[default]\naws_access_key_id = x\n", "x"])
def test_half_a_file_is_made_anew(tmp_path: Path, content: str) -> None:
    path = tmp_path / "credentials"
    path.write_text(content, encoding="ascii")
    assert read_root_credentials(path) is None
    made = ensure_root_credentials(path)
    assert read_root_credentials(path) == made


def test_a_write_that_was_cut_off_is_no_hindrance(tmp_path: Path) -> None:
    path = tmp_path / "credentials"
    path.with_suffix(".new").write_text("half", encoding="ascii")
    write_root_credentials(path, RootCredentials("key", "secret"))
    assert read_root_credentials(path) == RootCredentials("key", "secret")


def test_one_that_was_never_started_has_none(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="never started") as caught:
        _ = Emulator(tmp_path).credentials
    assert "emulator -- start" in caught.value.remedy
