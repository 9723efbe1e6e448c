"""What a scan found, read from checkov's JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# What checkov writes where a skip gives no reason.
NO_REASON = "No comment provided"


@dataclass(frozen=True)
class Finding:
    """One check that failed, or that is skipped.

    Parameters
    ----------
    check_id, name : str
        Such as ``CKV_AWS_18``, and what it asks for.
    resource : str
        Address of the resource.
    place : str
        ``file:line``; empty for a plan that names none.
    reason : str
        Why it is skipped; empty for a failure.
    """

    check_id: str
    name: str
    resource: str
    place: str
    reason: str = ""

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Finding:
        """Read one entry of checkov's lists."""
        lines = document.get("file_line_range") or [0]
        result = document["check_result"]
        skipped = result["result"] == "SKIPPED"
        return cls(
            check_id=document["check_id"],
            name=document["check_name"],
            resource=document["resource"],
            place=f"{document['file_path'].lstrip('/')}:{lines[0]}",
            reason=(result.get("suppress_comment") or NO_REASON).strip() if skipped else "",
        )


@dataclass(frozen=True)
class Report:
    """The outcome of one scan.

    Parameters
    ----------
    subject : str
        What was scanned.
    passed : int
        Number of checks that passed.
    failed : tuple of Finding
        The failed checks.
    skipped : tuple of Finding
        What is skipped in the sources, with reasons.
    broken_files : tuple of str
        Files that checkov could not read; it says nothing about them.
    """

    subject: str
    passed: int
    failed: tuple[Finding, ...]
    skipped: tuple[Finding, ...]
    broken_files: tuple[str, ...] = ()

    @classmethod
    def from_document(cls, subject: str, document: dict[str, Any] | list[Any]) -> Report:
        """Read checkov's JSON, which is a list where it ran more than one framework."""
        entries = document if isinstance(document, list) else [document]
        results = [entry["results"] for entry in entries if "results" in entry]
        return cls(
            subject=subject,
            passed=sum(len(result["passed_checks"]) for result in results),
            failed=_findings(results, "failed_checks"),
            skipped=_findings(results, "skipped_checks"),
            broken_files=tuple(
                name for result in results for name in result.get("parsing_errors", [])
            ),
        )

    @property
    def unexplained(self) -> tuple[Finding, ...]:
        """Skips without a reason."""
        return tuple(skip for skip in self.skipped if skip.reason in ("", NO_REASON))

    @property
    def clean(self) -> bool:
        """Whether something was checked, nothing failed, and each skip has its reason."""
        return bool(self.passed) and not (self.failed or self.unexplained or self.broken_files)


def _findings(results: list[dict[str, Any]], kind: str) -> tuple[Finding, ...]:
    found = {Finding.from_document(entry) for result in results for entry in result[kind]}
    return tuple(sorted(found, key=lambda finding: (finding.check_id, finding.resource)))
