"""What is told of a run: one entry for each step, in the form that the ledger keeps."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from tooling.releases.release import Release

NOTHING_BEFORE = "0" * 64


class Step(StrEnum):
    """What an entry tells of a run."""

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


# From then on an environment is not what it was.
BEGINS = (Step.APPLYING, Step.RETURNING)
# A run that wrote one of these had come to its end.
ENDS = frozenset({Step.REFUSED, Step.DRY_RUN, Step.FAILED, Step.RETURNED, Step.FINISHED})


class Unreadable(Exception):
    """An object of the ledger is no entry: it was damaged or edited."""


@dataclass(frozen=True)
class Entry:
    """One object of the ledger.

    Parameters
    ----------
    run : str
        Names all entries of one run of a command.
    command : str
        What was typed, such as ``promote dev staging``.
    step : Step
        What happened.
    detail : str
        In a sentence, or empty.
    release : dict or None
        The release that it is about, as a state gives it back.
    previous : dict or None
        The release that the environment held before the run.
    gates : list of dict
        What the gates said, where they were asked.
    keeps : dict
        Of an apply that begins a canary, by function, the version that goes on serving.
    origin : dict
        Who, and from where.
    sequence, time, chain : int, str, str
        Its place, when it was written, and the SHA-256 of the entry before.
    mac : str
        Made of all of that, and of the bucket's name, with the ledger's key; empty in entries from
        before there was one.
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
        """Return the bytes that are written."""
        return json.dumps(asdict(self), sort_keys=True, indent=1).encode()

    @classmethod
    def decoded(cls, content: bytes) -> Entry:
        """Read what :meth:`encoded` wrote.

        Raises
        ------
        Unreadable
            It is not what that writes.
        """
        try:
            fields = json.loads(content)
            entry = cls(**{**fields, "step": Step(fields["step"])})
            _require_sound(entry)
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise Unreadable(f"{type(error).__name__}: {error}") from error
        return entry


def authenticated_part(content: bytes) -> tuple[bytes, str]:
    """Return what the code of an encoded entry was made of, and the code.

    It is taken from what was written, not from what this version knows of it: so entries stay
    authentic when later versions give them more fields.
    """
    fields = json.loads(content)
    code = str(fields.pop("mac", ""))
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode(), code


def as_typed(command: str) -> str:
    """Return a command such as ``promote dev staging`` as it is typed."""
    name, *arguments = command.split()
    return f"nox -s {name} -- {' '.join(arguments)}"


def _require_sound(entry: Entry) -> None:
    """Touch what decisions depend on, so that an edited entry is found here and not in a gate."""
    _ = entry.run + entry.command + entry.detail + entry.chain + entry.mac
    _ = entry.at.tzinfo, entry.sequence + 0
    _ = entry.origin["user"], entry.origin["host"], entry.keeps.items(), list(entry.gates)
    for document in (entry.release, entry.previous):
        if document is not None and Release.from_document(document).id != document["id"]:
            message = "a release whose id is not that of its description"
            raise ValueError(message)
