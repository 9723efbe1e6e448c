"""Gates, their verdicts, and evaluating them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Verdict(StrEnum):
    """The verdict of a gate on a release."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


# A gate that could not be evaluated stops a run like one that failed.
LETS_THROUGH = frozenset({Verdict.PASS, Verdict.SKIPPED})


@dataclass(frozen=True)
class Answer:
    """A verdict with its evidence.

    Parameters
    ----------
    verdict : Verdict
        The verdict.
    evidence : str
        What it found, in a sentence.
    """

    verdict: Verdict
    evidence: str


@dataclass(frozen=True)
class Finding:
    """The answer of a gate, under its name."""

    gate: str
    verdict: Verdict
    evidence: str

    @property
    def lets_through(self) -> bool:
        """Whether the run may continue."""
        return self.verdict in LETS_THROUGH

    def document(self) -> dict[str, str]:
        """Return the finding for the ledger and for --json."""
        return {"gate": self.gate, "verdict": self.verdict.value, "evidence": self.evidence}


@dataclass(frozen=True)
class Gate:
    """One condition, evaluated by :meth:`find`.

    Parameters
    ----------
    name : str
        Its name in tables and in the ledger.
    ask : callable
        Returns the answer; any exception counts as unknown.
    """

    name: str
    ask: Callable[[], Answer]

    def find(self) -> Finding:
        """Evaluate the gate; an exception counts as unknown, with its message as evidence."""
        try:
            answer = self.ask()
        except Exception as error:  # noqa: BLE001 - no fault may open a gate
            answer = unknown(" ".join(str(error).split()) or type(error).__name__)
        return Finding(self.name, answer.verdict, answer.evidence)


def passed(evidence: str) -> Answer:
    """Return the answer of a gate that passed."""
    return Answer(Verdict.PASS, evidence)


def failed(evidence: str) -> Answer:
    """Return the answer of a gate that failed."""
    return Answer(Verdict.FAIL, evidence)


def skipped(reason: str) -> Answer:
    """Return the answer of a gate that does not apply to this run."""
    return Answer(Verdict.SKIPPED, reason)


def unknown(evidence: str) -> Answer:
    """Return the answer of a gate that could not be evaluated."""
    return Answer(Verdict.UNKNOWN, evidence)


def ask_all(gates: Iterable[Gate]) -> list[Finding]:
    """Evaluate independent gates concurrently; keep their order."""
    gates = list(gates)
    with ThreadPoolExecutor(max_workers=max(1, len(gates))) as pool:
        return list(pool.map(Gate.find, gates))
