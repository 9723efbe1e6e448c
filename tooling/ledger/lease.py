"""One run at a time brings anything to an environment, wherever it is started."""

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
# Another writer was faster, or is writing at this moment.
LOST_RACE = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
# The environment was removed, and the lease with it.
GONE = frozenset({"NoSuchBucket", "NoSuchKey"})


class LeaseHeld(OperatorError):
    """Somebody else is bringing something to the environment."""


class LeaseUnreadable(LeaseHeld):
    """What lies where the lease should is none: damaged, or written by hand."""


@dataclass
class Lease:
    """The right to bring something to an environment, as an object in its state bucket.

    It is never deleted but given up, always on the condition that nobody else has written it: so
    of two runs that start together one wins, and one that was thought dead can't end another's.

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
    """Tells what this run has written from what others have."""
    turn: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    """Of the renewal and the run itself, each of which would take the other's write for a loss."""

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lease, renewing it all the while, and give it up in the end.

        Raises
        ------
        LeaseHeld
            Somebody else holds it; the message says who and until when.
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
        """Take the lease if it is free, given up, run out, or left by a dead run of this folder.

        Raises
        ------
        LeaseHeld
            Somebody else holds it, or it can't be told whether somebody does.
        OperatorError
            The environment has no state bucket, so nothing is there to be changed.
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
        raise self._refusal(self._read())  # somebody was faster, twice

    def renew(self) -> None:
        """Put the end of the lease off; it is lost if somebody else has taken it."""
        with self.turn:
            if not self.lost and not self._write(self._document(), IfMatch=self.etag):
                self.lost = True

    def require(self) -> None:
        """Make sure that nobody has taken the lease meanwhile.

        Raises
        ------
        LeaseHeld
            Somebody has: it had run out, as when a machine slept.
        """
        self.renew()
        if self.lost:
            raise LeaseHeld(
                f"Another run has taken over in {self.environment}; this one has stopped.",
                reason=f"This one's lease had run out. {_describe(self._read())}",
                remedy=f"See what both did: nox -s history -- {self.environment}",
            )

    @contextmanager
    def unrenewed(self) -> Iterator[None]:
        """Renew once and then not for a while, in which the bucket itself may be removed."""
        self.require()
        with self.turn:
            yield

    def give_up(self) -> None:
        """End the lease, unless it is somebody else's by now."""
        if not self.lost:
            self._write(LeaseDocument(None, None, self._own()), IfMatch=self.etag)

    def _keep(self, ended: threading.Event) -> None:
        while not ended.wait(LIFE.total_seconds() / RENEWALS_A_LIFE):
            try:
                self.renew()
            except (ClientError, BotoCoreError):
                continue  # the next turn tries again; `require` tells before anything is changed

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
                f"{found.believed_until}, and it takes the lease. If that is written anew by then, "
                "find out by whom: the versions of the object, CloudTrail.",
            )
        # Both hold the lock of one folder in turn, so the other run is dead. It is known by an id
        # that lies in it: on build machines many have one host name and path.
        if document.holder is None or not document.holder.shares_workspace(self.actor):
            raise self._refusal(found)

    def _refusal(self, found: FoundLease | None) -> LeaseHeld:
        return LeaseHeld(
            f"Another run is at work in {self.environment}; nothing was done.",
            reason=_describe(found),
            remedy="Wait until it ends. If it was killed, the lease runs out at that time and the "
            "same command goes on from where it stood.",
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
        """Return whether a refused write was made before: its answer was lost, and it repeated."""
        current = self._read()
        if current is None or current.document is None or current.document.own != document.own:
            return False
        self.etag = current.etag
        return True


def holder(s3: S3Client, bucket: str, now: datetime) -> str:
    """Return who holds a lease that has not run out, in a sentence; empty if nobody does."""
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
