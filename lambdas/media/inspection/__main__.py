"""``python -m media.inspection FILE...``: what the processor would make of files, without AWS."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from media.images import Status
from media.inspection import (
    DEFAULT_RENDITIONS,
    RejectedError,
    RenditionSpec,
    inspect_image,
    read_specs,
)
from media.limits import Limits

_UNREADABLE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one JSON object a line for each file.

    Returns
    -------
    int
        0 also where files are rejected, since that is a result; 2 where a file could not be
        read, after the rest went on.
    """
    options = _parser().parse_args(arguments)
    exit_code = 0
    for path in options.files:
        try:
            line = _inspect_file(path, options.limits, options.renditions)
        except OSError as error:
            sys.stderr.write(f"{path}: {error.strerror or error}\n")
            exit_code = _UNREADABLE
            continue
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
    return exit_code


def _inspect_file(path: Path, limits: Limits, specs: Sequence[RenditionSpec]) -> dict[str, Any]:
    if path.exists() and not path.is_file():
        raise OSError("it is no regular file: name image files")
    with path.open("rb") as file:
        # One byte above the limit is enough to tell that a file is too large.
        data = file.read(limits.upload_bytes + 1)
    line: dict[str, Any] = {"file": str(path), "status": Status.READY.value, "reason": None}
    facts = dict.fromkeys(("format", "width", "height", "frames"))
    renditions: list[dict[str, Any]] = []
    started = time.perf_counter()
    try:
        image = inspect_image(data, limits, specs)
        facts = {name: getattr(image, name) for name in facts}
        renditions = [
            {"name": r.name, "width": r.width, "height": r.height, "bytes": len(r.data)}
            for r in image.renditions
        ]
    except RejectedError as rejection:
        line |= {"status": Status.REJECTED.value, "reason": rejection.reason.value}
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    return line | facts | {"renditions": renditions, "milliseconds": milliseconds}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m media.inspection", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument(
        "--limits",
        type=_limits,
        default=Limits(),
        metavar="JSON",
        help='for example {"pixels": 40000000}; what is left out keeps its default',
    )
    parser.add_argument(
        "--renditions",
        type=_renditions,
        default=DEFAULT_RENDITIONS,
        metavar="JSON",
        help='for example [{"name": "thumb", "longest_side": 256}]',
    )
    return parser


def _limits(text: str) -> Limits:
    try:
        return Limits.from_mapping(json.loads(text))
    except (TypeError, ValueError) as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _renditions(text: str) -> tuple[RenditionSpec, ...]:
    try:
        return read_specs(json.loads(text))
    except (TypeError, ValueError) as error:
        raise argparse.ArgumentTypeError(str(error)) from None


if __name__ == "__main__":
    sys.exit(main())
