"""Sources of an earlier release get the reverse of later moves, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tooling.releases.moves import MOVES, REVERSE_MOVES, Move, add_reverse_moves, moves_of
from tooling.releases.release import terraform_digest

if TYPE_CHECKING:
    from pathlib import Path

FIRST = Move("module.a", 'module.b["a"]')
SECOND = Move('module.b["a"]', 'module.c["a"]')


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    return sources(tmp_path / "earlier")


@pytest.fixture
def later(tmp_path: Path) -> Path:
    return sources(tmp_path / "later", FIRST, SECOND)


def sources(folder: Path, *moves: Move) -> Path:
    folder.mkdir()
    (folder / "main.tf").write_text("# resources\n")
    if moves:
        (folder / MOVES).write_text("# Why.\n" + "\n".join(str(move) for move in moves))
    return folder


def test_every_move_of_the_root_module_is_read(root: Path) -> None:
    terraform = root / "terraform"
    declared = [
        path
        for path in terraform.glob("*.tf")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("moved")
    ]
    assert declared == [terraform / MOVES] * len(moves_of(terraform))


def test_what_was_moved_since_is_moved_back(earlier: Path, later: Path) -> None:
    before = terraform_digest(earlier)
    add_reverse_moves(earlier, later)
    assert (earlier / REVERSE_MOVES).read_text() == f"{FIRST.reversed()}{SECOND.reversed()}"
    assert terraform_digest(earlier) == before


def test_moves_that_both_know_stay_as_they_are(tmp_path: Path, later: Path) -> None:
    between = sources(tmp_path / "between", FIRST)
    add_reverse_moves(between, later)
    assert (between / REVERSE_MOVES).read_text() == str(SECOND.reversed())
    add_reverse_moves(between, between)
    assert not (between / REVERSE_MOVES).exists()
    add_reverse_moves(later, between)
    assert not (later / REVERSE_MOVES).exists()


@pytest.mark.parametrize(
    "text",
    [
        f'{FIRST}resource "terraform_data" "foreign" {{}}\n',
        f"{FIRST}# a word\n",
        'resource "terraform_data" "foreign" {}\n',
    ],
)
def test_a_file_of_that_name_that_holds_more_is_a_source(earlier: Path, text: str) -> None:
    before = terraform_digest(earlier)
    (earlier / REVERSE_MOVES).write_text(text)
    assert terraform_digest(earlier) != before


def test_the_file_is_left_out_under_its_own_name_alone(earlier: Path) -> None:
    before = terraform_digest(earlier)
    (earlier / MOVES).write_text(str(FIRST))
    assert terraform_digest(earlier) != before
