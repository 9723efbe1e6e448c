"""Integrity of a ledger: an unbroken chain, and authentic entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tooling.errors import OperatorError
from tooling.ledger.entry import NOTHING_BEFORE, Entry, Step, Unreadable
from tooling.ledger.ledger import PREFIX, digest_of, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tooling.ledger.ledger import Ledger


@dataclass(frozen=True)
class LedgerEntries:
    """The entries of a ledger, and which of them are authentic.

    Parameters
    ----------
    written : list of Entry
        All entries, oldest first.
    believed : list of bool
        For each, whether it was written by somebody with the right to change the environment.
    """

    written: list[Entry]
    believed: list[bool]

    @property
    def authentic(self) -> list[Entry]:
        """The only entries that steer a run."""
        return [entry for entry, sound in zip(self.written, self.believed, strict=True) if sound]

    @property
    def unauthenticated(self) -> list[int]:
        """Numbers of the entries that are not authentic."""
        return [number for number, sound in enumerate(self.believed, start=1) if not sound]

    @property
    def forged(self) -> list[int]:
        """Those after the first authentic entry: by then there was a key."""
        if True not in self.believed:
            return []
        return [number for number in self.unauthenticated if number > self.believed.index(True)]

    @property
    def holds(self) -> list[Entry]:
        """Entries about holds: any entry may set a hold, only an authentic one may lift it.

        So a hold that is older than the key stays in force.
        """
        return [
            entry
            for entry, sound in zip(self.written, self.believed, strict=True)
            if sound or entry.step is Step.HOLD_SET
        ]


def authenticated(ledger: Ledger, *, damaged: bool = False) -> LedgerEntries:
    """Read a ledger, and check which of its entries are authentic.

    Parameters
    ----------
    damaged : bool
        Whether to skip unreadable entries, which steer nothing anyway.

    Raises
    ------
    OperatorError
        An entry can't be read.
    """
    contents = ledger.contents()
    if damaged:
        contents = [each for each in contents if _is_readable(each[1])]
    return _authenticated(ledger, contents)


def _is_readable(content: bytes) -> bool:
    try:
        Entry.decoded(content)
    except Unreadable:
        return False
    return True


def _authenticated(ledger: Ledger, contents: list[tuple[str, bytes]]) -> LedgerEntries:
    return LedgerEntries(ledger.decoded(contents), ledger.believed(contents))


def faults(ledger: Ledger) -> list[str]:
    """Return the faults of a ledger, one sentence each."""
    return _examined(ledger)[0]


def verified(ledger: Ledger, environment: str) -> LedgerEntries:
    """Return the entries of a ledger whose chain is intact.

    Raises
    ------
    OperatorError
        It is not; the message lists the faults.
    """
    found, contents = _examined(ledger)
    if found:
        raise OperatorError(
            f"The ledger of {environment} is not what was written.",
            reason="\n".join(found),
            remedy="Find out who changed it: the object versions of the state bucket, CloudTrail.",
        )
    return _authenticated(ledger, contents)


def _examined(ledger: Ledger) -> tuple[list[str], list[tuple[str, bytes]]]:
    # Read first: a concurrent writer can then only add entries beyond the head.
    try:
        head = ledger.head()
        unreadable = []
    except OperatorError as error:
        head, unreadable = None, [error.what]
    contents = ledger.contents()
    end = unreadable or _missing_end(head, contents)
    return [*_broken_chain(contents), *end, *_rewritten(ledger)], contents


def _broken_chain(contents: list[tuple[str, bytes]]) -> Iterator[str]:
    before = NOTHING_BEFORE
    for number, (key, content) in enumerate(contents, start=1):
        name = _name(key)
        try:
            entry = Entry.decoded(content)
        except Unreadable:
            yield f"Entry {name} can't be read any more."
            return
        if key != key_of(number):
            yield f"Entry {_name(key_of(number))} is missing."
            return
        if entry.sequence != number:
            yield f"Entry {name} says that it is number {entry.sequence}."
        if entry.chain != before:
            yield f"The entry before {name} is not the one it was chained to."
        before = digest_of(content)


def _missing_end(head: tuple[int, str] | None, contents: list[tuple[str, bytes]]) -> Iterator[str]:
    """Find what the chain can't show: a missing end, or an edited last entry."""
    if head is None:
        if contents:
            yield "The note of the last entry is missing."
        return
    sequence, digest = head
    if sequence > len(contents):
        yield f"The ledger ends at {len(contents)}, but {sequence} entries were written."
    elif sequence < 1:
        yield f"The note of the last entry names number {sequence}."
    elif digest_of(contents[sequence - 1][1]) != digest:
        yield f"Entry {_name(contents[sequence - 1][0])} is not what was written."


def _rewritten(ledger: Ledger) -> Iterator[str]:
    """Find overwritten or deleted entries, from the bucket's object versions."""
    pages = ledger.s3.get_paginator("list_object_versions")
    seen: set[str] = set()
    try:
        found = list(pages.paginate(Bucket=ledger.bucket, Prefix=PREFIX))
    except ledger.s3.exceptions.NoSuchBucket:
        return
    for page in found:
        for entry in page.get("Versions", []):
            if entry["Key"] in seen:
                yield f"Entry {_name(entry['Key'])} was written more than once."
            seen.add(entry["Key"])
        for marker in page.get("DeleteMarkers", []):
            yield f"Entry {_name(marker['Key'])} was deleted."


def _name(key: str) -> str:
    return key.removeprefix(PREFIX).removesuffix(".json")
