"""What is mended in which order, with the sources and the queue left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from tooling.repair.audit.checks import Kind
from tooling.repair.audit.mending import Mending
from tooling.repair.audit.store import AuditStore, Finding

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

STRAY = "renditions/0b8a5f6e-1111-4111-9111-00000000000b/d/thumb.webp"


class World:
    """A bucket, a queue, and a confirmation that always holds."""

    bucket = "media"

    def __init__(self) -> None:
        self.deleted: list[str] = []
        self.requests: list[str] = []

    def delete_versions(self, versions: Iterable[dict[str, str]]) -> None:
        self.deleted += [each["Key"] for each in versions]

    def feed(self, bodies: Iterable[str]) -> None:
        self.requests += bodies

    @staticmethod
    def confirmed(findings: list[Finding]) -> list[Finding]:
        return findings

    @staticmethod
    def row(_: str) -> None:
        return None


@pytest.mark.parametrize(
    "other", [None, *(kind for kind in Kind if kind is not Kind.ORPHANED_RENDITION)]
)
def test_renditions_are_deleted_only_where_nothing_else_differs(
    tmp_path: Path, other: Kind | None
) -> None:
    """A request that was queued in this run may end in the very rendition that no row lists."""
    store, world = AuditStore(tmp_path / "audit.sqlite"), cast("Any", World())
    store.add_findings([Finding(Kind.ORPHANED_RENDITION, STRAY, "image")])
    if other:
        store.add_findings([Finding(other, "uploads/x", "other", "uploads/x")])
    store.mark(store.findings("found", 9), "confirmed")
    Mending(world, world, world).mend(store, lambda _: None)
    assert world.deleted == ([] if other else [STRAY])
    assert len(world.requests) == bool(other)
    assert len(store.findings("confirmed", 9)) == bool(other)
    store.close()
