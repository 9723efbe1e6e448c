"""The processor: everything that it does with a file, not only the renditions."""

from __future__ import annotations

import PIL

from media.inspection import inspect_image, read_specs
from media.model.limits import Limits
from tests.benchmarks.images.workers.protocol import Task, serve


def make(task: Task) -> dict[str, bytes]:
    """Inspect the file as the function would."""
    specs = read_specs(
        {"name": name, "longest_side": side, "quality": task.quality, "effort": task.effort}
        for name, side in task.sides.items()
    )
    image = inspect_image(task.data, Limits(), specs)
    return {rendition.name: rendition.data for rendition in image.renditions}


if __name__ == "__main__":
    serve(make, {"pillow": PIL.__version__})
