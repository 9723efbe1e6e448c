"""``python -m media.inspection FILE...``: what the processor would make of files, without AWS."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from media.inspection import (
    DEFAULT_RENDITIONS,
    InspectedImage,
    Inspector,
    RejectedError,
    RenditionSpec,
    read_specs,
)
from media.model.images import Status
from media.model.limits import Limits

_UNREADABLE = 2
SECONDS_MAX = 30.0
MEMORY_MB = 2304
_MEBIBYTE = 1024**2
# All files belong to the operator.
_OWNER = "operator"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one JSON object a line for each file.

    Returns
    -------
    int
        0 even if files are rejected, since that is a result; 2 if a file could not be read, after
        the others were inspected.
    """
    options = _parser().parse_args(arguments)
    exit_code = 0
    memory_bytes = options.memory_mb * _MEBIBYTE
    with Inspector(options.limits, options.renditions, options.seconds, memory_bytes) as inspector:
        for path in options.files:
            try:
                line = inspect_file(inspector, path, options.limits.upload_bytes)
            except OSError as error:
                sys.stderr.write(f"{path}: {error.strerror or error}\n")
                exit_code = _UNREADABLE
                continue
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()
    return exit_code


def inspect_file(inspector: Inspector, path: Path, bytes_max: int) -> dict[str, Any]:
    """Inspect a file and describe the result.

    Parameters
    ----------
    inspector
        Inspects the file.
    path
        The file.
    bytes_max
        The largest accepted size in bytes.

    Returns
    -------
    dict
        file, status, reason, message, format, width, height, frames, renditions, milliseconds;
        ready for JSON.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    started = time.perf_counter()
    if path.exists() and not path.is_file():
        raise OSError("this is not a regular file: name image files")
    with path.open("rb") as file:
        # One byte above the limit is enough to see that a file is too large.
        data = file.read(bytes_max + 1)
    image, rejection = None, None
    try:
        image = inspector.inspect(data, _OWNER)
    except RejectedError as error:
        rejection = error
    return {
        "file": str(path),
        "status": (Status.READY if image else Status.REJECTED).value,
        "reason": rejection.reason.value if rejection else None,
        "message": rejection.message if rejection else None,
        **_facts(image),
        "milliseconds": round((time.perf_counter() - started) * 1000, 1),
    }


def _facts(image: InspectedImage | None) -> dict[str, Any]:
    if image is None:
        return {**dict.fromkeys(("format", "width", "height", "frames")), "renditions": []}
    return {
        "format": image.format.value,
        "width": image.width,
        "height": image.height,
        "frames": image.frames,
        "renditions": [
            {"name": r.name, "width": r.width, "height": r.height, "bytes": len(r.data)}
            for r in image.renditions
        ],
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m media.inspection", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument(
        "--limits",
        type=_limits,
        default=Limits(),
        metavar="JSON",
        help='for example {"pixels": 40000000}; omitted limits keep their defaults',
    )
    parser.add_argument(
        "--renditions",
        type=_renditions,
        default=DEFAULT_RENDITIONS,
        metavar="JSON",
        help='for example [{"name": "thumb", "longest_side": 256}]',
    )
    parser.add_argument(
        "--seconds",
        type=float,
        default=SECONDS_MAX,
        metavar="N",
        help="reject a file that takes longer than N seconds",
    )
    parser.add_argument(
        "--memory-mb",
        type=int,
        default=MEMORY_MB,
        metavar="N",
        help="the memory of the function, which no file may exceed",
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
