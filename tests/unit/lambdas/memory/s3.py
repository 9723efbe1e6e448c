"""A versioned bucket in memory, and the events that it would send."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

START = datetime(2026, 11, 23, 6, tzinfo=UTC)


@dataclass(frozen=True)
class Version:
    """A version of an object; a delete marker has no data."""

    version_id: str
    data: bytes | None
    modified: datetime
    etag: str = '"e"'


@dataclass(frozen=True)
class Event:
    """What S3 tells of a change: which, in which order, and when."""

    key: str
    number: int
    occurred_at: datetime


@dataclass
class MemoryS3:
    """The calls of an S3 client on objects of one bucket.

    Every change of an upload is an event in `events`, in the order in which it happened.

    Parameters
    ----------
    before_removal
        Called before versions are removed next, once each: what others do at that moment.
    """

    versions: dict[str, list[Version]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    before_removal: list[Callable[[], object]] = field(default_factory=list)
    ticks: int = 0

    @property
    def now(self) -> datetime:
        """The present: the moment of the last change."""
        return START + timedelta(minutes=self.ticks)

    def latest(self, key: str) -> Version | None:
        """Return the present version of an object; None where there is none."""
        kept = self.versions.get(key, [])
        return kept[-1] if kept and kept[-1].data is not None else None

    def objects(self, prefix: str = "") -> set[str]:
        """Return the keys of all present objects below a prefix."""
        return {key for key in self.versions if key.startswith(prefix) and self.latest(key)}

    def put(self, key: str, data: bytes | None) -> None:
        """Write a version; None writes a delete marker."""
        moment = self._tick(key)
        self.versions.setdefault(key, []).append(Version(f"v{self.ticks}", data, moment))

    def remove_latest(self, key: str) -> None:
        """Remove the latest version for ever: the one before it is back, if there is one."""
        self._tick(key)
        self.versions[key].pop()

    def _tick(self, key: str) -> datetime:
        self.ticks += 1
        moment = self.now
        if key.startswith("uploads/"):
            self.events.append(Event(key, self.ticks, moment))
        return moment

    def get_object(self, *, Key: str, **_: object) -> dict[str, Any]:  # noqa: N803 - boto3's
        version = self.latest(Key)
        if version is None or version.data is None:
            raise ClientError({"Error": {"Code": "NoSuchKey", "Message": "no"}}, "GetObject")
        return {
            "Body": io.BytesIO(version.data),
            "ContentLength": len(version.data),
            "VersionId": version.version_id,
            "LastModified": version.modified,
            "ETag": version.etag,
        }

    def put_object(
        self,
        *,
        Key: str,  # noqa: N803 - boto3's
        Body: bytes,  # noqa: N803 - boto3's name
        IfNoneMatch: str | None = None,  # noqa: N803 - boto3's name
        **_: object,
    ) -> None:
        if IfNoneMatch and self.latest(Key):
            raise ClientError(
                {"Error": {"Code": "PreconditionFailed", "Message": "no"}}, "PutObject"
            )
        self.put(Key, Body)

    def list_object_versions(self, *, Prefix: str, **_: object) -> dict[str, Any]:  # noqa: N803 - boto3's
        listed: dict[str, list[dict[str, Any]]] = {"Versions": [], "DeleteMarkers": []}
        for key, versions in self.versions.items():
            for version in versions if key.startswith(Prefix) else []:
                listed["DeleteMarkers" if version.data is None else "Versions"].append(
                    {
                        "Key": key,
                        "VersionId": version.version_id,
                        "IsLatest": version is versions[-1],
                        "LastModified": version.modified,
                        "ETag": version.etag,
                    }
                )
        return {**listed, "IsTruncated": False}

    def delete_objects(self, *, Delete: dict[str, Any], **_: object) -> dict[str, Any]:  # noqa: N803 - boto3's
        if self.before_removal:
            self.before_removal.pop()()
        for each in Delete["Objects"]:
            kept = self.versions.get(each["Key"], [])
            left = [version for version in kept if version.version_id != each["VersionId"]]
            if left != kept:
                self._tick(each["Key"])
                self.versions[each["Key"]] = left
                if not left:
                    del self.versions[each["Key"]]
        return {}
