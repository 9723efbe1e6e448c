"""What was found is believed only as of now."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tooling.repair.audit.checks import Kind, Rules
from tooling.repair.audit.confirmation import Confirmation
from tooling.repair.audit.facts import ObjectFacts, RowFacts
from tooling.repair.audit.store import Finding

SETTLED = datetime(2026, 11, 24, 6, tzinfo=UTC)
LONG_AGO = "2026-11-01T06:00:00.000Z"
STRAY = "renditions/i/d/thumb.webp"
ROW = RowFacts("i", "uploads/x", "ready", uploaded_at=LONG_AGO, processed_at=LONG_AGO)


@pytest.mark.parametrize(
    ("row", "is_confirmed"),
    [
        (None, True),
        (ROW, True),
        (RowFacts("i", "uploads/x", "ready", renditions=(STRAY,)), False),
        # It may come to list what was made before.
        (replace(ROW, status="pending"), False),
        (replace(ROW, status="failed"), False),
        (replace(ROW, status="trashed"), True),
        # Made anew: URLs that were given out before show what the row has listed until then.
        (
            RowFacts(
                "i",
                "uploads/x",
                "ready",
                uploaded_at=LONG_AGO,
                processed_at="2026-11-24T06:00:00.001Z",
            ),
            False,
        ),
    ],
)
def test_a_rendition_that_no_row_lists(row: RowFacts | None, *, is_confirmed: bool) -> None:
    found = ObjectFacts(STRAY, "v1", SETTLED - timedelta(days=9))
    sources = cast("Any", SimpleNamespace(row=lambda _: row, object=lambda _: found))
    finding = Finding(Kind.ORPHANED_RENDITION, STRAY, "i")
    confirmed = Confirmation(sources, Rules(SETTLED, 1)).confirmed([finding])
    assert [each.version_id for each in confirmed] == (["v1"] if is_confirmed else [])


@pytest.mark.parametrize("is_still_other", [True, False])
def test_a_checksum_is_compared_again(*, is_still_other: bool) -> None:
    sources = cast(
        "Any", SimpleNamespace(row=lambda _: ROW, has_other_bytes=lambda _: is_still_other)
    )
    finding = Finding(Kind.CHECKSUM, ROW.key, "i")
    assert bool(Confirmation(sources, Rules(SETTLED, 1)).confirmed([finding])) == is_still_other
