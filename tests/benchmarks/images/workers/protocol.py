"""The Python side of a contender: requests in, timed answers out."""

from __future__ import annotations

import gc
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Task:
    """One image to make renditions of.

    Parameters
    ----------
    data : bytes
        The file.
    sides : dict of str to int
        Longest side of each rendition in pixels, by name.
    quality, effort : int
        Of the WebP encoder.
    """

    data: bytes
    sides: dict[str, int]
    quality: int
    effort: int


def serve(make: Callable[[Task], dict[str, bytes]], versions: dict[str, str]) -> None:
    """Answer requests until there are no more.

    Parameters
    ----------
    make : callable
        Turns a task into the encoded renditions by name; its time is what is measured.
    versions : dict of str to str
        Of the libraries that do the work.
    """
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"versions": versions} if "hello" in request else _answer(make, request)
        except Exception as error:  # noqa: BLE001 - told to who asked
            answer = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _answer(make: Callable[[Task], dict[str, bytes]], request: dict[str, Any]) -> dict[str, Any]:
    task = Task(
        data=Path(request["picture"]).read_bytes(),
        sides=request["sides"],
        quality=request["quality"],
        effort=request["effort"],
    )
    gc.collect()
    started, worked = time.perf_counter(), time.process_time()
    made = make(task)
    milliseconds = (time.perf_counter() - started) * 1000
    cpu_milliseconds = (time.process_time() - worked) * 1000
    if request["save"]:
        for name, data in made.items():
            Path(request["save"], f"{name}.webp").write_bytes(data)
    return {"milliseconds": milliseconds, "cpu_milliseconds": cpu_milliseconds}
