"""Named files are found, in folders too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tooling.errors import OperatorError
from tooling.images.files import find_files

if TYPE_CHECKING:
    from pathlib import Path


def test_folders_are_walked_and_hidden_files_left_alone(tmp_path: Path) -> None:
    for name in ("b.jpg", "a/c.jpg", ".hidden.jpg", ".git/x.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    named = tmp_path / "nowhere.jpg"
    assert find_files([tmp_path, named]) == [tmp_path / "a/c.jpg", tmp_path / "b.jpg", named]


def test_nothing_to_take_is_reported(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="No files found"):
        find_files([tmp_path])
