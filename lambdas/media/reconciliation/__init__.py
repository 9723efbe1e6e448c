"""Reconciliation: every S3 event makes a row agree with its object.

An event says only that something about a key has changed. The processor reads the current object
from S3, and writes the row in one step, conditional on the place of the event in the history of the
key. Events may come late, twice, or in any order, and lead to the same row.
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
