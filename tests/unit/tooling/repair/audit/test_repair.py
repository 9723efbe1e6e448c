"""What is repaired, and in which order, without real sources or a queue."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest

from tooling.repair.audit.checks import Kind
from tooling.repair.audit.repair import Repair
from tooling.repair.audit.report import unrepaired
from tooling.repair.audit.store import AuditStore, Finding

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

STRAY = "renditions/0b8a5f6e-1111-4111-9111-00000000000b/d/thumb.webp"


IMAGE, OTHER = "image", "other"


class World:
    """A bucket and a queue; whatever was removed or healed holds no more."""

    bucket = "media"

    def __init__(self, stops_at: int = 0) -> None:
        self.removed: list[str] = []
        self.requests: list[str] = []
        self.healed: set[str] = set()
        self.stops_at = stops_at

    def delete_versions(self, versions: Iterable[dict[str, str]]) -> None:
        self.removed += [each["Key"] for each in versions]

    def feed(self, bodies: Iterable[str]) -> None:
        for body in bodies:
            self.requests.append(json.loads(body)["detail"]["object"]["key"])
        if self.stops_at and len(self.requests) >= self.stops_at:
            raise KeyboardInterrupt

    def confirmed(self, findings: list[Finding]) -> list[Finding]:
        return [
            replace(each, original=each.key)
            for each in findings
            if each.key not in {*self.removed, *self.healed}
        ]

    @staticmethod
    def row(_: str) -> None:
        return None


def repair(store: AuditStore, world: World) -> None:
    sources = cast("Any", world)
    Repair(sources, sources, sources).run(store, lambda _: None)


@pytest.mark.parametrize("other", [kind for kind in Kind if kind is not Kind.ORPHANED_RENDITION])
def test_an_orphan_stays_only_while_something_else_of_its_image_differs(
    tmp_path: Path, other: Kind
) -> None:
    """A request that was queued in this run may end in the very rendition that no row lists."""
    store, world = AuditStore(tmp_path / "audit.sqlite"), World()
    kept, gone = "renditions/image/d/thumb.webp", "renditions/other/d/thumb.webp"
    store.add_findings(
        [
            Finding(Kind.ORPHANED_RENDITION, kept, IMAGE),
            Finding(Kind.ORPHANED_RENDITION, gone, OTHER),
            Finding(Kind.ORPHANED_RENDITION, "renditions/stray", None),
            Finding(other, "uploads/x", IMAGE),
            Finding(other, "uploads/y", OTHER),
        ]
    )
    *held, dismissed = store.findings("found", 9)
    store.mark(held, "confirmed")
    store.mark([dismissed], "dismissed")
    repair(store, world)
    assert world.removed == [gone, "renditions/stray"]
    assert world.requests == ["uploads/x"]
    assert [each.key for each in store.findings("left", 9)] == [kept]
    assert unrepaired(store) == 1
    store.close()


def test_versions_that_show_when_a_rendition_is_removed_go_too(tmp_path: Path) -> None:
    class Versioned(World):
        def confirmed(self, findings: list[Finding]) -> list[Finding]:
            return findings if len(self.removed) < 2 else []

    store, world = AuditStore(tmp_path / "audit.sqlite"), Versioned()
    store.add_findings([Finding(Kind.ORPHANED_RENDITION, STRAY, IMAGE)])
    store.mark(store.findings("found", 9), "confirmed")
    repair(store, world)
    assert world.removed == [STRAY, STRAY]
    store.close()


def test_what_healed_while_the_audit_was_stopped_is_not_acted_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tooling.repair.audit.repair.BATCH", 2)
    path = tmp_path / "audit.sqlite"
    store, world = AuditStore(path), World(stops_at=4)
    store.add_findings([Finding(Kind.STUCK, f"uploads/{n}", str(n)) for n in range(7)])
    store.add_findings([Finding(Kind.ORPHANED_RENDITION, f"renditions/{n}", f"r{n}") for n in "ab"])
    store.mark(store.findings("found", 99), "confirmed")
    with pytest.raises(KeyboardInterrupt):
        repair(store, world)
    store.close()

    store, later = AuditStore(path), World()
    later.healed = {"uploads/3", "uploads/5", "renditions/a"}
    repair(store, later)
    # 2 was asked for before the stop, but that was not written down: twice does no harm.
    assert world.requests == ["uploads/0", "uploads/1", "uploads/2", "uploads/3"]
    assert later.requests == ["uploads/2", "uploads/4", "uploads/6"]
    assert later.removed == ["renditions/b"]
    assert store.counts() == {
        Kind.STUCK: {"mended": 5, "dismissed": 2},
        Kind.ORPHANED_RENDITION: {"mended": 1, "dismissed": 1},
    }
    store.close()
