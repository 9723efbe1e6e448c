"""``python -m media.inspection FILE...``: what the processor would make of files, without AWS."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from media.inspection import DEFAULT_RENDITIONS, RenditionSpec, read_specs
from media.inspection.worker import Inspector
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
    with Inspector(options.limits, options.renditions) as inspector:
        for path in options.files:
            try:
                line = inspector.inspect(path)
            except OSError as error:
                sys.stderr.write(f"{path}: {error}\n")
                exit_code = _UNREADABLE
                continue
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()
    return exit_code


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
