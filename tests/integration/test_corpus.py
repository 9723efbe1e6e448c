"""Real and hostile files through the deployed pipeline: each ends as its manifest says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    from tests.integration.conftest import Aws

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
ENDED = {"ready", "rejected"}


@pytest.fixture(scope="module")
def manifest() -> list[dict[str, Any]]:
    if not CORPUS.is_dir():
        pytest.skip("the corpus is not beside the checkout, at ../shared/corpus")
    entries = json.loads((CORPUS / "manifest.json").read_text(encoding="utf-8"))
    assert isinstance(entries, list)
    return entries


def outcome(row: dict[str, Any]) -> dict[str, Any]:
    """Return of a row what a manifest says of a file."""
    status = row["status"]["S"]
    if status == "rejected":
        return {"status": status, "reason": row["error"]["M"]["reason"]["S"]}
    numbers = {name: int(row[name]["N"]) for name in ("width", "height", "frames")}
    return {"status": status, "format": row["format"]["S"], **numbers}


def expected(entry: dict[str, Any]) -> dict[str, Any]:
    names = ("status", "reason", "format", "width", "height", "frames")
    return {name: entry[name] for name in names if name in entry}


def test_every_file_of_the_corpus_ends_as_its_manifest_says(
    aws: Aws, manifest: list[dict[str, Any]]
) -> None:
    prefix = f"uploads/corpus-{uuid4().hex}"
    keys = {entry["file"]: f"{prefix}/{entry['file']}" for entry in manifest}
    try:
        for name, key in keys.items():  # all at once: the queue hands them out
            aws.s3.put_object(Bucket=aws.bucket, Key=key, Body=(CORPUS / name).read_bytes())
        found = {
            name: outcome(aws.wait_for_row(key, lambda row: row["status"]["S"] in ENDED))
            for name, key in keys.items()
        }
    finally:
        for key in keys.values():
            aws.remove(key)
    assert found == {entry["file"]: expected(entry) for entry in manifest}
