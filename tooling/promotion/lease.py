"""One run at a time brings anything to an environment, wherever it is started."""

from __future__ import annotations

import json
import secrets
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from tooling.errors import OperatorError
from tooling.promotion.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_s3.client import S3Client

KEY = "promotion/lease.json"
LIFE = timedelta(seconds=120)
RENEWALS_A_LIFE = 4
# Another writer was faster, or is writing at this moment.
LOST_RACE = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
# The environment was removed, and the lease with it.
GONE = frozenset({"NoSuchBucket", "NoSuchKey"})


class LeaseHeld(OperatorError):
    """Somebody else is bringing something to the environment."""


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
    origin : Origin
        Who takes it.
    environment : str
        Named in messages.
    now : callable
        Returns the time; replaced in tests.
    """

    s3: S3Client
    bucket: str
    origin: Origin
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
            Somebody else holds it.
        OperatorError
            The environment has no state bucket, so nothing is there to be changed.
        """
        for _ in range(2):
            current = self._read()
            if current is None:
                taken = self._write(self._document(), IfNoneMatch="*")
            else:
                document, etag = current
                self._require_free(document)
                taken = self._write(self._document(), IfMatch=etag)
            if taken:
                return
        current = self._read()  # somebody was faster, twice
        raise self._refusal(current[0] if current else {})

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
            current = self._read()
            raise LeaseHeld(
                f"Another run has taken over in {self.environment}; this one has stopped.",
                reason=f"This one's lease had run out. {_told(current[0] if current else {})}",
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
            self._write({"holder": None, "until": None}, IfMatch=self.etag)

    def _keep(self, ended: threading.Event) -> None:
        while not ended.wait(LIFE.total_seconds() / RENEWALS_A_LIFE):
            try:
                self.renew()
            except (ClientError, BotoCoreError):
                continue  # the next turn tries again; `require` tells before anything is changed

    def _document(self) -> dict[str, Any]:
        until = self.now() + LIFE
        return {"holder": self.origin.document(), "until": until.isoformat(timespec="seconds")}

    def _require_free(self, document: dict[str, Any]) -> None:
        if not _is_held(document, self.now()):
            return
        # Both hold the lock of one folder in turn, so the other run is dead. It is known by an id
        # that lies in it: on build machines many have one host name and path.
        if Origin(**document["holder"]).shares_workspace(self.origin):
            return
        raise self._refusal(document)

    def _refusal(self, document: dict[str, Any]) -> LeaseHeld:
        return LeaseHeld(
            f"Another run is at work in {self.environment}; nothing was done.",
            reason=_told(document),
            remedy="Wait until it ends. If it was killed, the lease runs out at that time and the "
            "same command goes on from where it stood.",
        )

    def _read(self) -> tuple[dict[str, Any], str] | None:
        try:
            answer = self.s3.get_object(Bucket=self.bucket, Key=KEY)
        except self.s3.exceptions.NoSuchKey:
            return None
        except self.s3.exceptions.NoSuchBucket as error:
            raise OperatorError(
                f"Nothing is deployed in {self.environment}.",
                reason=f"Its state bucket {self.bucket} does not exist.",
                remedy="Deploy or promote to it first.",
            ) from error
        with answer["Body"] as body:
            return json.loads(body.read()), answer["ETag"]

    def _write(self, document: dict[str, Any], **condition: str) -> bool:
        own = {"nonce": self.nonce, "written": time.time_ns()}
        body = json.dumps(document | own).encode()
        try:
            answer = self.s3.put_object(
                Bucket=self.bucket,
                Key=KEY,
                Body=body,
                ContentType="application/json",
                **condition,  # type: ignore[arg-type]
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in LOST_RACE:
                return self._wrote(own)
            if code in GONE:
                return False
            raise
        self.etag = answer["ETag"]
        return True

    def _wrote(self, own: dict[str, Any]) -> bool:
        """Tell whether a refused write was made before: its answer was lost, and it repeated."""
        current = self._read()
        if current is None or any(current[0].get(name) != value for name, value in own.items()):
            return False
        self.etag = current[1]
        return True


def holder(s3: S3Client, bucket: str, now: datetime) -> str:
    """Return who holds a lease that has not run out, in a sentence; empty if nobody does."""
    try:
        with s3.get_object(Bucket=bucket, Key=KEY)["Body"] as body:
            document = json.loads(body.read())
    except (s3.exceptions.NoSuchKey, s3.exceptions.NoSuchBucket):
        return ""
    return _told(document) if _is_held(document, now) else ""


def _is_held(document: dict[str, Any], now: datetime) -> bool:
    return document["holder"] is not None and datetime.fromisoformat(document["until"]) > now


def _told(document: dict[str, Any]) -> str:
    holder, until = document.get("holder"), document.get("until")
    who = Origin(**holder).person if holder else "another run that is just starting"
    return f"The lease is held by {who} until {until}."
