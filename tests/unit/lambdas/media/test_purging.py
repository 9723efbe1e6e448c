"""Purging against a bucket and a queue in memory: what goes, what stays, and in which order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from media.genuine import ForgedRowError
from media.images import ImageRecord, Status
from media.keys import identify_upload
from media.purge_queue import DueImage, PurgeQueue
from media.purging import PurgedImage, Purger, PurgeResult, PurgeRules, RunEnd
from media.versions import ObjectVersion, RemovalError, VersionedObjects
from tests.unit.lambdas.memory.discarded import LIFE, thrown_away

OWNER = "6f1c2d3e-0000-4000-8000-00000000000a"
IMAGE = "0b8a5f6e-1111-4111-9111-00000000000b"
KEY = f"uploads/{OWNER}/{IMAGE}"
NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
DELETED_AT = NOW - timedelta(days=30)
READY = ImageRecord(image_id=IMAGE, key=KEY, status=Status.READY, owner=OWNER)
TRASHED = thrown_away(READY, DELETED_AT)
RULES = PurgeRules(LIFE, images_max=100)


def dropped(key: str, version_id: str | None = None) -> ImageRecord:
    image_id = identify_upload("media-test", key).image_id
    row = replace(READY, image_id=image_id, key=key, owner=None, version_id=version_id)
    return thrown_away(row, DELETED_AT)


DROPPED = dropped("uploads/camera/1.jpg")
OTHER = dropped("uploads/camera/2.jpg")


class MemoryQueue(PurgeQueue):
    """Rows in memory, all of them due."""

    def __init__(self, *rows: ImageRecord) -> None:
        self.rows = {row.image_id: row for row in rows}
        self.steps: list[str] = []

    def due(self, now: datetime) -> Any:  # noqa: ANN401 - an iterator of pages
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

    def list_object_versions(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - as boto3
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

    def delete_object(self, **request: Any) -> None:  # noqa: ANN401 - as boto3
        if self.refuses:
            raise ClientError(
                {"Error": {"Code": "AccessDenied", "Message": request["Key"]}}, "DeleteObject"
            )
        gone = (request["Key"], request["VersionId"])
        self.entries = [entry for entry in self.entries if entry[:2] != gone]

    def delete_objects(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - as boto3
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


def test_nothing_is_left_and_the_row_goes_last() -> None:
    queue = MemoryQueue(TRASHED)
    before = DELETED_AT - timedelta(days=1)
    other = f"{KEY}-of-somebody-else"
    client = VersionClient(
        queue.steps,
        (KEY, "version", before, False),
        (KEY, "marker", DELETED_AT, True),
        (other, "version", before, True),
        (f"renditions/{IMAGE}/d1/thumb.webp", "version", before, True),
        (f"renditions/{IMAGE}/d2/thumb.webp", "version", before, True),
        (f"renditions/{IMAGE}/d3/thumb.webp", "version", before, True),
        (f"renditions/{IMAGE}0/d/thumb.webp", "version", before, True),
    )
    finished, (report,) = purge(queue, client)
    assert (finished, report.result) == (RunEnd.FINISHED, PurgeResult.PURGED)
    assert not queue.rows
    assert client.keys == [
        f"renditions/{IMAGE}0/d/thumb.webp",
        other,
    ]
    assert (queue.steps[0], queue.steps[1], queue.steps[-1]) == (
        "claim",
        "delete uploads",
        "remove row",
    )


def test_what_was_restored_meanwhile_is_left_alone() -> None:
    queue = MemoryQueue(replace(TRASHED, status=Status.READY))
    client = VersionClient(queue.steps, (KEY, "version", DELETED_AT, True))
    assert purge(queue, client)[1][0].result is PurgeResult.SPARED
    assert (len(queue.rows), len(client.entries)) == (1, 1)


@pytest.mark.parametrize(
    ("row", "written_after", "parts", "spared"),
    [
        (TRASHED, 1, 0, False),  # an announced image is one upload
        # Another version under a key is a new picture, unless it was there before the decision,
        # which S3 does not tell of one that came in parts.
        (dropped(DROPPED.key, "another"), 1, 0, True),
        (dropped(DROPPED.key, "another"), 0, 0, True),
        (dropped(DROPPED.key, "another"), -1, 0, False),
        (dropped(DROPPED.key, "another"), -1, 2, True),
        (dropped(DROPPED.key, "v0"), 1, 0, False),
        (DROPPED, 1, 0, True),  # no version was recorded
        (DROPPED, -1, 0, False),
        (replace(TRASHED, gone=True, discarded=None), -1, 0, True),  # the object is back
        (replace(TRASHED, gone=True), -1, 0, False),  # against its owner's will
    ],
)
def test_an_object_that_is_back_is_spared_with_its_row(
    row: ImageRecord, written_after: int, parts: int, *, spared: bool
) -> None:
    queue = MemoryQueue(row)
    written_at = DELETED_AT + timedelta(seconds=written_after)
    client = VersionClient(queue.steps, (row.key, "version", written_at, True))
    client.etag = f'"e-{parts}"' if parts else '"e"'
    assert (purge(queue, client)[1][0].result is PurgeResult.SPARED) == spared
    assert bool(client.entries) == bool(queue.rows) == spared


@pytest.mark.parametrize("key", ["uploads/camera/\x01.jpg", "uploads/camera/\uffff.jpg"])
def test_a_key_that_has_no_place_in_xml_is_removed_by_itself(key: str) -> None:
    row = dropped(key)
    queue = MemoryQueue(row)
    client = VersionClient(
        queue.steps,
        (key, "version", DELETED_AT - timedelta(days=1), False),
        (key, "marker", DELETED_AT, True),
        (f"renditions/{row.image_id}/d1/thumb.webp", "version", DELETED_AT, True),
    )
    client.refuses = True
    (failed,) = purge(queue, client)[1]
    assert isinstance(failed.fault, RemovalError)
    assert key not in str(failed.fault)
    client.refuses = False
    assert purge(queue, client)[1][0].result is PurgeResult.PURGED
    assert not client.entries
    assert not queue.rows


def test_a_failure_leaves_the_row_for_the_next_run_and_does_not_keep_the_others() -> None:
    queue = MemoryQueue(TRASHED, OTHER)
    client = VersionClient(queue.steps, (KEY, "version", DELETED_AT, True))
    client.refuses = True
    _, (failed, purged) = purge(queue, client)
    assert (failed.result, purged.result) == (PurgeResult.FAILED, PurgeResult.PURGED)
    assert isinstance(failed.fault, RemovalError)
    assert KEY not in str(failed.fault)
    assert list(queue.rows) == [IMAGE]
    client.refuses = False
    assert purge(queue, client)[1][0].result is PurgeResult.PURGED
    assert not queue.rows


def test_without_time_the_rest_is_left_for_the_next_run() -> None:
    queue = MemoryQueue(TRASHED, OTHER)
    finished, reports = purge(queue, VersionClient(queue.steps), has_time=False)
    assert (finished, len(reports), len(queue.rows)) == (RunEnd.OUT_OF_TIME, 1, 1)


def test_versions_of_a_key_end_where_longer_keys_begin() -> None:
    client = VersionClient(
        [],
        *[("uploads/a", "version", NOW, False)] * 3,
        *[(f"uploads/a{number}", "version", NOW, True) for number in range(9)],
    )
    found = VersionedObjects(cast("Any", client), "b").of_key("uploads/a")
    assert [version.key for version in found] == ["uploads/a"] * 3
    assert isinstance(found[0], ObjectVersion)


# What one who may write all that the processor may makes of a row, to have its original removed.
DUE = replace(READY, status=Status.TRASHED, deleted_at=DELETED_AT, purge_at=DELETED_AT)
REVIVED = replace(DROPPED, status=Status.READY, deleted_at=None, version_id="v9")


@pytest.mark.parametrize(
    "forged",
    [
        DUE,
        replace(DUE, gone=True, purging=True),
        replace(DUE, trace=True, owner=None),
        # Of a picture that took the place of one that had been thrown away.
        replace(REVIVED, status=Status.TRASHED, deleted_at=DELETED_AT, version_id="v0"),
    ],
)
def test_a_row_alone_takes_no_original_away(forged: ImageRecord) -> None:
    queue = MemoryQueue(forged)
    client = VersionClient(queue.steps, (forged.key, "version", NOW - timedelta(days=1), True))
    assert purge(queue, client)[1][0].result is PurgeResult.SPARED
    assert (len(queue.rows), len(client.entries)) == (1, 1)


def test_a_row_can_not_shorten_the_time_that_its_owner_was_promised() -> None:
    decided = thrown_away(READY, NOW - timedelta(days=1))
    queue = MemoryQueue(replace(decided, purge_at=DELETED_AT))
    client = VersionClient(queue.steps, (KEY, "version", DELETED_AT, True))
    assert purge(queue, client)[1][0].result is PurgeResult.SPARED
    assert client.entries


@pytest.mark.parametrize(("days", "spared"), [(29, True), (30, False)])
def test_what_was_deleted_in_s3_stays_as_long_as_its_marker_says(
    days: int, *, spared: bool
) -> None:
    queue = MemoryQueue(replace(DUE, gone=True))
    client = VersionClient(
        queue.steps,
        (KEY, "version", DELETED_AT - timedelta(days=9), False),
        (KEY, "marker", NOW - timedelta(days=days), True),
    )
    assert (purge(queue, client)[1][0].result is PurgeResult.SPARED) == spared
    assert bool(client.entries) == spared


def test_older_versions_go_with_the_one_that_was_thrown_away() -> None:
    row = dropped(DROPPED.key, "v0")
    queue = MemoryQueue(row)
    client = VersionClient(
        queue.steps,
        (row.key, "version", DELETED_AT, True),
        (row.key, "version", DELETED_AT - timedelta(days=1), False),
    )
    client.etag = '"e-2"'
    assert purge(queue, client)[1][0].result is PurgeResult.PURGED
    assert not client.entries


@pytest.mark.parametrize(
    "forged",
    [
        replace(TRASHED, key=f"uploads/{OWNER}/{OTHER.image_id}"),
        replace(TRASHED, owner=OTHER.image_id),
    ],
)
def test_a_row_that_belies_its_key_is_a_fault_and_nothing_goes(forged: ImageRecord) -> None:
    queue = MemoryQueue(forged)
    client = VersionClient(queue.steps, (forged.key, "version", DELETED_AT, True))
    ((report,), entries) = (purge(queue, client)[1], client.entries)
    assert isinstance(report.fault, ForgedRowError)
    assert len(entries) == 1


def test_a_run_stops_at_so_many_images() -> None:
    queue = MemoryQueue(TRASHED, DROPPED, OTHER)
    rules = replace(RULES, images_max=2)
    end, reports = purge(queue, VersionClient(queue.steps), rules=rules)
    assert (end, len(reports), list(queue.rows)) == (RunEnd.HELD_BACK, 2, [OTHER.image_id])
    assert purge(queue, VersionClient(queue.steps), rules=rules)[0] is RunEnd.FINISHED
    assert not queue.rows


def test_what_is_spared_does_not_count_towards_the_most_that_a_run_may_purge() -> None:
    queue = MemoryQueue(replace(TRASHED, status=Status.READY), DROPPED)
    end, reports = purge(
        queue,
        VersionClient(queue.steps, (KEY, "version", NOW, True)),
        rules=replace(RULES, images_max=1),
    )
    assert [each.result for each in reports] == [PurgeResult.SPARED, PurgeResult.PURGED]
    assert end is RunEnd.FINISHED
