"""What a release calls its functions decides nothing on the machine that carries their zips."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from tooling.releases.artifact_copy import Place, copy_artifacts
from tooling.releases.release import UNKNOWN_RELEASE, PublishedFunction

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_s3.client import S3Client


def test_the_name_of_a_function_is_no_path(s3: S3Client, bucket: str, tmp_path: Path) -> None:
    victim = tmp_path / "victim.zip"
    victim.write_text("precious")
    content = b"evil"
    version = s3.put_object(Bucket=bucket, Key="zip", Body=content)["VersionId"]
    published = PublishedFunction("zip", version, hashlib.sha256(content).hexdigest())
    release = replace(UNKNOWN_RELEASE, functions={str(victim.with_suffix("")): published})
    copy_artifacts(release, Place(s3, bucket), Place(s3, bucket))
    assert victim.read_text() == "precious"
