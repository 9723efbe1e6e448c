"""Sample uploads, and readers of the rows that they lead to."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image

EVENT = Path(__file__).resolve().parents[1] / "unit" / "lambdas" / "events" / "object-created.json"


def sample_image(width: int = 300, height: int = 200) -> bytes:
    target = io.BytesIO()
    Image.effect_mandelbrot((width, height), (-2, -1.5, 1, 1.5), 40).save(target, "PNG")
    return target.getvalue()


def status(row: dict[str, Any]) -> str:
    return str(row["status"]["S"])
