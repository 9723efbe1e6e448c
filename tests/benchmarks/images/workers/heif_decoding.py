"""Decoding alone: what a HEIC image costs before a library without HEVC can begin."""

from __future__ import annotations

import pillow_heif

from tests.benchmarks.images.workers.protocol import Task, serve


def make(task: Task) -> dict[str, bytes]:
    """Decode to bare pixels, and make nothing of them."""
    heif = pillow_heif.open_heif(task.data, convert_hdr_to_8bit=True)
    heif[heif.primary_index].load()
    return {}


if __name__ == "__main__":
    serve(make, {"pillow-heif": pillow_heif.__version__})
