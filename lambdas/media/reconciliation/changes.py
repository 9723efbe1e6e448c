"""What is reconciled: a change that S3 tells of, or an operator's request without one."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """Something about an object changed.

    Parameters
    ----------
    key
        The object's key, raw.
    sequencer
        The change's place in the key's history, as `normalise_sequencer` gives it.
    occurred_at
        When it happened.
    """

    key: str
    sequencer: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class ReprocessRequest:
    """An operator asks that an image be brought to what its object is; no event stands behind it.

    Parameters
    ----------
    key
        The object's key, raw.
    requested_at
        When it was asked.
    unless_current
        Leave the image alone where its renditions are those that would be made today.
    """

    key: str
    requested_at: datetime
    unless_current: bool = False
