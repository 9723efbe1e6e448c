"""The messages between an `Inspector` and its process: JSON, then the images' bytes.

A hostile file may compromise the process, so its messages are never unpickled, which could run
code. The parent reads them with `answers`.
"""

import json
import re
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Protocol, Self

from media.inspection.confinement import Measure
from media.inspection.pipeline import Findings
from media.model.limits import Limits
from media.model.rejection import Flaw
from media.rendering.specs import RenditionSpec, read_specs

FAULT_NAME = re.compile(r"[A-Za-z_]{1,64}")
FAULT_PLACE = re.compile(r"[A-Za-z0-9_.]{1,128}:[0-9]{1,6}")
_NOWHERE = "unknown:0"


class Connection(Protocol):
    """A connection that carries messages prefixed with their length."""

    def send_bytes(self, buf: bytes, /) -> None:
        """Send a message."""

    def recv_bytes(self, maxlength: int | None = None, /) -> bytes:
        """Receive a message; a longer one raises `OSError`."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a process receives before its first file.

    Parameters
    ----------
    limits, specs
        What a file may require, and the renditions to make.
    seconds_max
        The time for one file.
    memory_bytes
        How much memory the process may write to.
    parent
        The id of its parent process.
    """

    limits: Limits
    specs: tuple[RenditionSpec, ...]
    seconds_max: float
    memory_bytes: int
    parent: int


@dataclass(frozen=True, slots=True)
class Rejection:
    """The answer to a file that is itself at fault."""

    flaw: Flaw
    numbers: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Fault:
    """The answer where our own code failed: the exception's name, and where it was raised.

    The exception's message is left out: it may quote the file, and would be logged.
    """

    name: str
    place: str

    @classmethod
    def of(cls, error: Exception) -> Self:
        """Build the answer from a caught exception."""
        frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
        place = f"{frames[-1].f_globals['__name__']}:{frames[-1].f_lineno}" if frames else ""
        name = type(error).__name__
        return cls(
            name if FAULT_NAME.fullmatch(name) else "Exception",
            place if FAULT_PLACE.fullmatch(place) else _NOWHERE,
        )


Answer = Findings | Rejection | Fault


def send_assignment(connection: Connection, assignment: Assignment) -> None:
    """Send a process its assignment."""
    connection.send_bytes(json.dumps(asdict(assignment)).encode())


def receive_assignment(connection: Connection) -> Assignment:
    """Receive the assignment of this process; it comes from the parent, which is trusted."""
    values = json.loads(connection.recv_bytes())
    limits, specs = Limits.from_mapping(values.pop("limits")), read_specs(values.pop("specs"))
    return Assignment(limits, specs, **values)


def send_readiness(connection: Connection, refused: Iterable[Measure]) -> None:
    """Report that files may be sent, and which confinement measures the system refused."""
    _send(connection, {"refused": sorted(refused)})


def send_answer(connection: Connection, answer: Answer) -> None:
    """Answer a file."""
    match answer:
        case Findings(images=images):
            findings = {field.name: getattr(answer, field.name) for field in fields(answer)}
            findings["gps"] = answer.gps and asdict(answer.gps)
            findings["images"] = [len(image) for image in images]
            _send(connection, {"findings": findings})
            for image in images:
                connection.send_bytes(image)
        case Rejection(flaw, numbers):
            _send(connection, {"flaw": flaw, "numbers": dict(numbers)})
        case Fault(name, place):
            _send(connection, {"fault": name, "place": place})


def _send(connection: Connection, header: object) -> None:
    # Decimals are sent as text, which keeps every digit.
    connection.send_bytes(json.dumps(header, default=str).encode())
