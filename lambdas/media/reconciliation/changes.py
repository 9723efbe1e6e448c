"""What triggers a reconciliation: a change reported by S3, or an operator's request."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """A change of an object.

    Parameters
    ----------
    key
        The object's key, raw.
    sequencer
        The place of the change in the history of the key, from `normalise_sequencer`.
    occurred_at
        When it happened.
    """

    key: str
    sequencer: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class ReprocessRequest:
    """An operator's request to process an image again, without an S3 event.

    Parameters
    ----------
    key
        The object's key, raw.
    requested_at
        When the request was made.
    unless_current
        Skip the image if its renditions are the ones that would be made today.
    """

    key: str
    requested_at: datetime
    unless_current: bool = False
