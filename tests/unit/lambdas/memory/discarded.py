"""Rows of images that their owners trashed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from media.model.images import Discard, ImageRecord, Status

LIFE = timedelta(days=30)


def trashed_row(row: ImageRecord, at: datetime) -> ImageRecord:
    """Return the row as the API leaves it."""
    return replace(
        row,
        status=Status.TRASHED,
        deleted_at=at,
        purge_at=at + LIFE,
        discarded=Discard(at, at + LIFE, row.version_id, row.key),
    )
