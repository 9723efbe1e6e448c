"""The lease of an environment: one run at a time may change it, from any machine."""

from __future__ import annotations

import secrets
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from tooling.errors import OperatorError
from tooling.ledger.lease_document import BYTES_MAX, LIFE, FoundLease, LeaseDocument

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_s3.client import S3Client

    from tooling.ledger.actor import Actor

KEY = "promotion/lease.json"
RENEWALS_A_LIFE = 4
# Another writer was faster, or is writing right now.
LOST_RACE = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
# The environment was removed, and the lease with it.
GONE = frozenset({"NoSuchBucket", "NoSuchKey"})


class LeaseHeld(OperatorError):
    """Another run holds the lease."""


class LeaseUnreadable(LeaseHeld):
    """The object at the lease's key is not a lease: damaged, or written by hand."""


@dataclass
class Lease:
    """The right to change an environment, as an object in its state bucket.

    It is released, never deleted, and every write is conditional on nobody else having written: of
    two runs that start together one wins, and a run thought dead can't release another's lease.

    Parameters
    ----------
    s3 : S3Client
        Reaches the bucket.
    bucket : str
        The environment's state bucket.
    actor : Actor
        Who takes it.
    environment : str
        Named in messages.
    now : callable
        Returns the time; replaced in tests.
    """

    s3: S3Client
    bucket: str
    actor: Actor
    environment: str
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    etag: str = field(default="", init=False)
    lost: bool = field(default=False, init=False)
    nonce: str = field(default_factory=lambda: secrets.token_hex(16), init=False)
    """Identifies the writes of this run."""
    turn: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    """Serialises the renewal and the run, which would take each other's writes for a loss."""

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lease, renew it meanwhile, and release it at the end.

        Raises
        ------
        LeaseHeld
            Another run holds it; the message says which and until when.
        """
        self.acquire()
        ended = threading.Event()
        renewal = threading.Thread(
            target=self._keep, args=(ended,), name="lease-renewal", daemon=True
        )
        renewal.start()
        try:
            yield
        finally:
            ended.set()
            renewal.join()
            self.give_up()

    def acquire(self) -> None:
        """Take the lease if it is free, released, expired, or left by a dead run of this folder.

        Raises
        ------
        LeaseHeld
            Another run holds it, or may hold it.
        OperatorError
            The environment has no state bucket: nothing is deployed.
        """
        for _ in range(2):
            current = self._read()
            if current is None:
                taken = self._write(self._document(), IfNoneMatch="*")
            else:
                self._require_free(current)
                taken = self._write(self._document(), IfMatch=current.etag)
            if taken:
                return
        raise self._refusal(self._read())  # another run was faster, twice

    def renew(self) -> None:
        """Extend the lease; mark it as lost if another run has taken it."""
        with self.turn:
            if not self.lost and not self._write(self._document(), IfMatch=self.etag):
                self.lost = True

    def require(self) -> None:
        """Make sure that this run still holds the lease.

        Raises
        ------
        LeaseHeld
            Another run has taken it after it expired, for example while a machine slept.
        """
        self.renew()
        if self.lost:
            raise LeaseHeld(
                f"Another run has taken over in {self.environment}; this one has stopped.",
                reason=f"This run's lease had expired. {_describe(self._read())}",
                remedy=f"See what both did: nox -s history -- {self.environment}",
            )

    @contextmanager
    def unrenewed(self) -> Iterator[None]:
        """Renew once, then pause renewal, so that the bucket itself may be removed."""
        self.require()
        with self.turn:
            yield

    def give_up(self) -> None:
        """Release the lease, unless another run has taken it."""
        if not self.lost:
            self._write(LeaseDocument(None, None, self._own()), IfMatch=self.etag)

    def _keep(self, ended: threading.Event) -> None:
        while not ended.wait(LIFE.total_seconds() / RENEWALS_A_LIFE):
            try:
                self.renew()
            except (ClientError, BotoCoreError):
                continue  # the next round tries again; `require` checks before every change

    def _document(self) -> LeaseDocument:
        return LeaseDocument(self.actor, self.now() + LIFE, self._own())

    def _own(self) -> dict[str, object]:
        return {"nonce": self.nonce, "written": time.time_ns()}

    def _require_free(self, found: FoundLease) -> None:
        if not found.is_held(self.now()):
            return
        document = found.document
        if document is None:
            raise LeaseUnreadable(
                f"The lease of {self.environment} can't be read; nothing was done.",
                reason=f"s3://{self.bucket}/{KEY}, written {found.written.isoformat()}: "
                f"{found.fault}",
                remedy="Another run may be at work. Run the same command again after "
                f"{found.believed_until}, and it takes the lease. If the object has been "
                "rewritten by then, find out by whom: its versions, CloudTrail.",
            )
        # This run holds the folder's lock, so another run of that folder is dead. The folder has an
        # id of its own: build machines share host names and paths.
        if document.holder is None or not document.holder.shares_workspace(self.actor):
            raise self._refusal(found)

    def _refusal(self, found: FoundLease | None) -> LeaseHeld:
        return LeaseHeld(
            f"Another run is at work in {self.environment}; nothing was done.",
            reason=_describe(found),
            remedy="Wait until it ends. If it was killed, the lease expires at that time, and the "
            "same command continues where it stopped.",
        )

    def _read(self) -> FoundLease | None:
        try:
            return _found(self.s3, self.bucket)
        except self.s3.exceptions.NoSuchKey:
            return None
        except self.s3.exceptions.NoSuchBucket as error:
            raise OperatorError(
                f"Nothing is deployed in {self.environment}.",
                reason=f"Its state bucket {self.bucket} does not exist.",
                remedy="Deploy or promote to it first.",
            ) from error

    def _write(self, document: LeaseDocument, **condition: str) -> bool:
        try:
            answer = self.s3.put_object(
                Bucket=self.bucket,
                Key=KEY,
                Body=document.encoded(),
                ContentType="application/json",
                **condition,  # type: ignore[arg-type]
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in LOST_RACE:
                return self._wrote(document)
            if code in GONE:
                return False
            raise
        self.etag = answer["ETag"]
        return True

    def _wrote(self, document: LeaseDocument) -> bool:
        """Return whether a refused write was a retry of one that had succeeded."""
        current = self._read()
        if current is None or current.document is None or current.document.own != document.own:
            return False
        self.etag = current.etag
        return True


def holder(s3: S3Client, bucket: str, now: datetime) -> str:
    """Return who holds the lease, in a sentence; empty if nobody does."""
    try:
        found = _found(s3, bucket)
    except (s3.exceptions.NoSuchKey, s3.exceptions.NoSuchBucket):
        return ""
    return found.describe() if found.is_held(now) else ""


def _found(s3: S3Client, bucket: str) -> FoundLease:
    answer = s3.get_object(Bucket=bucket, Key=KEY)
    with answer["Body"] as body:
        return FoundLease(body.read(BYTES_MAX + 1), answer["ETag"], answer["LastModified"])


def _describe(found: FoundLease | None) -> str:
    return found.describe() if found else "The lease is held by another run that is just starting."
