"""A dry run looks and writes nothing, so the right to read is enough for whoever plans."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.commits import commit_of
from tests.e2e.promotion.conftest import edited
from tests.e2e.promotion.reader import reading_only
from tooling.ledger.entry import Entry, Step
from tooling.ledger.ledger import HEAD, digest_of, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

    from tests.e2e.promotion.conftest import Lab
    from tooling.releases.release import Release

PROMOTE = ("promote", "dev", "staging")
FIRST = ("promote", "staging", "prod")
ASKS = ("deletion_protection:", "approval: true\ndeletion_protection:")
LONGER = ("access_log_days: 90", "access_log_days: 91")


def test_who_may_only_read_gets_the_digest_that_the_real_run_compares(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = edited(lab.file("staging"), ASKS, LONGER)
    with settings:
        # The helper makes sure that nothing can be written, and that nothing was.
        with reading_only(lab, "staging", tmp_path, monkeypatch):
            shown = lab.checkout.document(*PROMOTE, "--dry-run")
        refused = [found["gate"] for found in shown["gates"] if found["verdict"] != "pass"]
        assert refused == ["approval"]
        values = [value for change in shown["plan"]["changes"] for value in change["values"]]
        assert any((value["before"], value["after"]) == ("90", "91") for value in values)
        assert shown["plan"]["goes_back_to"] == lab.release("staging").id
        lab.checkout.run(*PROMOTE, "--approve", shown["plan"]["digest"])
    lab.checkout.run(*PROMOTE)


def test_a_first_promotion_is_planned_before_there_is_a_bucket(lab: Lab) -> None:
    before = _everything(lab)
    shown = lab.checkout.document(*FIRST, "--dry-run")
    refused = [found["gate"] for found in shown["gates"] if found["verdict"] != "pass"]
    assert refused == ["approval"]
    assert _everything(lab) == before
    real = lab.checkout.document(*FIRST)
    assert real["plan"]["digest"] == shown["plan"]["digest"]
    assert real["result"] == "refused"
    assert "intact" in lab.checkout.run("history", "prod", "--verify")
    lab.checkout.run("destroy", "prod", "--yes")
    assert _everything(lab) == before


def test_forged_entries_lead_no_run_anywhere(lab: Lab) -> None:
    first = lab.release("staging")
    evil = replace(first, git_commit=commit_of("e41l"))
    with _forged(lab, evil) as numbers:
        for command in ((*PROMOTE, "--dry-run"), PROMOTE):
            printed = lab.checkout.run(*command)
            assert "An earlier run was killed" not in printed
            assert "3 entries of the ledger are not authenticated" in printed
        assert lab.release("staging") == first
        assert "returning" not in lab.steps("staging")[numbers[-1] :]
        verified = lab.checkout.run("history", "staging", "--verify", code=1)
        assert f"Not authenticated: {', '.join(str(number) for number in numbers)}." in verified


def _everything(lab: Lab) -> list[str]:
    buckets = [bucket["Name"] for bucket in lab.s3.list_buckets()["Buckets"]]
    aliases = [alias["AliasName"] for alias in lab.client("kms").list_aliases()["Aliases"]]
    return sorted([*buckets, *aliases])


@contextmanager
def _forged(lab: Lab, evil: Release) -> Iterator[list[int]]:
    """Write what made earlier versions go back to a release of the attacker's; undo it."""
    ledger = lab.ledger("staging")
    contents = [content for _, content in ledger.contents()]
    there = len(contents)
    origin = ledger.entries()[-1].origin
    document = evil.document()
    for step in (Step.STARTED, Step.APPLYING, Step.SMOKE_FAILED):
        forged = Entry(
            "evil",
            " ".join(PROMOTE),
            step,
            origin,
            release=document,
            previous=document,
            sequence=len(contents) + 1,
            time="2026-01-01T12:00:00+00:00",
            chain=digest_of(contents[-1]),
        )
        contents.append(forged.encoded())
        lab.s3.put_object(Bucket=ledger.bucket, Key=key_of(forged.sequence), Body=contents[-1])
    _note(lab, ledger.bucket, contents)
    try:
        yield [there + 1, there + 2, there + 3]
    finally:
        for number in range(there + 1, len(ledger.contents()) + 1):
            _remove(lab, ledger.bucket, key_of(number))
        _note(lab, ledger.bucket, contents[:there])


def _note(lab: Lab, bucket: str, contents: list[bytes]) -> None:
    note = {"sequence": len(contents), "digest": digest_of(contents[-1])}
    lab.s3.put_object(Bucket=bucket, Key=HEAD, Body=json.dumps(note).encode())


def _remove(lab: Lab, bucket: str, key: str) -> None:
    for version in lab.s3.list_object_versions(Bucket=bucket, Prefix=key)["Versions"]:
        lab.s3.delete_object(Bucket=bucket, Key=key, VersionId=version["VersionId"])
