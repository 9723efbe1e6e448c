"""The content of a lease, and how long it is valid."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tooling.ledger.actor import Actor

LIFE = timedelta(seconds=120)
# Tolerates differences between the clocks of the holder, S3 and the reader.
CLOCK_MARGIN = timedelta(seconds=60)
# A lease has about 500 bytes.
BYTES_MAX = 64 * 1024


class NoLease(Exception):
    """The object is not a lease."""


@dataclass(frozen=True)
class LeaseDocument:
    """A lease as a run writes it.

    Parameters
    ----------
    holder : Actor or None
        Who holds the lease; None once it is released.
    until : datetime or None
        When it expires, by the holder's clock; None once it is released.
    own : dict
        Identifies the write.
    """

    holder: Actor | None
    until: datetime | None
    own: dict[str, Any]

    @classmethod
    def decoded(cls, content: bytes) -> LeaseDocument:
        """Read what :meth:`encoded` wrote.

        Raises
        ------
        NoLease
            It is something else.
        """
        if len(content) > BYTES_MAX:
            raise NoLease(f"It has more than {BYTES_MAX} bytes.")
        try:
            return cls._from_fields(json.loads(content))
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
            raise NoLease(f"{type(error).__name__}: {ascii(str(error))[1:-1][:200]}") from error

    @classmethod
    def _from_fields(cls, fields: dict[str, Any]) -> LeaseDocument:
        own = {name: fields.get(name) for name in ("nonce", "written")}
        if fields["holder"] is None:
            return cls(None, None, own)
        until = datetime.fromisoformat(fields["until"])
        if until.utcoffset() is None:
            message = "until has no time zone"
            raise ValueError(message)
        return cls(Actor.from_document(fields["holder"]), until, own)

    def encoded(self) -> bytes:
        """Return the bytes to store."""
        document = {
            "holder": self.holder.document() if self.holder else None,
            "until": self.until.isoformat(timespec="seconds") if self.until else None,
        }
        return json.dumps(document | self.own).encode()


@dataclass(frozen=True)
class FoundLease:
    """A lease as read from the bucket.

    Parameters
    ----------
    content : bytes
        Of the object.
    etag : str
        Of the object.
    written : datetime
        When S3 stored it.
    """

    content: bytes
    etag: str
    written: datetime

    @property
    def document(self) -> LeaseDocument | None:
        """What it says; None where it can't be read."""
        try:
            return LeaseDocument.decoded(self.content)
        except NoLease:
            return None

    @property
    def fault(self) -> str:
        """Why it can't be read; empty where it can."""
        try:
            LeaseDocument.decoded(self.content)
        except NoLease as error:
            return str(error)
        return ""

    @property
    def believed_until(self) -> datetime | None:
        """Until when the lease counts as held; None if it does not.

        A run renews its lease long before it expires, so no lease, whatever it says, counts for
        longer than one lifetime after S3 stored it.
        """
        limit = self.written + LIFE + CLOCK_MARGIN
        document = self.document
        if document is None:
            return limit
        return min(document.until, limit) if document.until else None

    def is_held(self, now: datetime) -> bool:
        """Return whether the lease counts as held."""
        until = self.believed_until
        return until is not None and until > now

    def describe(self) -> str:
        """Return in a sentence who holds it and until when."""
        document, until = self.document, self.believed_until
        if document is None:
            return f"The lease can't be read ({self.fault}); it counts as held until {until}."
        who = document.holder.person if document.holder else "another run that is just starting"
        return f"The lease is held by {who} until {until and until.isoformat()}."
