"""The audit's comparison against a plain model of it, and its file when a run is stopped."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tooling.console import Screen
from tooling.repair.audit.audit import Terms, open_store
from tooling.repair.audit.checks import Kind, Rules
from tooling.repair.audit.comparison import (
    ObjectPage,
    compare_originals,
    compare_renditions,
    join,
)
from tooling.repair.audit.facts import ObjectFacts, RowFacts
from tooling.repair.audit.store import AuditStore, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONG_AGO = datetime(2026, 11, 1, 6, tzinfo=UTC)
SETTLED = datetime(2026, 11, 24, 6, tzinfo=UTC)
RULES = Rules(SETTLED, month_shards=2)
IMAGE = "0b8a5f6e-1111-4111-9111-00000000000b"
KEY = f"uploads/6f1c2d3e-0000-4000-8000-00000000000a/{IMAGE}"
ROW = RowFacts(
    image_id=IMAGE,
    key=KEY,
    status="ready",
    owner="6f1c2d3e-0000-4000-8000-00000000000a",
    uploaded_at="2026-11-01T06:00:00.000Z",
    version_id="v1",
    sha256="ab" * 32,
    listed_at=f"2026-11-01T06:00:00.000Z#{IMAGE}",
    month_shard="2026-11#1",
    owner_sha256=f"6f1c2d3e-0000-4000-8000-00000000000a#{'ab' * 32}",
)
OBJECT = ObjectFacts(KEY, "v1", LONG_AGO)
DELETED = replace(OBJECT, is_deleted=True)
PENDING = replace(
    ROW, status="pending", version_id=None, listed_at=None, month_shard=None, owner_sha256=None
)
TRASHED = replace(PENDING, status="trashed", deleted_at="2026-11-02T06:00:00.000Z")
DUE = replace(
    TRASHED,
    purge_at="2026-12-02T06:00:00.000Z",
    trash_shard="trash#1",
    purge_due=f"2026-12-02T06:00:00.000Z#{IMAGE}",
)
LATE = "2026-11-24T06:00:01.000Z"


@pytest.mark.parametrize(
    ("row", "found", "kind"),
    [
        (ROW, OBJECT, None),
        (None, OBJECT, Kind.WITHOUT_ROW),
        (None, DELETED, None),
        (None, replace(OBJECT, key="uploads/trip/"), None),
        (ROW, None, Kind.WITHOUT_ORIGINAL),
        (ROW, DELETED, Kind.WITHOUT_ORIGINAL),
        (PENDING, None, None),
        (PENDING, DELETED, None),
        (PENDING, OBJECT, Kind.STUCK),
        (replace(ROW, status="failed"), OBJECT, Kind.FAILED),
        (ROW, replace(OBJECT, version_id="v2"), Kind.OUTDATED),
        (replace(ROW, version_id=None), replace(OBJECT, version_id="null"), None),
        (replace(ROW, listed_at=None), OBJECT, Kind.WRONG_INDEX),
        (replace(ROW, month_shard="2026-11#2"), OBJECT, Kind.WRONG_INDEX),
        (replace(ROW, month_shard="2026-10#0"), OBJECT, Kind.WRONG_INDEX),
        (replace(ROW, owner_sha256="other"), OBJECT, Kind.WRONG_INDEX),
        (replace(ROW, status="rejected"), OBJECT, Kind.WRONG_INDEX),  # no duplicate of anything
        (replace(PENDING, month_shard="2026-11#0"), None, Kind.WRONG_INDEX),
        # Thrown away by its owner: whatever the bucket holds.
        *((TRASHED, found, None) for found in (OBJECT, DELETED, None)),
        (replace(TRASHED, listed_at="x"), OBJECT, Kind.WRONG_INDEX),
        (DUE, OBJECT, None),
        (replace(DUE, trash_shard="trash#2"), OBJECT, Kind.WRONG_INDEX),
        (replace(DUE, purge_due=None), None, Kind.WRONG_INDEX),
        (replace(DUE, status="pending"), None, Kind.WRONG_INDEX),
        # Its object was deleted, and is back.
        (replace(DUE, gone=True), OBJECT, Kind.BACK),
        *((replace(DUE, gone=True), found, None) for found in (DELETED, None)),
        (replace(DUE, gone=True, purging=True), OBJECT, None),
        (replace(DUE, gone=True, discarded=True), OBJECT, None),
        # Under way, maybe.
        (None, replace(OBJECT, modified=SETTLED + timedelta(seconds=1)), None),
        (ROW, replace(DELETED, modified=SETTLED + timedelta(seconds=1)), None),
        (replace(ROW, uploaded_at=LATE), None, None),
        (replace(TRASHED, deleted_at=LATE, listed_at="x"), None, None),
    ],
)
def test_a_row_and_its_original(
    row: RowFacts | None, found: ObjectFacts | None, kind: Kind | None
) -> None:
    assert RULES.original(row, found) is kind


@pytest.mark.parametrize(
    ("is_listed", "found", "kind"),
    [
        (True, OBJECT, None),
        (True, None, Kind.MISSING_RENDITION),
        (True, DELETED, Kind.MISSING_RENDITION),
        (False, OBJECT, Kind.ORPHANED_RENDITION),
        (False, DELETED, None),
        (False, replace(OBJECT, modified=SETTLED + timedelta(seconds=1)), None),
    ],
)
def test_a_rendition(is_listed: bool, found: ObjectFacts | None, kind: Kind | None) -> None:
    assert RULES.rendition(is_listed=is_listed, found=found) is kind


KEYS = st.text("aé\U0001f600\uffff", max_size=3)


@given(rows=st.lists(KEYS), objects=st.sets(KEYS))
def test_both_sides_meet_in_the_order_of_bytes(rows: list[str], objects: set[str]) -> None:
    """A code point above the BMP sorts behind one below it as bytes, but not as UTF-16."""
    ordered = sorted(key.encode() for key in rows)
    found = [ObjectFacts(key, None, LONG_AGO) for key in sorted(objects, key=str.encode)]
    met = [
        (row, found and found.key)
        for _, row, found in join(((n, key, key.decode()) for n, key in enumerate(ordered)), found)
    ]
    expected: list[tuple[str | None, str | None]] = [
        *((key, key if key in objects else None) for key in rows),
        *((None, key) for key in objects - set(rows)),
    ]
    assert sorted(met, key=repr) == sorted(expected, key=repr)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.sqlite"


def numbered(number: int, **changes: object) -> RowFacts:
    image_id = f"0b8a5f6e-1111-4111-9111-{number:012d}"
    key = f"uploads/x/{number:04d}"
    row = replace(PENDING, image_id=image_id, key=key, renditions=(f"renditions/{image_id}/t",))
    return replace(row, **changes)  # type: ignore[arg-type]


def pages_of(keys: list[str], size: int, start: int = 0) -> Iterator[ObjectPage]:
    for at in range(start, max(len(keys), 1), size):
        some = [ObjectFacts(key, "v1", LONG_AGO) for key in keys[at : at + size]]
        is_last = at + size >= len(keys)
        yield ObjectPage(
            some, None if is_last else {"at": str(at + size)}, None if is_last else some[-1].key
        )


@settings(max_examples=40)
@given(
    rows=st.sets(st.integers(0, 30)),
    objects=st.sets(st.integers(0, 30)),
    size=st.integers(1, 7),
    stops=st.sets(st.integers(0, 6)),
)
def test_a_comparison_that_is_stopped_finds_what_a_whole_one_does(
    tmp_path_factory: pytest.TempPathFactory,
    rows: set[int],
    objects: set[int],
    size: int,
    stops: set[int],
) -> None:
    path = tmp_path_factory.mktemp("audit") / "audit.sqlite"
    store = AuditStore(path)
    store.add_rows([numbered(number) for number in sorted(rows, reverse=True)])
    store.sort()
    keys = [numbered(number).key for number in sorted(objects)]
    turn = 0

    def stop(_: int) -> None:
        nonlocal turn
        turn += 1
        if turn in stops:
            raise KeyboardInterrupt

    while not store.note("uploads_done"):
        start = int((store.note("uploads_position") or {"at": 0})["at"])
        try:
            compare_originals(store, pages_of(keys, size, start), RULES, "media", stop)
        except KeyboardInterrupt:
            store.close()
            store = AuditStore(path)
    counts = {kind: sum(states.values()) for kind, states in store.counts().items()}
    store.close()
    expected = {Kind.WITHOUT_ROW: len(objects - rows), Kind.STUCK: len(objects & rows)}
    assert counts == {kind: count for kind, count in expected.items() if count}


def test_a_page_that_was_not_finished_leaves_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tooling.repair.audit.comparison.FINDINGS_BATCH", 1)
    store = AuditStore(path)
    store.sort()

    def stopped_halfway() -> Iterator[ObjectFacts]:
        yield from (OBJECT, OBJECT)
        raise KeyboardInterrupt

    page = ObjectPage(stopped_halfway(), None, None)  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        compare_originals(store, [page], RULES, "media")
    assert store.counts() == {Kind.WITHOUT_ROW: {"found": 2}}  # in memory, not in the file
    store.close()
    store = AuditStore(path)
    assert (store.counts(), store.note("uploads_done")) == ({}, None)
    store.close()


def test_renditions_are_kept_for_the_trash_and_missed_only_of_what_is_served(path: Path) -> None:
    store = AuditStore(path)
    ready, trashed, lost = (
        numbered(1, status="ready"),
        numbered(2, status="trashed"),
        numbered(3, status="ready"),
    )
    store.add_rows([lost, trashed, ready, numbered(4, status="trashed")])
    store.sort()
    there = sorted([*ready.renditions, *trashed.renditions, "renditions/stray"])
    compare_renditions(store, pages_of(there, 2), RULES)
    found = {(each.kind, each.key) for each in store.findings("found", 9)}
    assert found == {
        (Kind.MISSING_RENDITION, lost.image_id),
        (Kind.ORPHANED_RENDITION, "renditions/stray"),
    }
    store.close()


def test_only_ready_images_are_drawn_and_the_same_for_the_same_seed(path: Path) -> None:
    store = AuditStore(path)
    statuses = ("ready" if n % 2 else "rejected" for n in range(40))
    store.add_rows([numbered(n, status=s, sha256="x") for n, s in enumerate(statuses)])
    store.sort()
    drawn = store.sample(5, "a")
    assert {row.status for row in drawn} == {"ready"}
    assert len(drawn) == 5
    assert store.sample(5, "a") == drawn == store.sample(9, "a")[:5]
    assert store.sample(5, "b") != drawn
    assert store.sample(0, "a") == []
    store.close()


def terms(sample: int = 100, seed: str | None = None) -> Terms:
    return Terms(timedelta(minutes=120), sample, seed)


def test_an_audit_goes_on_only_under_the_same_terms(path: Path) -> None:
    screen = Screen(json_wanted=True)
    for asked, is_same in (
        (terms(seed="a"), False),
        (terms(), True),
        (terms(seed="a"), True),
        (terms(seed="b"), False),
        (terms(sample=9, seed="b"), False),
        (Terms(timedelta(0), 9, "b"), False),
    ):
        store = open_store(path, asked, screen)
        assert (store.note("phase") == "sort") == is_same
        store.keep(phase="sort")
        store.close()


def test_what_was_confirmed_before_a_stop_is_looked_at_once_more(path: Path) -> None:
    screen = Screen(json_wanted=True)
    store = open_store(path, terms(), screen)
    store.add_findings([Finding(Kind.STUCK, f"uploads/{n}", str(n)) for n in range(4)])
    for state in ("confirmed", "left", "mended"):
        store.mark(store.findings("found", 1), state)
    store.keep(phase="mend")
    store.close()
    store = open_store(path, terms(), screen)
    assert store.note("phase") == "confirm"
    assert store.counts() == {Kind.STUCK: {"found": 3, "mended": 1}}
    store.close()


@pytest.mark.parametrize(
    ("decision", "stands"),
    [
        ({}, False),
        ({"discarded": {"M": {"at": {"S": LATE}}}}, True),
        ({"discarded": {"M": {"at": {"S": "2026-11-01T06:00:00.000Z"}}}}, False),  # outlived
        ({"discarded": {"BOOL": True}}, True),  # by rows of an older release
    ],
)
def test_a_decision_counts_while_the_image_is_in_the_trash_for_it(
    decision: dict[str, Any], *, stands: bool
) -> None:
    item = {
        "image_id": {"S": IMAGE},
        "key": {"S": KEY},
        "status": {"S": "trashed"},
        "deleted_at": {"S": LATE},
        "gone": {"BOOL": True},
        **decision,
    }
    row = RowFacts.of_item(item)
    assert (row.discarded, row.gone) == (stands, True)


@pytest.mark.parametrize("owner", [None, "6f1c2d3e-0000-4000-8000-00000000000b"])
def test_a_row_that_gives_an_image_to_somebody_else_is_found(owner: str | None) -> None:
    checksum = f"{owner}#{ROW.sha256}" if owner else None
    forged = replace(ROW, owner=owner, owner_sha256=checksum)
    assert RULES.original(forged, OBJECT) is Kind.WRONG_INDEX
    assert RULES.original(ROW, OBJECT) is None
