"""What was brought to an environment, by whom and how it ended: written once, never changed."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tooling.errors import OperatorError
from tooling.releases import Release

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

PREFIX = "promotion/ledger/"
HEAD = "promotion/ledger-head.json"
NOTHING_BEFORE = "0" * 64
READERS = 16
LOST_RACE = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
ATTEMPTS = 20


class Step(StrEnum):
    """What an entry tells of a run."""

    STARTED = "started"
    GATES = "gates"
    REFUSED = "refused"
    DRY_RUN = "dry run"
    APPLYING = "applying"
    APPLIED = "applied"
    CANARY = "canary"
    SMOKE_PASSED = "smoke passed"
    SMOKE_FAILED = "smoke failed"
    RETURNING = "returning"
    RETURNED = "returned"
    FAILED = "failed"
    FINISHED = "finished"
    HOLD_SET = "hold set"
    HOLD_LIFTED = "hold lifted"


# A run that wrote one of these had come to its end.
ENDS = frozenset({Step.REFUSED, Step.DRY_RUN, Step.FAILED, Step.RETURNED, Step.FINISHED})


class Unreadable(Exception):
    """An object of the ledger is no entry: it was damaged or edited."""


@dataclass(frozen=True)
class Entry:
    """One object of the ledger.

    Parameters
    ----------
    run : str
        Names all entries of one run of a command.
    command : str
        What was typed, such as ``promote dev staging``.
    step : Step
        What happened.
    detail : str
        In a sentence, or empty.
    release : dict or None
        The release that it is about, as a state gives it back.
    previous : dict or None
        The release that the environment held before the run.
    gates : list of dict
        What the gates said, where they were asked.
    keeps : dict
        Of an apply that begins a canary, by function, the version that goes on serving.
    origin : dict
        Who, and from where.
    sequence, time, chain : int, str, str
        Its place, when it was written, and the SHA-256 of the entry before.
    """

    run: str
    command: str
    step: Step
    origin: dict[str, Any]
    detail: str = ""
    release: dict[str, Any] | None = None
    previous: dict[str, Any] | None = None
    gates: list[dict[str, str]] = field(default_factory=list)
    keeps: dict[str, Any] = field(default_factory=dict)
    sequence: int = 0
    time: str = ""
    chain: str = NOTHING_BEFORE

    @property
    def at(self) -> datetime:
        """When it was written."""
        return datetime.fromisoformat(self.time)

    @property
    def release_id(self) -> str | None:
        """Id of the release that it is about."""
        return self.release["id"] if self.release else None

    def encoded(self) -> bytes:
        """Return the bytes that are written."""
        return json.dumps(asdict(self), sort_keys=True, indent=1).encode()

    @classmethod
    def decoded(cls, content: bytes) -> Entry:
        """Read what :meth:`encoded` wrote.

        Raises
        ------
        Unreadable
            It is not what that writes.
        """
        try:
            fields = json.loads(content)
            entry = cls(**{**fields, "step": Step(fields["step"])})
            _require_sound(entry)
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise Unreadable(f"{type(error).__name__}: {error}") from error
        return entry


def _require_sound(entry: Entry) -> None:
    """Touch what decisions depend on, so that an edited entry is found here and not in a gate."""
    _ = entry.at.tzinfo, entry.run + entry.command + entry.detail + entry.chain, entry.sequence + 0
    _ = entry.origin["user"], entry.origin["host"], entry.keeps.items(), list(entry.gates)
    for document in (entry.release, entry.previous):
        if document is not None and Release.from_document(document).id != document["id"]:
            message = "a release whose id is not that of its description"
            raise ValueError(message)


@dataclass(frozen=True)
class Ledger:
    """The entries of one environment, in its state bucket.

    Parameters
    ----------
    s3 : S3Client
        Reaches the bucket.
    bucket : str
        The environment's state bucket.
    """

    s3: S3Client
    bucket: str

    def append(self, entry: Entry) -> Entry:
        """Write an entry behind the last one; return it with its place.

        Raises
        ------
        OperatorError
            Others wrote faster each time.
        """
        sequence, chain = self._head()
        for _ in range(ATTEMPTS):
            placed = Entry(
                **{
                    **{name: getattr(entry, name) for name in entry.__dataclass_fields__},
                    "sequence": sequence + 1,
                    "time": datetime.now(UTC).isoformat(timespec="seconds"),
                    "chain": chain,
                }
            )
            content = placed.encoded()
            if self._write_once(key_of(placed.sequence), content):
                self._write_head(placed.sequence, content)
                return placed
            # The head lags behind: a run was killed between the two, or another is at it.
            sequence, chain = placed.sequence, digest_of(self._read(key_of(placed.sequence)))
        raise OperatorError(
            f"The ledger in {self.bucket} could not be written to.",
            reason="Other runs wrote to it each time.",
            remedy="Run the same command again.",
        )

    def entries(self) -> list[Entry]:
        """Return all entries, oldest first; none where nothing was ever brought.

        Raises
        ------
        OperatorError
            One can't be read.
        """
        return self.decoded(self.contents())

    def decoded(self, contents: list[tuple[str, bytes]]) -> list[Entry]:
        """Return the entries that :meth:`contents` gave, in their order.

        Raises
        ------
        OperatorError
            One can't be read.
        """
        entries = []
        for key, content in contents:
            try:
                entries.append(Entry.decoded(content))
            except Unreadable as error:
                raise OperatorError(
                    f"s3://{self.bucket}/{key} can't be read as an entry of the ledger.",
                    reason=str(error),
                    remedy="See what else was changed: nox -s history -- ENV --verify. Older "
                    "versions of the object, which the bucket keeps, hold what was written.",
                ) from error
        return entries

    def contents(self) -> list[tuple[str, bytes]]:
        """Return key and bytes of all entries, in the order of their keys."""
        pages = self.s3.get_paginator("list_objects_v2")
        try:
            keys = [
                entry["Key"]
                for page in pages.paginate(Bucket=self.bucket, Prefix=PREFIX)
                for entry in page.get("Contents", [])
            ]
        except self.s3.exceptions.NoSuchBucket:
            return []
        with ThreadPoolExecutor(READERS) as pool:
            return list(zip(keys, pool.map(self._read, keys), strict=True))

    def head(self) -> tuple[int, str] | None:
        """Return number and digest of the entry that was last written, as noted beside them.

        Raises
        ------
        OperatorError
            The note can't be read.
        """
        try:
            content = self._read(HEAD)
        except self.s3.exceptions.NoSuchKey:
            return None
        try:
            document = json.loads(content)
            return int(document["sequence"]), str(document["digest"])
        except (ValueError, TypeError, LookupError) as error:
            raise OperatorError(
                f"s3://{self.bucket}/{HEAD}, the note of the last entry, can't be read.",
                reason=f"{type(error).__name__}: {error}",
                remedy="See what else was changed: nox -s history -- ENV --verify. Then bring back "
                "an older version of the object, which the bucket keeps.",
            ) from error

    def _head(self) -> tuple[int, str]:
        return self.head() or (0, NOTHING_BEFORE)

    def _read(self, key: str) -> bytes:
        with self.s3.get_object(Bucket=self.bucket, Key=key)["Body"] as body:
            return body.read()

    def _write_once(self, key: str, content: bytes) -> bool:
        try:
            self.s3.put_object(
                Bucket=self.bucket,
                Key=key,
                Body=content,
                ContentType="application/json",
                IfNoneMatch="*",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in LOST_RACE:
                return False
            raise
        return True

    def _write_head(self, sequence: int, content: bytes) -> None:
        document = {"sequence": sequence, "digest": digest_of(content)}
        self.s3.put_object(
            Bucket=self.bucket,
            Key=HEAD,
            Body=json.dumps(document).encode(),
            ContentType="application/json",
        )


def key_of(sequence: int) -> str:
    """Return the key of the entry with a number; keys sort as numbers do."""
    return f"{PREFIX}{sequence:08}.json"


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of an entry, in hex, which the next one holds."""
    return hashlib.sha256(content).hexdigest()
