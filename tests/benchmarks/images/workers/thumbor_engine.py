"""thumbor's Pillow engine, called as thumbor calls it for one URL, once a rendition."""

from __future__ import annotations

from importlib.metadata import version
from typing import IO, Any

import PIL
import pillow_heif
from PIL import Image, WebPImagePlugin
from thumbor.config import Config
from thumbor.context import Context
from thumbor.engines.pil import Engine

from tests.benchmarks.images.workers.protocol import Task, serve

pillow_heif.register_heif_opener()  # thumbor leaves HEIC to whoever registers an opener
CONTEXT = Context(config=Config())


def make(task: Task) -> dict[str, bytes]:
    """Load, orient, scale and encode, from the file each time: a URL is a request of its own."""
    _set_effort(task.effort)
    return {name: _rendition(task, side) for name, side in task.sides.items()}


def _rendition(task: Task, side: int) -> bytes:
    engine = Engine(CONTEXT)
    engine.load(task.data, None)
    engine.reorientate()
    width, height = engine.size
    scale = min(1.0, side / max(width, height))
    engine.resize(width * scale, height * scale)
    data: bytes = engine.read(".webp", quality=task.quality)
    return data


def _set_effort(effort: int) -> None:
    """Let the encoder make the effort that all others make; thumbor has no setting for it."""

    def save(image: Image.Image, file: IO[bytes], filename: str | bytes) -> None:
        settings: dict[str, Any] = image.encoderinfo
        settings["method"] = effort
        WebPImagePlugin._save(image, file, filename)

    Image.register_save("WEBP", save)


if __name__ == "__main__":
    serve(make, {"thumbor": version("thumbor"), "pillow": PIL.__version__})
