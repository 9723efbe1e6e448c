"""A purge over a queue and a bucket's versions in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from botocore.exceptions import ClientError

from media.lifecycle.purge import PurgedImage, Purger, PurgeRules, RunEnd
from media.model.images import ImageRecord, Status
from media.model.keys import identify_upload
from media.objects.versions import VersionedObjects
from media.rows.due import DueImage, PurgeQueue
from tests.unit.lambdas.memory.discarded import LIFE, trashed_row

OWNER = "6f1c2d3e-0000-4000-8000-00000000000a"
IMAGE = "0b8a5f6e-1111-4111-9111-00000000000b"
KEY = f"uploads/{OWNER}/{IMAGE}"
NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
DELETED_AT = NOW - timedelta(days=30)
READY = ImageRecord(image_id=IMAGE, key=KEY, status=Status.READY, owner=OWNER)
TRASHED = trashed_row(READY, DELETED_AT)
RULES = PurgeRules(LIFE, images_max=100)


def dropped(key: str, version_id: str | None = None) -> ImageRecord:
    image_id = identify_upload("media-test", key).image_id
    row = replace(READY, image_id=image_id, key=key, owner=None, version_id=version_id)
    return trashed_row(row, DELETED_AT)


DROPPED = dropped("uploads/camera/1.jpg")
OTHER = dropped("uploads/camera/2.jpg")


class MemoryQueue(PurgeQueue):
    """Rows in memory, all of them due."""

    def __init__(self, *rows: ImageRecord) -> None:
        self.rows = {row.image_id: row for row in rows}
        self.steps: list[str] = []

    def due(self, now: datetime) -> Any:
        assert now == NOW
        for image_id in list(self.rows):
            yield [DueImage(image_id, "x")]

    def read(self, image_id: str) -> ImageRecord | None:
        return self.rows.get(image_id)

    def claim(self, due: DueImage, seen: ImageRecord) -> bool:
        row = self.rows[due.image_id]
        if row.status is not Status.TRASHED or row != seen:
            return False
        self.steps.append("claim")
        self.rows[due.image_id] = replace(row, purging=True)
        return True

    def remove(self, image_id: str) -> bool:
        self.steps.append("remove row")
        return bool(self.rows.pop(image_id))


class VersionClient:
    """An S3 client over versions in memory, which lists two entries a page."""

    def __init__(self, steps: list[str], *entries: tuple[str, str, datetime, bool]) -> None:
        self.entries = sorted(
            (key, f"v{number}", kind, written_at, latest)
            for number, (key, kind, written_at, latest) in enumerate(entries)
        )
        self.steps = steps
        self.refuses = False
        self.etag = '"e"'

    @property
    def keys(self) -> list[str]:
        return [entry[0] for entry in self.entries]

    def list_object_versions(self, **request: Any) -> dict[str, Any]:
        marker = (request.get("KeyMarker", ""), request.get("VersionIdMarker", ""))
        found = [
            entry
            for entry in self.entries
            if entry[0].startswith(request["Prefix"]) and entry[:2] > marker
        ]
        listed: dict[str, list[dict[str, Any]]] = {"Versions": [], "DeleteMarkers": []}
        for key, version_id, kind, written_at, latest in found[:2]:
            listed["DeleteMarkers" if kind == "marker" else "Versions"].append(
                {"Key": key, "VersionId": version_id, "IsLatest": latest}
                | {"LastModified": written_at, "ETag": self.etag}
            )
        if len(found) <= 2:
            return {**listed, "IsTruncated": False}
        key, version_id = found[1][:2]
        return {
            **listed,
            "IsTruncated": True,
            "NextKeyMarker": key,
            "NextVersionIdMarker": version_id,
        }

    def delete_object(self, **request: Any) -> None:
        if self.refuses:
            raise ClientError(
                {"Error": {"Code": "AccessDenied", "Message": request["Key"]}}, "DeleteObject"
            )
        gone = (request["Key"], request["VersionId"])
        self.entries = [entry for entry in self.entries if entry[:2] != gone]

    def delete_objects(self, **request: Any) -> dict[str, Any]:
        if not all(each["Key"].isprintable() for each in request["Delete"]["Objects"]):
            raise ClientError({"Error": {"Code": "MalformedXML", "Message": ""}}, "DeleteObjects")
        if self.refuses:
            return {"Errors": [{"Key": KEY, "Code": "AccessDenied"}]}
        gone = {(each["Key"], each["VersionId"]) for each in request["Delete"]["Objects"]}
        self.steps.extend(sorted({f"delete {key.partition('/')[0]}" for key, _ in gone}))
        self.entries = [entry for entry in self.entries if entry[:2] not in gone]
        return {}


def purge(
    queue: MemoryQueue,
    client: VersionClient,
    *,
    has_time: bool = True,
    rules: PurgeRules = RULES,
) -> tuple[RunEnd, list[PurgedImage]]:
    objects = VersionedObjects(cast("Any", client), "media-test")
    purger = Purger(queue, objects, "media-test", lambda: NOW, rules)
    reports: list[PurgedImage] = []
    return purger.run(lambda: has_time, reports.append), reports
