"""What becomes of a change or a request."""

from dataclasses import dataclass
from enum import StrEnum

from media.model.images import RejectionReason


class Result(StrEnum):
    """What became of a change or a request."""

    READY = "ready"
    REJECTED = "rejected"
    TOMBSTONED = "tombstoned"
    SUPERSEDED = "superseded"
    CURRENT = "current"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a change to which image; `reason` for a rejected one, sizes in bytes."""

    result: Result
    image_id: str
    reason: RejectionReason | None = None
    bytes_in: int = 0
