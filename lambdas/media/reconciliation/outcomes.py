"""Outcomes of changes and requests."""

from dataclasses import dataclass
from enum import StrEnum

from media.model.images import RejectionReason


class Result(StrEnum):
    """The result of a change or a request."""

    READY = "ready"
    REJECTED = "rejected"
    TOMBSTONED = "tombstoned"
    SUPERSEDED = "superseded"
    CURRENT = "current"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result for an image; `reason` if it was rejected, sizes in bytes."""

    result: Result
    image_id: str
    reason: RejectionReason | None = None
    bytes_in: int = 0
