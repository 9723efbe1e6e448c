"""Images as DynamoDB items: the only module that knows the names of all attributes."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from media.model.formats import ImageFormat
from media.model.images import (
    LISTED_STATUSES,
    Discard,
    ExifValue,
    ImageError,
    ImageRecord,
    Location,
    Status,
    StoredRendition,
)
from media.model.indexes import (
    TRASH,
    checksum_partition,
    index_partition,
    index_position,
    month_of,
    shard_of,
)
from media.model.timestamps import format_timestamp, parse_timestamp
from media.rows.attribute_values import tagged, untagged

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef


def listing_position(uploaded_at: datetime, image_id: str) -> str:
    """Build the sort key of the listing indexes."""
    return index_position(format_timestamp(uploaded_at), image_id)


def month_partition(uploaded_at: datetime, image_id: str, shards: int) -> str:
    """Build the partition key of the list-all index, ``YYYY-MM#shard``."""
    return index_partition(month_of(format_timestamp(uploaded_at)), shard_of(image_id, shards))


def attributes_of(record: ImageRecord, month_shards: int) -> dict[str, Any]:
    """Convert a record to plain attribute values, without those that are unknown.

    Parameters
    ----------
    record
        The image.
    month_shards
        The number of partitions of a month in the list-all index.

    Returns
    -------
    dict
        Attribute names and values that `tagged` accepts.
    """
    plain: dict[str, Any] = {
        **_scalars(record),
        "uploaded_at": _timestamp(record.uploaded_at),
        "processed_at": _timestamp(record.processed_at),
        "deleted_at": _timestamp(record.deleted_at),
        "purge_at": _timestamp(record.purge_at),
        "discarded": record.discarded and _decision_of(record.discarded),
        "gone": record.gone or None,
        "trace": record.trace or None,
        "purging": record.purging or None,
        "revision": record.revision or None,
        "expires_at": record.expires_at and int(record.expires_at.timestamp()),
        "exif": dict(record.exif),
        "gps": record.gps and _present(asdict(record.gps)),
        "renditions": {name: asdict(r) for name, r in record.renditions.items()},
        "tags": list(record.tags),
        "error": record.error and asdict(record.error),
        **_index_attributes(record, month_shards),
    }
    return _present(plain)


def item_of(record: ImageRecord, month_shards: int) -> "dict[str, AttributeValueTypeDef]":
    """Convert a record to a DynamoDB item; parameters as for `attributes_of`."""
    return serialise(attributes_of(record, month_shards))


def serialise(values: Mapping[str, Any]) -> "dict[str, AttributeValueTypeDef]":
    """Add DynamoDB's type tags to plain values."""
    return {name: tagged(value) for name, value in values.items()}


def record_of(item: "Mapping[str, AttributeValueTypeDef]") -> ImageRecord:
    """Convert a DynamoDB item to a record."""
    row = {name: untagged(value) for name, value in item.items()}
    return ImageRecord(
        image_id=row["image_id"],
        key=row["key"],
        status=Status(row["status"]),
        owner=row.get("owner"),
        uploaded_at=_moment(row.get("uploaded_at")),
        version_id=row.get("version_id"),
        sequencer=row.get("sequencer"),
        sha256=row.get("sha256"),
        bytes=_integer(row.get("bytes")),
        format=ImageFormat(row["format"]) if "format" in row else None,
        content_type=row.get("content_type"),
        width=_integer(row.get("width")),
        height=_integer(row.get("height")),
        frames=_integer(row.get("frames")),
        duration_ms=_integer(row.get("duration_ms")),
        exif={name: _exif_value(value) for name, value in row.get("exif", {}).items()},
        gps=Location(**row["gps"]) if "gps" in row else None,
        placeholder=row.get("placeholder"),
        average_colour=row.get("average_colour"),
        renditions={n: _rendition(r) for n, r in row.get("renditions", {}).items()},
        processed_at=_moment(row.get("processed_at")),
        title=row.get("title"),
        tags=tuple(row.get("tags", ())),
        error=ImageError(**row["error"]) if "error" in row else None,
        announced_sha256=row.get("announced_sha256"),
        deleted_at=_moment(row.get("deleted_at")),
        purge_at=_moment(row.get("purge_at")),
        discarded=_discard(row),
        gone=row.get("gone", False),
        trace=row.get("trace", False),
        purging=row.get("purging", False),
        expires_at=_expiry(row.get("expires_at")),
        revision=int(row.get("revision", 0)),
    )


def _scalars(record: ImageRecord) -> dict[str, Any]:
    return {
        "image_id": record.image_id,
        "key": record.key,
        "status": record.status.value,
        "owner": record.owner,
        "version_id": record.version_id,
        "sequencer": record.sequencer,
        "sha256": record.sha256,
        "bytes": record.bytes,
        "format": record.format and record.format.value,
        "content_type": record.content_type,
        "width": record.width,
        "height": record.height,
        "frames": record.frames,
        "duration_ms": record.duration_ms,
        "placeholder": record.placeholder,
        "average_colour": record.average_colour,
        "title": record.title,
        "announced_sha256": record.announced_sha256,
    }


def _index_attributes(record: ImageRecord, month_shards: int) -> dict[str, str]:
    if record.status is Status.TRASHED and record.purge_at:
        return {
            "trash_shard": index_partition(TRASH, shard_of(record.image_id, month_shards)),
            "purge_due": index_position(format_timestamp(record.purge_at), record.image_id),
        }
    if record.status not in LISTED_STATUSES or record.uploaded_at is None:
        return {}
    index = {
        "listed_at": listing_position(record.uploaded_at, record.image_id),
        "month_shard": month_partition(record.uploaded_at, record.image_id, month_shards),
    }
    if record.status is Status.READY and record.owner and record.sha256:
        index["owner_sha256"] = checksum_partition(record.owner, record.sha256)
    return index


def _decision_of(discard: Discard) -> dict[str, Any]:
    return _present(
        {
            "at": format_timestamp(discard.at),
            "until": format_timestamp(discard.until),
            "version_id": discard.version_id,
            "key": discard.key,
        }
    )


def _discard(row: Mapping[str, Any]) -> Discard | None:
    decision = row.get("discarded")
    if isinstance(decision, Mapping):
        return Discard(
            at=parse_timestamp(decision["at"]),
            until=parse_timestamp(decision["until"]),
            version_id=decision.get("version_id"),
            key=decision.get("key"),
        )
    if not decision or "deleted_at" not in row or "purge_at" not in row:
        return None
    # Before decisions had a place of their own, the row said only that there was one.
    return Discard(
        at=parse_timestamp(row["deleted_at"]),
        until=parse_timestamp(row["purge_at"]),
        version_id=row.get("version_id"),
    )


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, {}, [])}


def _timestamp(moment: datetime | None) -> str | None:
    return None if moment is None else format_timestamp(moment)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else parse_timestamp(text)


def _expiry(epoch_seconds: Decimal | None) -> datetime | None:
    return None if epoch_seconds is None else datetime.fromtimestamp(int(epoch_seconds), UTC)


def _integer(number: Decimal | None) -> int | None:
    return None if number is None else int(number)


def _exif_value(value: str | Decimal) -> ExifValue:
    is_whole = isinstance(value, Decimal) and value == value.to_integral_value()
    return int(value) if is_whole else value


def _rendition(row: Mapping[str, Any]) -> StoredRendition:
    return StoredRendition(
        key=cast("str", row["key"]),
        width=int(row["width"]),
        height=int(row["height"]),
        bytes=int(row["bytes"]),
        content_type=cast("str", row["content_type"]),
    )
