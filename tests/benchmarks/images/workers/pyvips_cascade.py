"""libvips through pyvips, decoding once and making each rendition from the next larger one."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import pyvips

from tests.benchmarks.images.workers.protocol import Task, serve

pyvips.cache_set_max(0)  # else the second round would be answered from the first


def make(task: Task) -> dict[str, bytes]:
    """Make the largest from the file, the others from the one before."""
    encoder = {"Q": task.quality, "effort": task.effort, "keep": "none"}
    made: dict[str, bytes] = {}
    picture = None
    for name, side in sorted(task.sides.items(), key=lambda entry: -entry[1]):
        fit = {"height": side, "size": "down"}
        scaled = _open(task, side, fit) if picture is None else picture.thumbnail_image(side, **fit)
        picture = scaled.copy_memory()
        made[name] = picture.webpsave_buffer(**encoder)
    return made


def _open(task: Task, side: int, fit: dict[str, Any]) -> Any:
    if pyvips.Image.new_from_buffer(task.data, "").get_typeof("icc-profile-data"):
        fit = {**fit, "export_profile": "srgb"}  # it costs as much where there is no profile
    return pyvips.Image.thumbnail_buffer(task.data, side, **fit)


if __name__ == "__main__":
    libvips = ".".join(str(pyvips.version(part)) for part in range(3))
    serve(make, {"pyvips": version("pyvips"), "libvips": libvips})
