"""The entries of the ledger: one for each step of a run."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from tooling.releases.release import Release

NOTHING_BEFORE = "0" * 64


class Step(StrEnum):
    """A step of a run."""

    STARTED = "started"
    GATES = "gates"
    REFUSED = "refused"
    DRY_RUN = "dry run"
    APPLYING = "applying"
    APPLY_FAILED = "apply failed"
    APPLIED = "applied"
    CANARY = "canary"
    SMOKE_PASSED = "smoke passed"
    SMOKE_FAILED = "smoke failed"
    RETURNING = "returning"
    RETURNED = "returned"
    FAILED = "failed"
    FINISHED = "finished"
    HOLD_SET = "hold set"
    HOLD_LIFTED = "hold lifted"


# From these steps on, the environment has changed.
BEGINS = (Step.APPLYING, Step.RETURNING)
# A run ends with one of these.
ENDS = frozenset({Step.REFUSED, Step.DRY_RUN, Step.FAILED, Step.RETURNED, Step.FINISHED})


class Unreadable(Exception):
    """An object in the ledger is not a valid entry: it was damaged or edited."""


@dataclass(frozen=True)
class Entry:
    """One object of the ledger.

    Parameters
    ----------
    run : str
        Id shared by all entries of one run.
    command : str
        What was typed, such as ``promote dev staging``.
    step : Step
        What happened.
    detail : str
        A sentence, or empty.
    release : dict or None
        The release that it is about, as the state stores it.
    previous : dict or None
        The release that the environment held before the run.
    gates : list of dict
        The findings of the gates, if they were evaluated.
    keeps : dict
        For an apply that begins a canary: by function, the version that keeps a share.
    origin : dict
        The actor of the run.
    sequence, time, chain : int, str, str
        Its number, when it was written, and the SHA-256 of the entry before.
    mac : str
        HMAC over all of that and the bucket's name, with the ledger's key; empty in entries older
        than the key.
    """

    run: str
    command: str
    step: Step
    origin: dict[str, Any]
    detail: str = ""
    release: dict[str, Any] | None = None
    previous: dict[str, Any] | None = None
    gates: list[dict[str, str]] = field(default_factory=list)
    keeps: dict[str, Any] = field(default_factory=dict)
    sequence: int = 0
    time: str = ""
    chain: str = NOTHING_BEFORE
    mac: str = ""

    @property
    def at(self) -> datetime:
        """When it was written."""
        return datetime.fromisoformat(self.time)

    @property
    def release_id(self) -> str | None:
        """Id of the release that it is about."""
        return self.release["id"] if self.release else None

    def encoded(self) -> bytes:
        """Return the bytes to store."""
        return json.dumps(asdict(self), sort_keys=True, indent=1).encode()

    @classmethod
    def decoded(cls, content: bytes) -> Entry:
        """Read what :meth:`encoded` wrote.

        Raises
        ------
        Unreadable
            It is something else.
        """
        try:
            fields = json.loads(content)
            entry = cls(**{**fields, "step": Step(fields["step"])})
            _require_sound(entry)
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise Unreadable(f"{type(error).__name__}: {error}") from error
        return entry


def authenticated_part(content: bytes) -> tuple[bytes, str]:
    """Return the part of an encoded entry that its HMAC covers, and the HMAC.

    It is taken from the stored fields, not from those this version knows, so that entries stay
    authentic when later versions add fields.
    """
    fields = json.loads(content)
    code = str(fields.pop("mac", ""))
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode(), code


def as_typed(command: str) -> str:
    """Return a command such as ``promote dev staging`` in the form to type."""
    name, *arguments = command.split()
    return f"nox -s {name} -- {' '.join(arguments)}"


def _require_sound(entry: Entry) -> None:
    """Access every field that decisions use, so that an edited entry fails here, not in a gate."""
    _ = entry.run + entry.command + entry.detail + entry.chain + entry.mac
    _ = entry.at.tzinfo, entry.sequence + 0
    _ = entry.origin["user"], entry.origin["host"], entry.keeps.items(), list(entry.gates)
    for document in (entry.release, entry.previous):
        if document is not None and Release.from_document(document).id != document["id"]:
            message = "a release whose id is not that of its description"
            raise ValueError(message)
