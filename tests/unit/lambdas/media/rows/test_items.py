from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from media.model.formats import ImageFormat
from media.model.images import ImageError, ImageRecord, Location, Status, StoredRendition
from media.rows.items import attributes_of, item_of, month_partition, record_of

OWNER = "6f1c2d3e-0000-4000-8000-00000000000a"
IMAGE = "0b8a5f6e-1111-4111-9111-00000000000b"
MOMENT = datetime(2026, 11, 23, 6, 0, 27, tzinfo=UTC)
READY = ImageRecord(
    image_id=IMAGE,
    key=f"uploads/{OWNER}/{IMAGE}",
    status=Status.READY,
    owner=OWNER,
    uploaded_at=MOMENT,
    version_id="v1",
    sequencer="0" * 31 + "A",
    sha256="ab" * 32,
    bytes=161_713,
    format=ImageFormat.JPEG,
    content_type="image/jpeg",
    width=640,
    height=480,
    frames=3,
    duration_ms=210,
    exif={"camera_make": "NIKON", "iso": 64, "f_number": Decimal("5.9"), "flash": 0},
    gps=Location(Decimal("43.467448"), Decimal("11.885127")),
    placeholder="HioKDYJ5h4ifmHmYmJhnhzZfFAc6",
    average_colour="#98854d",
    renditions={"thumb": StoredRendition("renditions/x", 256, 192, 18_118, "image/webp")},
    title="Arezzo",
    tags=("italy", "square"),
)


def test_a_record_comes_back_as_it_was() -> None:
    assert record_of(item_of(READY, month_shards=4)) == READY


def test_a_bare_and_a_failed_and_a_trashed_record_come_back_too() -> None:
    bare = ImageRecord(image_id=IMAGE, key="uploads/x", status=Status.PENDING)
    failed = replace(READY, status=Status.FAILED, error=ImageError("internal", "again"))
    trashed = replace(READY, status=Status.TRASHED, deleted_at=MOMENT, purge_at=MOMENT, revision=9)
    tombstone = replace(trashed, gone=True, purging=True, announced_sha256="cd" * 32)
    for record in (bare, failed, trashed, tombstone, replace(bare, expires_at=MOMENT)):
        assert record_of(item_of(record, month_shards=1)) == record


def test_only_what_a_listing_may_show_is_in_its_indexes() -> None:
    index = {"listed_at", "month_shard", "owner_sha256"}
    found = {
        status: index & attributes_of(replace(READY, status=status), 1).keys() for status in Status
    }
    assert found == {
        Status.PENDING: set(),
        Status.READY: index,
        Status.REJECTED: {"listed_at", "month_shard"},
        Status.FAILED: {"listed_at", "month_shard"},
        Status.TRASHED: set(),
    }


def test_index_attributes_have_their_fixed_form() -> None:
    row = attributes_of(READY, month_shards=1)
    assert row["uploaded_at"] == "2026-11-23T06:00:27.000Z"
    assert row["listed_at"] == f"2026-11-23T06:00:27.000Z#{IMAGE}"
    assert row["month_shard"] == "2026-11#0"
    assert row["owner_sha256"] == f"{OWNER}#{'ab' * 32}"


def test_an_image_without_an_owner_is_in_no_owner_index() -> None:
    row = attributes_of(replace(READY, owner=None), 1)
    assert not {"owner", "owner_sha256"} & row.keys()


def test_months_spread_over_all_their_shards_and_an_image_stays_in_one() -> None:
    ids = [f"image-{n}" for n in range(200)]
    partitions = {month_partition(MOMENT, image_id, 4) for image_id in ids}
    assert partitions == {f"2026-11#{shard}" for shard in range(4)}
    assert month_partition(MOMENT, IMAGE, 4) == month_partition(MOMENT, IMAGE, 4)


def test_only_what_is_to_be_purged_is_in_the_index_of_the_trash() -> None:
    trashed = replace(READY, status=Status.TRASHED, deleted_at=MOMENT, purge_at=MOMENT)
    found = attributes_of(trashed, 1)
    assert (found["trash_shard"], found["purge_due"]) == (
        "trash#0",
        f"2026-11-23T06:00:27.000Z#{IMAGE}",
    )
    for record in (READY, replace(trashed, purge_at=None)):
        assert not {"trash_shard", "purge_due"} & attributes_of(record, 1).keys()
