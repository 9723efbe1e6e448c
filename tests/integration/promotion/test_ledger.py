"""The ledger is written once, in order, and tells when it was changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.integration.promotion.conftest import actor
from tooling.errors import Interrupted, OperatorError
from tooling.ledger.entry import NOTHING_BEFORE, Entry, Step
from tooling.ledger.integrity import faults, verified
from tooling.ledger.interrupted_runs import interruption
from tooling.ledger.journal import Journal
from tooling.ledger.ledger import HEAD, Ledger, digest_of, key_of

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

    from tooling.aws.ledger_key import LedgerKey


def entry(run: str, step: Step = Step.STARTED) -> Entry:
    return Entry(run=run, command="promote dev staging", step=step, origin=actor("a").document())


@pytest.fixture
def ledger(s3: S3Client, bucket: str, ledger_key: LedgerKey) -> Ledger:
    ledger = Ledger(s3, bucket, ledger_key)
    for number in range(1, 5):
        ledger.append(entry(f"run{number}"))
    return ledger


def test_entries_come_back_in_order_each_bound_to_the_one_before(ledger: Ledger) -> None:
    entries = ledger.entries()
    assert [found.run for found in entries] == ["run1", "run2", "run3", "run4"]
    assert [found.sequence for found in entries] == [1, 2, 3, 4]
    contents = [content for _, content in ledger.contents()]
    assert [found.chain for found in entries] == [
        NOTHING_BEFORE,
        *(digest_of(content) for content in contents[:-1]),
    ]
    assert faults(ledger) == []


def test_a_bucket_that_is_not_there_has_no_entries(s3: S3Client, ledger_key: LedgerKey) -> None:
    nowhere = Ledger(s3, "media-test-nowhere", ledger_key)
    assert nowhere.entries() == []
    assert verified(nowhere, "staging").written == []
    assert ledger_key.find() is None  # to look makes no key


def test_writers_at_once_lose_nothing(ledger: Ledger) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(ledger.append, [entry(f"writer{number}") for number in range(12)]))
    assert len(ledger.entries()) == 16
    assert faults(ledger) == []


def test_a_writer_that_was_killed_before_the_note_of_the_last_entry_harms_nothing(
    ledger: Ledger, s3: S3Client, bucket: str
) -> None:
    with s3.get_object(Bucket=bucket, Key=HEAD)["Body"] as body:
        note = body.read()
    ledger.append(entry("killed"))
    s3.put_object(Bucket=bucket, Key=HEAD, Body=note)
    assert faults(ledger) == []
    ledger.append(entry("next"))
    assert [found.run for found in ledger.entries()][-2:] == ["killed", "next"]
    assert faults(ledger) == []


def edited(content: bytes) -> bytes:
    return content.replace(b"promote dev staging", b"promote dev stagin!")


def replace_for_good(s3: S3Client, bucket: str, key: str, content: bytes | None) -> None:
    """Write an object anew as somebody would who covers his tracks: no older version stays."""
    versions = s3.list_object_versions(Bucket=bucket, Prefix=key)["Versions"]
    for version in versions:
        s3.delete_object(Bucket=bucket, Key=key, VersionId=version["VersionId"])
    if content is not None:
        s3.put_object(Bucket=bucket, Key=key, Body=content)


@pytest.mark.parametrize("number", [1, 2, 4])
def test_an_edited_entry_is_found(ledger: Ledger, s3: S3Client, bucket: str, number: int) -> None:
    content = ledger.contents()[number - 1][1]
    replace_for_good(s3, bucket, key_of(number), edited(content))
    assert faults(ledger)


@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_removed_entry_is_found(ledger: Ledger, s3: S3Client, bucket: str, number: int) -> None:
    replace_for_good(s3, bucket, key_of(number), None)
    assert faults(ledger)


def test_reordered_entries_are_found(ledger: Ledger, s3: S3Client, bucket: str) -> None:
    contents = [content for _, content in ledger.contents()]
    replace_for_good(s3, bucket, key_of(2), contents[2])
    replace_for_good(s3, bucket, key_of(3), contents[1])
    assert faults(ledger)


def test_an_entry_that_was_edited_and_put_back_is_found(
    ledger: Ledger, s3: S3Client, bucket: str
) -> None:
    content = ledger.contents()[1][1]
    s3.put_object(Bucket=bucket, Key=key_of(2), Body=edited(content))
    s3.put_object(Bucket=bucket, Key=key_of(2), Body=content)
    assert faults(ledger) == ["Entry 00000002 was written more than once."] * 2


def test_a_deleted_entry_that_is_still_among_the_versions_is_found(
    ledger: Ledger, s3: S3Client, bucket: str
) -> None:
    s3.delete_object(Bucket=bucket, Key=key_of(4))
    assert "Entry 00000004 was deleted." in faults(ledger)


def test_an_unreadable_entry_is_found(ledger: Ledger, s3: S3Client, bucket: str) -> None:
    replace_for_good(s3, bucket, key_of(3), b"{")
    assert "Entry 00000003 can't be read any more." in faults(ledger)


BAD = [
    b"",
    b"[]",
    b"null",
    b"\xff",
    b'{"step": "unheard of"}',
    pytest.param((b'"time": "2', b'"time": "x2'), id="time"),
    pytest.param((b'"keeps": {}', b'"keeps": 1'), id="keeps"),
    pytest.param((b'"release": null', b'"release": {"id": "1"}'), id="release"),
]


@pytest.mark.parametrize("change", BAD)
def test_an_entry_that_can_not_be_read_is_named_to_a_person(
    ledger: Ledger, s3: S3Client, bucket: str, change: bytes | tuple[bytes, bytes]
) -> None:
    written = ledger.contents()[1][1]
    content = change if isinstance(change, bytes) else written.replace(*change)
    assert content != written
    replace_for_good(s3, bucket, key_of(2), content)
    with pytest.raises(OperatorError) as caught:
        ledger.entries()
    assert f"s3://{bucket}/{key_of(2)}" in caught.value.what
    assert "--verify" in caught.value.remedy
    assert "Entry 00000002 can't be read any more." in faults(ledger)


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"sequence": 0, "digest": ""}'])
def test_a_note_of_the_last_entry_that_was_edited_is_found(
    ledger: Ledger, s3: S3Client, bucket: str, content: bytes
) -> None:
    replace_for_good(s3, bucket, HEAD, content)
    assert any("note of the last entry" in fault for fault in faults(ledger))
    with pytest.raises(OperatorError, match="is not what was written"):
        verified(ledger, "staging")


def test_a_ledger_that_is_written_to_meanwhile_is_intact(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents, first = ledger.contents, entry("meanwhile")

    def read(_: Ledger) -> list[tuple[str, bytes]]:
        found = contents()
        ledger.append(first)
        return found

    monkeypatch.setattr(Ledger, "contents", read)
    assert verified(ledger, "staging").written


@pytest.fixture
def journal(ledger: Ledger) -> Journal:
    return Journal(ledger, actor("anna"), "promote dev staging", "run5")


def ended_by(journal: Journal, error: BaseException, *steps: Step) -> None:
    """Let a run reach some steps and then end with an error."""
    with journal.failures_recorded():
        for step in steps:
            journal.record(step)
        raise error


def test_a_run_that_fails_is_closed_with_its_reason(ledger: Ledger, journal: Journal) -> None:
    error = OperatorError("The plan failed.", reason="Terraform says so.")
    with pytest.raises(OperatorError):
        ended_by(journal, error, Step.STARTED)
    last = ledger.entries()[-1]
    assert (last.run, last.step) == ("run5", Step.FAILED)
    assert "Terraform says so." in last.detail
    # The one before it was killed, and is still to be taken up.
    found = interruption(ledger.entries())
    assert found is not None
    assert found.last.run == "run4"


def test_a_run_that_tells_its_own_end_is_not_closed_twice(ledger: Ledger, journal: Journal) -> None:
    with pytest.raises(OperatorError):
        ended_by(journal, OperatorError("A gate failed."), Step.STARTED, Step.REFUSED)
    assert ledger.entries()[-1].step is Step.REFUSED


def test_a_run_that_is_stopped_is_left_open_for_the_next(ledger: Ledger, journal: Journal) -> None:
    with pytest.raises(Interrupted):
        ended_by(journal, Interrupted(), Step.STARTED)
    found = interruption(ledger.entries())
    assert found is not None
    assert found.last.run == "run5"
