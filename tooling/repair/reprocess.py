"""``reprocess``: process images again, by sending requests to the upload queue."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from media.model.images import LISTED_STATUSES, Status
from media.model.indexes import Index
from tooling.repair.queue import QueueFeeder, reprocess_request

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mypy_boto3_dynamodb.client import DynamoDBClient

    from tooling.console import Screen

# After that, images sent by the earlier run may be out of date again.
RESUMABLE = timedelta(hours=24)


@dataclass(frozen=True)
class Selection:
    """Which images to process again.

    Parameters
    ----------
    is_forced : bool
        Whether to include up-to-date, rejected and failed images.
    owner : str or None
        Only this user's.
    since : str or None
        Only those uploaded at this time or later: a timestamp as in rows, or its beginning.
    """

    is_forced: bool = False
    owner: str | None = None
    since: str | None = None

    def pages(
        self, dynamodb: DynamoDBClient, table: str, start: dict[str, Any] | None
    ) -> Iterator[tuple[list[str], dict[str, Any] | None]]:
        """Yield the originals' keys page by page, each with the position after it."""
        names, values = {"#key": "key", "#status": "status"}, {}
        conditions = []
        # Newer code may accept what was rejected or failed; trashed and pending images stay.
        statuses = sorted(LISTED_STATUSES) if self.is_forced else (Status.READY,)
        for number, status in enumerate(statuses):
            values[f":status{number}"] = {"S": status.value}
        conditions.append(f"#status IN ({', '.join(values)})")
        if self.since:
            names["#uploaded_at"], values[":since"] = "uploaded_at", {"S": self.since}
            conditions.append("#uploaded_at >= :since")
        request: dict[str, Any] = {
            "TableName": table,
            "ProjectionExpression": "#key",
            "FilterExpression": " AND ".join(conditions),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
        }
        if start:
            request["ExclusiveStartKey"] = start
        read: Any = dynamodb.scan
        if self.owner:
            read = dynamodb.query
            request["IndexName"] = Index.BY_OWNER.value
            request["KeyConditionExpression"] = "#owner = :owner"
            names["#owner"], values[":owner"] = "owner", {"S": self.owner}
        while True:
            answer = read(**request)
            position = answer.get("LastEvaluatedKey")
            yield [item["key"]["S"] for item in answer["Items"]], position
            if position is None:
                return
            request["ExclusiveStartKey"] = position


@dataclass
class Progress:
    """The progress of a run, kept in a file so that the next run can resume.

    Parameters
    ----------
    path : Path
        The file; removed at the end.
    selection : Selection
        What the run selects; another selection starts over.
    began : datetime
        When the run began; after a day it starts over.
    """

    path: Path
    selection: Selection
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    offered: int = 0
    position: dict[str, Any] | None = field(default=None)

    @classmethod
    def read(cls, path: Path, selection: Selection) -> Progress:
        """Return the progress of a recent stopped run of this selection, or a new one."""
        if path.exists():
            kept = json.loads(path.read_text(encoding="utf-8"))
            began = datetime.fromisoformat(kept["began"])
            is_recent = datetime.now(UTC) - began < RESUMABLE
            if kept["selection"] == asdict(selection) and is_recent:
                return cls(path, selection, began, kept["offered"], kept["position"])
        return cls(path, selection)

    def write(self) -> None:
        """Save the progress."""
        document = {
            "selection": asdict(self.selection),
            "began": self.began.isoformat(),
            "offered": self.offered,
            "position": self.position,
        }
        scratch = self.path.with_suffix(".new")
        scratch.write_text(json.dumps(document), encoding="utf-8")
        scratch.replace(self.path)

    def forget(self) -> None:
        """Remove the file at the end of the run."""
        self.path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Reprocess:
    """One run.

    Parameters
    ----------
    dynamodb : DynamoDBClient
        The client to read rows with.
    table, bucket : str
        Where images are.
    feeder : QueueFeeder or None
        Sends the requests; None to count only.
    """

    dynamodb: DynamoDBClient
    table: str
    bucket: str
    feeder: QueueFeeder | None

    def run(self, progress: Progress, screen: Screen) -> int:
        """Send a request for every selected image; return how many, resumed runs included."""
        if self.feeder is None:
            pages = progress.selection.pages(self.dynamodb, self.table, None)
            return sum(len(keys) for keys, _ in pages)
        if progress.position:
            screen.done(f"resuming after {progress.offered} images")
        with screen.progress("offering", None) as line:
            start = progress.position
            for keys, position in progress.selection.pages(self.dynamodb, self.table, start):
                self.feeder.feed(self._request(key, progress.selection) for key in keys)
                progress.offered += len(keys)
                progress.position = position
                progress.write()
                line.now(f"{progress.offered} images")
        progress.forget()
        return progress.offered

    def _request(self, key: str, selection: Selection) -> str:
        return reprocess_request(
            self.bucket, key, datetime.now(UTC), unless_current=not selection.is_forced
        )
