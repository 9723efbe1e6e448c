"""The ledger of an environment: append-only entries, written once."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from tooling.aws.ledger_key import LedgerKey
from tooling.environments.names import state_bucket
from tooling.errors import OperatorError
from tooling.ledger.entry import NOTHING_BEFORE, Entry, Unreadable, authenticated_part

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

    from tooling.aws.target import Target

PREFIX = "promotion/ledger/"
HEAD = "promotion/ledger-head.json"
READERS = 16
LOST_RACE = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
ATTEMPTS = 20


@dataclass(frozen=True)
class Ledger:
    """The entries of one environment, in its state bucket.

    Parameters
    ----------
    s3 : S3Client
        Reaches the bucket.
    bucket : str
        The environment's state bucket.
    key : LedgerKey
        Authenticates what is written.
    """

    s3: S3Client
    bucket: str
    key: LedgerKey

    @classmethod
    def of(cls, target: Target) -> Ledger:
        """Return the ledger of the environment that `target` is."""
        return cls(target.s3, state_bucket(target.environment), LedgerKey.of(target))

    def append(self, entry: Entry) -> Entry:
        """Append an entry; return it with its number.

        Raises
        ------
        OperatorError
            Other runs were faster every time.
        """
        sequence, chain = self._head()
        for _ in range(ATTEMPTS):
            placed = self._signed(
                replace(
                    entry,
                    sequence=sequence + 1,
                    time=datetime.now(UTC).isoformat(timespec="seconds"),
                    chain=chain,
                )
            )
            content = placed.encoded()
            if self._write_once(key_of(placed.sequence), content):
                self._write_head(placed.sequence, content)
                return placed
            # The head is behind: a run was killed between the writes, or another is writing.
            sequence, chain = placed.sequence, digest_of(self._read(key_of(placed.sequence)))
        raise OperatorError(
            f"The ledger in {self.bucket} could not be written to.",
            reason="Other runs wrote to it at the same time.",
            remedy="Run the same command again.",
        )

    def believed(self, contents: list[tuple[str, bytes]]) -> list[bool]:
        """Return for each entry of :meth:`contents` whether its HMAC is valid at its place.

        The HMAC covers the bucket, the number and the digest of the entry before: an entry copied
        from another environment, or to another number, is not authentic.
        """
        key_id = self.key.find() if contents else None
        if key_id is None:
            return [False] * len(contents)
        with ThreadPoolExecutor(READERS) as pool:
            return list(pool.map(partial(self._authenticates, key_id), contents))

    def _authenticates(self, key_id: str, written: tuple[str, bytes]) -> bool:
        key, content = written
        part, code = authenticated_part(content)
        if not code or key_of(Entry.decoded(content).sequence) != key:
            return False
        return self.key.verifies(key_id, self._message(part), code)

    def _signed(self, entry: Entry) -> Entry:
        part, _ = authenticated_part(entry.encoded())
        return replace(entry, mac=self.key.sign(self._message(part)))

    def _message(self, part: bytes) -> bytes:
        """Return the message to authenticate: KMS takes at most 4,096 bytes."""
        return f"media ledger entry\n{self.bucket}\n{digest_of(part)}".encode()

    def entries(self) -> list[Entry]:
        """Return all entries, oldest first.

        For display only: anybody who may write to the bucket may have written them.

        Raises
        ------
        OperatorError
            One can't be read.
        """
        return self.decoded(self.contents())

    def decoded(self, contents: list[tuple[str, bytes]]) -> list[Entry]:
        """Decode the entries of :meth:`contents`, in order.

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
        """Return the key and bytes of every entry, in key order."""
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
        """Return the number and digest of the last entry, as the head object records them.

        Raises
        ------
        OperatorError
            The head object can't be read.
        """
        try:
            content = self._read(HEAD)
        except (self.s3.exceptions.NoSuchKey, self.s3.exceptions.NoSuchBucket):
            return None
        try:
            document = json.loads(content)
            return int(document["sequence"]), str(document["digest"])
        except (ValueError, TypeError, LookupError) as error:
            raise OperatorError(
                f"s3://{self.bucket}/{HEAD}, the note of the last entry, can't be read.",
                reason=f"{type(error).__name__}: {error}",
                remedy="See what else was changed: nox -s history -- ENV --verify. Then restore "
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
