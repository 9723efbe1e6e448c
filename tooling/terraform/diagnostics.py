"""Terraform's diagnostics."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from tooling.errors import OperatorError

LOCK_SUMMARY = "Error acquiring the state lock"
# Errors of an apply that has not begun.
REFUSALS = frozenset(
    {LOCK_SUMMARY, "Saved plan is stale", "Saved plan does not match the given state"}
)


@dataclass(frozen=True)
class Diagnostic:
    """One error or warning.

    Parameters
    ----------
    severity : str
        ``error`` or ``warning``.
    summary, detail : str
        The headline and the explanation.
    where : str
        ``file:line`` or a resource address; empty if Terraform names no location.
    """

    severity: str
    summary: str
    detail: str
    where: str

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Diagnostic:
        """Read the ``diagnostic`` object of Terraform's JSON output."""
        place = document.get("range") or {}
        where = f"{place['filename']}:{place['start']['line']}" if place else ""
        return cls(
            severity=document.get("severity", "error"),
            summary=document.get("summary", "").strip(),
            detail=document.get("detail", "").strip(),
            where=" ".join(part for part in (where, document.get("address", "")) if part),
        )

    def __str__(self) -> str:
        head = f"{self.summary} ({self.where})" if self.where else self.summary
        return f"{head}\n{self.detail}" if self.detail else head


class TerraformFailed(OperatorError):
    """Terraform ended with an error; its diagnostics are the reason.

    Parameters
    ----------
    action : str
        The action, such as ``plan``.
    subject : str
        The environment that was worked on.
    diagnostics : list of Diagnostic
        Its errors and warnings.
    output : str
        Its other output, shown if there is no diagnostic.
    """

    def __init__(
        self, action: str, subject: str, diagnostics: list[Diagnostic], output: str = ""
    ) -> None:
        self.diagnostics = [entry for entry in diagnostics if entry.severity == "error"]
        reason = "\n\n".join(str(entry) for entry in self.diagnostics) or output.strip()
        remedy = "Correct what Terraform names, then run the same command again."
        lock = _lock_id(self.diagnostics)
        if lock:
            remedy = (
                "Wait until the other run ends. If it was killed and its process is gone, remove "
                f"its lock: nox -s unlock -- {subject} {lock}"
            )
        super().__init__(f"terraform {action} failed for {subject}.", reason=reason, remedy=remedy)

    @property
    def changed_nothing(self) -> bool:
        """Whether an apply was refused before it changed anything."""
        return any(entry.summary in REFUSALS for entry in self.diagnostics)


def parse_line(line: str) -> dict[str, Any] | None:
    """Return one message of Terraform's JSON stream; None for a line that is none."""
    try:
        document = json.loads(line)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _lock_id(diagnostics: list[Diagnostic]) -> str | None:
    for entry in diagnostics:
        if entry.summary == LOCK_SUMMARY:
            # Alone on its line: the error before it names the ids of a request and a host. It is
            # shown as part of a command to type, so nothing that a shell would act on is one.
            found = re.search(r"^\s*ID:\s+(\w[\w-]*)$", entry.detail, re.MULTILINE | re.ASCII)
            return found.group(1) if found else None
    return None
