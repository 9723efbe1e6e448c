"""The table's indexes: their names, their key attributes, and the values of these.

All indexes are sparse: a row is in an index only while it has the key attributes of that index.
"""

import hashlib
from enum import StrEnum

from media.model.keys import is_canonical_uuid
from media.model.timestamps import is_stored_timestamp


class Index(StrEnum):
    """An index of the table, as Terraform names it."""

    BY_OWNER = "by_owner"
    BY_MONTH = "by_month"
    BY_CHECKSUM = "by_checksum"
    BY_PURGE = "by_purge"


# Attributes present only while a listing may show the row.
LISTING_ATTRIBUTES = ("listed_at", "month_shard", "owner_sha256")
# Attributes present only while the row waits for its purge.
PURGE_ATTRIBUTES = ("trash_shard", "purge_due")
INDEX_ATTRIBUTES = (*LISTING_ATTRIBUTES, *PURGE_ATTRIBUTES)
# Names the partitions of the purge index, as a month names those of the list-all index.
TRASH = "trash"
_MONTH_CHARACTERS = len("YYYY-MM")


def index_position(timestamp: str, image_id: str) -> str:
    """Build a sort key: by time, then by image id."""
    return f"{timestamp}#{image_id}"


def is_index_position(text: str) -> bool:
    """Return whether text has the form that `index_position` builds."""
    timestamp, _, image_id = text.partition("#")
    return is_stored_timestamp(timestamp) and is_canonical_uuid(image_id)


def index_partition(name: str, shard: int) -> str:
    """Build the partition key of a sharded index, ``YYYY-MM#0`` or ``trash#0``."""
    return f"{name}#{shard}"


def checksum_partition(owner: str, sha256: str) -> str:
    """Build the partition key of the index that finds exact duplicates of one owner."""
    return f"{owner}#{sha256}"


def month_of(timestamp: str) -> str:
    """Return the month (``YYYY-MM``) of a timestamp, which names partitions."""
    return timestamp[:_MONTH_CHARACTERS]


def shard_of(image_id: str, shards: int) -> int:
    """Return the shard of a month, or of the trash, that an image is in."""
    return int.from_bytes(hashlib.sha256(image_id.encode()).digest()[:8]) % shards


def is_index_partition(partition: str | None, name: str, shards: int) -> bool:
    """Return whether a partition is one of the shards of this name."""
    found, _, shard = (partition or "").partition("#")
    return found == name and shard.isdecimal() and int(shard) < shards
