"""Reconciliation: bringing a row to what its object is, the one answer to every S3 event.

An event says only that something about a key changed. What the object is now is read from S3, and
written in one step that is conditional on the event's place in the key's history, so that events
may come late, twice, or in any order and end in the same row.
"""

from media.reconciliation.changes import ObjectChange, ReprocessRequest
from media.reconciliation.outcomes import Outcome, Result
from media.reconciliation.processing import OriginalProcessor
from media.reconciliation.reconciler import KeyCollisionError, Reconciler

__all__ = [
    "KeyCollisionError",
    "ObjectChange",
    "OriginalProcessor",
    "Outcome",
    "Reconciler",
    "ReprocessRequest",
    "Result",
]
