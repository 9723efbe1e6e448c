"""The images of a load: real ones of every kind where they are there, else generated ones."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import count, cycle
from typing import TYPE_CHECKING

from tests.benchmarks.images.workloads import CORPUS
from tooling.images.upload import UNKNOWN_TYPE, guess_content_type
from tooling.smoke.image import draw_picture

if TYPE_CHECKING:
    from collections.abc import Iterator

# A load is about many files; the largest few of the corpus would be about themselves.
BYTES_MAX = 3_000_000
DECLARED = "image/jpeg"


@dataclass(frozen=True)
class Picture:
    """A file to send.

    Parameters
    ----------
    name : str
        Of the file.
    content_type : str
        What it is announced as.
    data : bytes
        Its bytes.
    expected : str
        The state that it has to end in.
    """

    name: str
    content_type: str
    data: bytes
    expected: str


def mixed_pictures() -> Iterator[Picture]:
    """Yield images without end, good and bad ones, in the same order every time."""
    manifest = CORPUS / "manifest.json"
    if not manifest.is_file():
        return (_drawn(number) for number in count())
    entries = json.loads(manifest.read_text(encoding="utf-8"))
    return cycle(
        [
            _read(entry["file"], entry["status"])
            for entry in entries
            if 0 < (CORPUS / entry["file"]).stat().st_size <= BYTES_MAX
        ]
    )


def _read(name: str, status: str) -> Picture:
    path = CORPUS / name
    guessed = guess_content_type(path)
    # What is no image would not be announced as what it is.
    declared = guessed if guessed.startswith("image/") and guessed != UNKNOWN_TYPE else DECLARED
    accepted = declared if not declared.endswith("svg+xml") else DECLARED
    return Picture(name, accepted, path.read_bytes(), status)


def _drawn(number: int) -> Picture:
    return Picture(f"drawn-{number}.jpg", DECLARED, draw_picture(number.to_bytes(8)), "ready")
