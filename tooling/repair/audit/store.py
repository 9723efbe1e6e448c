"""The audit's file: rows to sort, progress, and findings."""

from __future__ import annotations

import json
import os
import sqlite3
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from media.model.images import Status
from tooling.repair.audit.checks import Kind
from tooling.repair.audit.facts import RowFacts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

# All that SQLite may hold in memory; what doesn't fit is sorted on disk.
CACHE_KIBIBYTES = 4096
SCHEMA = """
CREATE TABLE notes (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE scanned_rows (key BLOB, facts TEXT);
CREATE TABLE scanned_renditions (key BLOB, image_id TEXT, is_served INTEGER);
CREATE TABLE findings (
    id INTEGER PRIMARY KEY, kind TEXT, key TEXT, image_id TEXT, original TEXT,
    state TEXT DEFAULT 'found'
);
CREATE INDEX findings_by_state ON findings (state, id);
CREATE INDEX findings_by_image ON findings (image_id, kind);
"""
# Keys are bytes here, for that is how S3 sorts them.
SORT = """
CREATE TABLE {name} AS SELECT * FROM scanned_{name} ORDER BY key;
DROP TABLE scanned_{name};
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong.

    Parameters
    ----------
    kind : Kind
        What.
    key : str
        Of the object that it is about.
    image_id : str or None
        Of the image, where it is known.
    original : str or None
        Key of the image's original, once it was looked up.
    number : int
        Its number in the file; 0 for one that is not there yet.
    version_id : str or None
        The version of an object that is to be removed, once it was looked up; not kept.
    """

    kind: Kind
    key: str
    image_id: str | None
    original: str | None = None
    number: int = 0
    version_id: str | None = None


class AuditStore:
    """A SQLite file that holds one audit.

    Parameters
    ----------
    path
        The file; made if it is missing.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Else SQLite sorts in /tmp, which may be small, or memory itself.
        os.environ["SQLITE_TMPDIR"] = str(path.parent)
        is_new = not path.exists()
        self._database = sqlite3.connect(path)
        self._database.executescript(
            f"PRAGMA cache_size=-{CACHE_KIBIBYTES}; PRAGMA synchronous=NORMAL;"
            "PRAGMA temp_store=FILE;"
        )
        self._database.create_function("draw_order", 2, _draw_order, deterministic=True)
        if is_new:
            self._database.executescript(f"BEGIN;{SCHEMA}COMMIT;")

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def note(self, name: str) -> Any:  # noqa: ANN401 - whatever was kept
        """Return what was kept under a name, None if nothing was."""
        found = self._database.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
        return json.loads(found[0]) if found else None

    def keep(self, **notes: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
        """Keep notes, in one step."""
        with self._database:
            self._keep(notes)

    def _keep(self, notes: dict[str, Any]) -> None:
        self._database.executemany(
            "REPLACE INTO notes VALUES (?, ?)",
            [(name, json.dumps(value)) for name, value in notes.items()],
        )

    def add_rows(self, rows: Sequence[RowFacts], **notes: Any) -> None:  # noqa: ANN401 - as for keep
        """Take in some rows, and keep how far the scan has come with them."""
        with self._database:
            self._database.executemany(
                "INSERT INTO scanned_rows VALUES (?, ?)",
                ((row.key.encode(), row.text()) for row in rows),
            )
            self._database.executemany(
                "INSERT INTO scanned_renditions VALUES (?, ?, ?)",
                (
                    (key.encode(), row.image_id, row.status == Status.READY)
                    for row in rows
                    for key in row.renditions
                ),
            )
            self._keep(notes)

    def sort(self, **notes: Any) -> None:  # noqa: ANN401 - as for keep
        """Bring all rows and the renditions that they list into the order of S3's listings."""
        for name in ("rows", "renditions"):
            if self._has(f"scanned_{name}"):
                self._database.executescript(f"BEGIN;{SORT.format(name=name)}COMMIT;")
        self.keep(**notes)

    def _has(self, table: str) -> bool:
        query = "SELECT 1 FROM sqlite_master WHERE name = ?"
        return self._database.execute(query, (table,)).fetchone() is not None

    def rows(self, after: int, up_to: str | None) -> Iterator[tuple[int, bytes, RowFacts]]:
        """Yield rows in order, each with its place: those after a place, up to a key."""
        for place, key, text in self._sorted("rows", "facts", after, up_to):
            yield place, key, RowFacts.of_text(text)

    def renditions(
        self, after: int, up_to: str | None
    ) -> Iterator[tuple[int, bytes, tuple[str, bool]]]:
        """Yield listed renditions in order: place, key, image and whether it is served."""
        columns = "image_id || ' ' || is_served"
        for place, key, text in self._sorted("renditions", columns, after, up_to):
            image_id, _, is_served = text.partition(" ")
            yield place, key, (image_id, is_served == "1")

    def _sorted(
        self, table: str, columns: str, after: int, up_to: str | None
    ) -> Iterator[tuple[int, bytes, str]]:
        query = f"SELECT rowid, key, {columns} FROM {table} WHERE rowid > ? ORDER BY rowid"  # noqa: S608 - fixed names
        last = None if up_to is None else up_to.encode()
        for place, key, text in self._database.execute(query, (after,)):
            # A bound in the query would make SQLite read on to the end of the file for each page.
            if last is not None and key > last:
                return
            yield place, key, text

    def sample(self, count: int, seed: str) -> list[RowFacts]:
        """Return a random sample of ready rows, the same for the same seed."""
        query = (
            "SELECT facts FROM rows WHERE json_extract(facts, '$.status') = ? "
            "AND json_extract(facts, '$.sha256') NOT NULL ORDER BY draw_order(?, key) LIMIT ?"
        )
        found = self._database.execute(query, (Status.READY.value, seed, count)) if count else ()
        return [RowFacts.of_text(text) for (text,) in found]

    def add_findings(self, findings: Iterable[Finding]) -> None:
        """Take in findings; they are written together with the notes that are kept next."""
        self._database.executemany(
            "INSERT INTO findings (kind, key, image_id, original) VALUES (?, ?, ?, ?)",
            ((each.kind.name, each.key, each.image_id, each.original) for each in findings),
        )

    def findings(self, state: str, limit: int, kind: Kind | None = None) -> list[Finding]:
        """Return the first findings in a state."""
        query = (
            "SELECT kind, key, image_id, original, id FROM findings "
            "WHERE state = ? AND kind = coalesce(?, kind) ORDER BY id LIMIT ?"
        )
        found = self._database.execute(query, (state, kind and kind.name, limit))
        return [Finding(Kind[name], *rest) for name, *rest in found]

    def mark(self, findings: Sequence[Finding], state: str) -> None:
        """Put findings into another state, with what was looked up for them meanwhile."""
        with self._database:
            self._database.executemany(
                "UPDATE findings SET state = ?, original = ? WHERE id = ?",
                [(state, each.original, each.number) for each in findings],
            )

    def reopen(self) -> None:
        """Put everything that holds and is not repaired back to what is only found."""
        with self._database:
            self._database.execute(
                "UPDATE findings SET state = 'found' WHERE state IN ('confirmed', 'left')"
            )

    def has_other(self, finding: Finding) -> bool:
        """Return whether a finding of another kind that holds, or did, is about the same image."""
        query = (
            "SELECT 1 FROM findings WHERE image_id = ? AND kind <> ? AND state <> 'dismissed' "
            "LIMIT 1"
        )
        found = self._database.execute(query, (finding.image_id, finding.kind.name))
        return found.fetchone() is not None

    def counts(self) -> dict[Kind, dict[str, int]]:
        """Return how many findings there are of each kind in each state."""
        counted: dict[Kind, dict[str, int]] = {}
        query = "SELECT kind, state, count(*) FROM findings GROUP BY kind, state"
        for name, state, count in self._database.execute(query):
            counted.setdefault(Kind[name], {})[state] = count
        return counted


def _draw_order(seed: str, key: bytes) -> bytes:
    return sha256(seed.encode() + key).digest()
