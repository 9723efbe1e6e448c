"""The API as a client sees it, over rows in memory, each answer held against the document."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

import jsonschema_rs

from functions.api.openapi import build_document
from functions.api.routes import find_route
from media.model.formats import ImageFormat
from media.model.images import ImageRecord, Location, Status, StoredRendition
from media.objects.orphans import OrphanedOriginal, OrphanFinder
from media.rows.items import listing_position, month_partition
from media.rows.listings import ImageListings
from media.rows.table import ImageTable

OWNER = "6f1c2d3e-0000-4000-8000-00000000000a"
OTHER = "6f1c2d3e-0000-4000-8000-00000000000b"
IMAGE = "0b8a5f6e-1111-4111-9111-00000000000b"
LISTED = frozenset({Status.READY, Status.REJECTED, Status.FAILED})
NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
READY = ImageRecord(
    image_id=IMAGE,
    key=f"uploads/{OWNER}/{IMAGE}",
    status=Status.READY,
    owner=OWNER,
    uploaded_at=datetime(2026, 11, 23, 6, 0, 27, tzinfo=UTC),
    version_id="v1",
    sha256="ab" * 32,
    bytes=161_713,
    format=ImageFormat.JPEG,
    content_type="image/jpeg",
    width=640,
    height=480,
    frames=3,
    duration_ms=210,
    exif={"iso": 64, "f_number": Decimal("5.9")},
    gps=Location(Decimal("43.467448"), Decimal("11.885127")),
    renditions={
        "thumb": StoredRendition(f"renditions/{IMAGE}/d/t.webp", 256, 192, 9, "image/webp")
    },
    revision=3,
)


class MemoryTable(ImageTable):
    """Rows in memory, written under the same conditions as the real ones."""

    def __init__(self, *records: ImageRecord) -> None:
        self.rows = {record.image_id: record for record in records}
        self.refusals = 0

    def get(self, image_id: str) -> ImageRecord | None:
        return self.rows.get(image_id)

    def announce(self, record: ImageRecord) -> None:
        assert record.image_id not in self.rows
        self.rows[record.image_id] = record

    def find_duplicate(self, owner: str, sha256: str) -> ImageRecord | None:
        same = (r for r in self.rows.values() if (r.owner, r.sha256) == (owner, sha256))
        return next(same, None)

    def trash(self, record: ImageRecord, deleted_at: datetime, purge_at: datetime) -> bool:
        row = self.rows[record.image_id]
        if row.status is Status.TRASHED:
            return False
        trashed = replace(row, status=Status.TRASHED, deleted_at=deleted_at, purge_at=purge_at)
        self._write(replace(trashed, expires_at=None))
        return True

    def restore(self, record: ImageRecord, seen: ImageRecord) -> ImageRecord | None:
        return self._write_if_unchanged(record, seen)

    def describe(self, record: ImageRecord, seen: ImageRecord) -> ImageRecord | None:
        return self._write_if_unchanged(record, seen)

    def _write_if_unchanged(self, record: ImageRecord, seen: ImageRecord) -> ImageRecord | None:
        row = self.rows[record.image_id]
        if self.refusals:
            self.refusals -= 1
            self._write(row)
            return None
        return self._write(record) if row.revision == seen.revision else None

    def _write(self, record: ImageRecord) -> ImageRecord:
        written = replace(record, revision=record.revision + 1)
        self.rows[record.image_id] = written
        return written


class MemoryListings(ImageListings):
    """What the indexes hold of a table in memory, and how often they were asked."""

    def __init__(self, table: MemoryTable) -> None:
        self._memory = table
        self.queries = 0

    def list_by_owner(self, owner: str, limit: int, after: str | None = None) -> list[ImageRecord]:
        own = [row for row in self._memory.rows.values() if row.owner == owner]
        return self._page(own, limit, after)

    def list_by_month(self, month: str, limit: int, after: str | None = None) -> list[ImageRecord]:
        rows = [
            row
            for row in self._memory.rows.values()
            if row.uploaded_at and month_partition(row.uploaded_at, row.image_id, 1) == f"{month}#0"
        ]
        return self._page(rows, limit, after)

    def _page(self, rows: list[ImageRecord], limit: int, after: str | None) -> list[ImageRecord]:
        self.queries += 1
        listed = [row for row in rows if row.status in LISTED]
        listed.sort(key=position, reverse=True)
        return [row for row in listed if after is None or position(row) < after][:limit]


class MemoryOrphans(OrphanFinder):
    """Originals without rows, in memory."""

    def __init__(self, *originals: OrphanedOriginal) -> None:
        self._originals = {(each.owner, each.image_id): each for each in originals}

    def find(self, owner: str, image_id: str) -> OrphanedOriginal | None:
        return self._originals.get((owner, image_id))


def position(record: ImageRecord) -> str:
    assert record.uploaded_at
    return listing_position(record.uploaded_at, record.image_id)


class Api:
    """The API, over whatever rows a test puts there."""

    def __init__(self, module: ModuleType, event: dict[str, Any], context: object) -> None:
        self._module, self.event, self._context = module, event, context
        self.time = NOW
        self.table = MemoryTable()
        self.listings = MemoryListings(self.table)
        self.holding()

    def logging_to(self, stream: io.StringIO) -> None:
        self._module.logger.registered_handler.setStream(stream)

    def holding(self, *records: ImageRecord, originals: OrphanFinder | None = None) -> None:
        """Begin with these rows, and with these originals that have none."""
        self.table = MemoryTable(*records)
        self.listings = MemoryListings(self.table)
        built = self._module.dispatcher
        signer = built.images.signer
        signer._clock = self._clock
        images = replace(
            built.images,
            table=self.table,
            orphans=originals or MemoryOrphans(),
            clock=self._clock,
        )
        trash = replace(built.trash.trash, table=self.table, clock=self._clock)
        self._module.dispatcher = replace(  # type: ignore[attr-defined]
            built,
            images=images,
            listing=replace(built.listing, listings=self.listings, clock=self._clock),
            trash=replace(built.trash, trash=trash, images=images),
        )

    def in_turn(self, clock: Callable[[], datetime]) -> None:
        """Sign by this clock."""
        self._module.dispatcher.images.signer._clock = clock

    def wait(self, duration: timedelta) -> None:
        self.time += duration

    def _clock(self) -> datetime:
        return self.time

    def __call__(
        self,
        route: str,
        body: object = None,
        *,
        sub: str | None = OWNER,
        groups: str | None = None,
        headers: dict[str, str] | None = None,
        **query: str,
    ) -> tuple[int, dict[str, Any], dict[str, str]]:
        """Send a request; return its answer's status, document and headers by lower-case name."""
        method, _, path = route.partition(" ")
        path, _, typed = path.partition("?")
        event = json.loads(json.dumps(self.event))
        event |= {"rawPath": path, "rawQueryString": typed or urlencode(query)}
        event |= {"body": body if body is None or isinstance(body, str) else json.dumps(body)}
        sent = {"Content-Type": "application/json", **(headers or {})}
        event["headers"] |= {name.lower(): value for name, value in sent.items()}
        event["requestContext"]["http"] |= {"method": method, "path": path}
        claims = {"sub": sub, "email": "someone@example.com", "cognito:groups": groups}
        event["requestContext"]["authorizer"] = {"jwt": {"claims": claims}} if sub else None
        answer = self._module.handler(event, self._context)
        document = json.loads(answer["body"]) if answer["body"] else {}
        got = {name.lower(): value for name, value in answer["headers"].items()}
        hold_against_the_document(method, path, answer["statusCode"], got, answer["body"])
        return answer["statusCode"], document, got


def hold_against_the_document(
    method: str, path: str, status: int, headers: dict[str, str], body: str
) -> None:
    """Require that an answer is one that the OpenAPI document tells of."""
    try:
        route, _ = find_route(method, path)
    except Exception:  # noqa: BLE001 - of no route there is nothing in the document
        return
    responses = api_document()["paths"][route.path][method.lower()]["responses"]
    documented = responses[str(status)]
    for name, header in documented.get("headers", {}).items():
        assert name.lower() in headers or not header.get("required"), name
    content = documented.get("content", {})
    assert bool(content) == bool(body)
    if body:
        media_type = content[headers["content-type"]]
        schema = {**media_type["schema"], "components": api_document()["components"]}
        jsonschema_rs.validate(schema, json.loads(body), validate_formats=True)


@cache
def api_document() -> dict[str, Any]:
    return build_document()
