"""A list of images is a table whose lines stand alone."""

from __future__ import annotations

import pytest

from tooling.images.tables import heading, row, size_of


def test_a_line_lies_below_its_headings() -> None:
    image = {
        "image_id": "638f43a7-4852-4fe7-a53d-dd530715a507",
        "status": "ready",
        "uploaded_at": "2026-11-23T06:00:27.000Z",
        "title": "DSCN0010.jpg",
        "bytes": 161_713,
        "width": 640,
        "height": 480,
    }
    line = row(image)
    for column, cell in {
        "status": "ready",
        "size": "640x480",
        "bytes": "161.7 kB",
        "uploaded": "2026-11-23 06:00:27",
        "title": "DSCN0010.jpg",
    }.items():
        assert line[heading().index(column) :].startswith(cell)


def test_what_is_not_known_is_left_out() -> None:
    image = {"image_id": "i", "status": "rejected", "uploaded_at": None, "width": None}
    assert row(image).split() == ["i", "rejected"]


def test_a_title_moves_no_cursor() -> None:
    assert "\x1b" not in row({"image_id": "i", "status": "ready", "title": "\x1b[2Jgone\u202e"})


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (None, ""),
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (52_428_800, "52.4 MB"),
        (2_500_000_000_000, "2500.0 GB"),
    ],
)
def test_sizes_are_written_for_a_person(count: int | None, text: str) -> None:
    assert size_of(count) == text
