"""The parts of rows and objects that the audit compares."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from media.model.indexes import INDEX_ATTRIBUTES

if TYPE_CHECKING:
    from collections.abc import Mapping

SCALARS = (
    *("image_id", "key", "status", "owner", "uploaded_at", "deleted_at", "processed_at"),
    *("version_id", "sha256", "purge_at", *INDEX_ATTRIBUTES),
)
FLAGS = ("gone", "purging")
DECISION = "discarded"
ATTRIBUTES = (*SCALARS, *FLAGS, DECISION, "renditions")


@dataclass(frozen=True, slots=True)
class RowFacts:
    """A row.

    Parameters
    ----------
    image_id, key, status, owner, version_id, sha256
        As the row has them; None for what it lacks.
    uploaded_at, deleted_at, processed_at
        Timestamps as text.
    listed_at, month_shard, owner_sha256, trash_shard, purge_due
        The attributes that put it into the indexes.
    purge_at
        When an image in the trash is to be purged, as text.
    discarded, gone, purging
        Whether its owner threw it away, its object is gone, and its purge has begun.
    renditions
        Keys of the renditions that it lists.
    """

    image_id: str
    key: str
    status: str
    owner: str | None = None
    uploaded_at: str | None = None
    deleted_at: str | None = None
    processed_at: str | None = None
    version_id: str | None = None
    sha256: str | None = None
    listed_at: str | None = None
    month_shard: str | None = None
    owner_sha256: str | None = None
    purge_at: str | None = None
    trash_shard: str | None = None
    purge_due: str | None = None
    discarded: bool = False
    gone: bool = False
    purging: bool = False
    renditions: tuple[str, ...] = ()

    @classmethod
    def of_item(cls, item: Mapping[str, Any]) -> RowFacts:
        """Read a DynamoDB item."""
        scalars = {name: item[name]["S"] for name in SCALARS if name in item}
        flags = {name: item[name]["BOOL"] for name in FLAGS if name in item}
        listed = item.get("renditions", {}).get("M", {}).values()
        keys = tuple(entry["M"]["key"]["S"] for entry in listed)
        return cls(**scalars, **flags, discarded=_is_discarded(item), renditions=keys)

    @classmethod
    def of_text(cls, text: str) -> RowFacts:
        """Read what `text` wrote."""
        return cls(**json.loads(text))

    def text(self) -> str:
        """Write it down for the sorted file; renditions are kept apart."""
        known = {name: value for name, value in asdict(self).items() if value}
        return json.dumps(known | {"renditions": ()})

    @property
    def changed_at(self) -> datetime | None:
        """The last moment that the row tells of."""
        known = (self.uploaded_at, self.deleted_at, self.processed_at)
        moments = [moment for moment in known if moment]
        return datetime.fromisoformat(max(moments)) if moments else None


def _is_discarded(item: Mapping[str, Any]) -> bool:
    """Return whether an owner's decision is why the image is in the trash; it may be outlived."""
    decision = item.get(DECISION, {})
    if "M" in decision:
        return bool(decision["M"]["at"] == item.get("deleted_at"))
    return bool(decision.get("BOOL", False))  # of a row older than such decisions


@dataclass(frozen=True, slots=True)
class ObjectFacts:
    """The latest version of a key: an object, or the marker that it was deleted.

    Parameters
    ----------
    key
        Raw.
    version_id
        Of that version.
    modified
        When it was written.
    is_deleted
        Whether it is a delete marker.
    """

    key: str
    version_id: str | None
    modified: datetime
    is_deleted: bool = False
