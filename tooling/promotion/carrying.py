"""Carries the zips of a release from one environment's bucket to another's."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from botocore.exceptions import FlexibleChecksumError

from tooling.packaging.build import Artifact
from tooling.promotion.gates.verdict import Answer, failed, passed, unknown
from tooling.releases import PublishedFunction, Release, publish

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

CHUNK_BYTES = 1 << 20
# Stands in a plan that will not be applied.
NOWHERE = "not-carried"


class Changed(Exception):
    """A zip is not what the release says."""


@dataclass(frozen=True)
class Place:
    """An artifact bucket.

    Parameters
    ----------
    s3 : S3Client
        Reaches it.
    bucket : str
        Its name.
    """

    s3: S3Client
    bucket: str


def carry(release: Release, source: Place, target: Place) -> tuple[Release, Answer]:
    """Hash each zip of the release again, and write it under its digest into the other bucket.

    Returns
    -------
    Release
        The same release with the places of its zips in the target; a zip that is not what the
        release says is not carried.
    Answer
        Whether all were, or why that is not known.
    """
    functions = sorted(release.functions.items())
    with TemporaryDirectory() as folder, ThreadPoolExecutor() as pool:

        def carry_one(item: tuple[str, PublishedFunction]) -> PublishedFunction:
            name, published = item
            # Not under the name itself: it is the source's, and could lead anywhere.
            path = Path(folder) / hashlib.sha256(name.encode()).hexdigest()
            digest = _fetch(source, published, path)
            if digest != published.sha256:
                raise Changed(f"{name} is {digest[:12]}, not {published.sha256[:12]}")
            return publish(target.s3, target.bucket, Artifact(name, path, digest, built=False))

        carried = [pool.submit(carry_one, item) for item in functions]
    faults = [error for one in carried if (error := one.exception())]
    there = {
        name: replace(published, version_id=NOWHERE) if one.exception() else one.result()
        for (name, published), one in zip(functions, carried, strict=True)
    }
    return replace(release, functions=there), _judge(source, functions, faults)


def _judge(
    source: Place,
    functions: list[tuple[str, PublishedFunction]],
    faults: list[BaseException],
) -> Answer:
    if not faults:
        told = ", ".join(f"{name} {published.sha256[:12]}" for name, published in functions)
        return passed(f"Hashed again: {told}.")
    told = ", ".join(" ".join(str(fault).split()) for fault in faults)
    if all(isinstance(fault, Changed | FlexibleChecksumError) for fault in faults):
        return failed(f"In {source.bucket} {told}: somebody has changed it.")
    return unknown(f"From {source.bucket}: {told}")


def _fetch(place: Place, published: PublishedFunction, path: Path) -> str:
    digest = hashlib.sha256()
    answer = place.s3.get_object(
        Bucket=place.bucket, Key=published.key, VersionId=published.version_id
    )
    with answer["Body"] as body, path.open("wb") as file:
        for chunk in iter(lambda: body.read(CHUNK_BYTES), b""):
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()
