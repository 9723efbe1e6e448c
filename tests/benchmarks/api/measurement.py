"""One kind of request, measured in the probe."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from tests.benchmarks.figures import share_below

if TYPE_CHECKING:
    from tests.benchmarks.api.cases import Case
    from tests.benchmarks.worker import Worker

# Connections are opened and code paths imported by then.
WARM_UP = 5
OK_BELOW = 400


@dataclass(frozen=True)
class Measured:
    """What one kind of request took.

    Parameters
    ----------
    name : str
        Of the request.
    statuses : list of int
        What was answered.
    milliseconds, core_milliseconds, aws_milliseconds : list of float
        Of each request: by the clock, the work of a core, and by the clock until AWS had answered.
        Unlike the clock, the work hardly minds what else the machine does.
    aws_calls : list of int
        HTTP requests to AWS in each.
    body_characters : int
        Size of the largest answer.
    """

    name: str
    statuses: list[int]
    milliseconds: list[float]
    core_milliseconds: list[float]
    aws_milliseconds: list[float]
    aws_calls: list[int]
    body_characters: int

    @property
    def succeeded(self) -> bool:
        """Whether every answer was a success."""
        return all(status < OK_BELOW for status in self.statuses)

    def document(self) -> dict[str, Any]:
        """Return the figures for a script."""
        return {
            "request": self.name,
            "statuses": self.statuses,
            "p50_ms": round(share_below(self.milliseconds, 0.5), 2),
            "p95_ms": round(share_below(self.milliseconds, 0.95), 2),
            "core_p50_ms": round(median(self.core_milliseconds), 2),
            "aws_p50_ms": round(median(self.aws_milliseconds), 2),
            "aws_calls": max(self.aws_calls),
            "body_characters": self.body_characters,
        }


def measure(probe: Worker, case: Case, owner: str, rounds: int, *, admin: bool = False) -> Measured:
    """Have a request repeated in the probe.

    Parameters
    ----------
    probe : Worker
        Runs the handler.
    case : Case
        The request.
    owner : str
        Who sends it.
    rounds : int
        How often, besides the first few that don't count.
    admin : bool
        Whether the sender is an administrator.
    """
    order = {"case": asdict(case), "owner": owner, "rounds": rounds, "warm_up": WARM_UP}
    return Measured(case.name, **probe.ask({"do": "measure", **order, "admin": admin}))
