"""What a gate answers, and how all of them are asked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Verdict(StrEnum):
    """What a gate says of a release."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


# A gate that could not find out closes the way like one that says no.
LETS_THROUGH = frozenset({Verdict.PASS, Verdict.SKIPPED})


@dataclass(frozen=True)
class Answer:
    """A verdict with its evidence.

    Parameters
    ----------
    verdict : Verdict
        What the gate says.
    evidence : str
        What it saw, in a sentence.
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
        """Whether nothing speaks against going on."""
        return self.verdict in LETS_THROUGH

    def document(self) -> dict[str, str]:
        """Return the finding as the ledger and scripts read it."""
        return {"gate": self.gate, "verdict": self.verdict.value, "evidence": self.evidence}


@dataclass(frozen=True)
class Gate:
    """One condition, asked when it is called.

    Parameters
    ----------
    name : str
        How it is called in tables and in the ledger.
    ask : callable
        Finds the answer; whatever it raises is an unknown.
    """

    name: str
    ask: Callable[[], Answer]

    def find(self) -> Finding:
        """Ask; a gate that can't be asked is an unknown, with the reason as its evidence."""
        try:
            answer = self.ask()
        except Exception as error:  # noqa: BLE001 - any fault must close the gate, none may open it
            answer = unknown(" ".join(str(error).split()) or type(error).__name__)
        return Finding(self.name, answer.verdict, answer.evidence)


def passed(evidence: str) -> Answer:
    """Return the answer of a gate that lets the release through."""
    return Answer(Verdict.PASS, evidence)


def failed(evidence: str) -> Answer:
    """Return the answer of a gate that does not."""
    return Answer(Verdict.FAIL, evidence)


def skipped(reason: str) -> Answer:
    """Return the answer of a gate that this run has no need to ask."""
    return Answer(Verdict.SKIPPED, reason)


def unknown(evidence: str) -> Answer:
    """Return the answer of a gate that could not find out."""
    return Answer(Verdict.UNKNOWN, evidence)


def ask_all(gates: Iterable[Gate]) -> list[Finding]:
    """Ask gates that don't depend on each other, all at once; keep their order."""
    gates = list(gates)
    with ThreadPoolExecutor(max_workers=max(1, len(gates))) as pool:
        return list(pool.map(Gate.find, gates))
