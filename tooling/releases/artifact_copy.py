"""Copying the zips of a release between artifact buckets, and hashing them on the way."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import TYPE_CHECKING

from botocore.exceptions import FlexibleChecksumError

from tooling.packaging.build import Artifact
from tooling.releases.release import PublishedFunction, Release, publish
from tooling.releases.release import published as find_published

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO

    from mypy_boto3_s3.client import S3Client

CHUNK_BYTES = 1 << 20
# Stands in a plan that will not be applied.
NOWHERE = "not-copied"


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


@dataclass(frozen=True)
class Copied:
    """The result of copying the zips of a release.

    Parameters
    ----------
    release : Release
        The same release with the places of its zips in the target; a zip that is not what the
        release says was not copied.
    source : str
        The bucket that they were read from.
    faults : tuple of BaseException
        Why some could not be copied.
    """

    release: Release
    source: str
    faults: tuple[BaseException, ...]

    @property
    def changed(self) -> bool:
        """Whether every fault is that a zip is not what the release says."""
        kinds = (Changed, FlexibleChecksumError)
        return bool(self.faults) and all(isinstance(fault, kinds) for fault in self.faults)


def copy_artifacts(release: Release, source: Place, target: Place) -> Copied:
    """Hash each zip of the release again, and write it under its digest into the other bucket."""
    with TemporaryDirectory() as folder:

        def copy_one(name: str, published: PublishedFunction) -> PublishedFunction:
            # Under our own name: the function's name comes from the source.
            with NamedTemporaryFile(dir=folder) as file:
                _require(name, published, _hash(source, published, file))
                file.flush()
                artifact = Artifact(name, Path(file.name), published.sha256, built=False)
                return publish(target.s3, target.bucket, artifact)

        return _each(release, source, copy_one)


def hash_artifacts(release: Release, source: Place, target: Place) -> Copied:
    """Hash each zip of the release again where it lies, and write nothing, here or there.

    Their places are those that they have in the target, or would get there.
    """

    def look(name: str, there: PublishedFunction) -> PublishedFunction:
        _require(name, there, _hash(source, there))
        key = Artifact(name, Path(), there.sha256, built=False).key
        found = find_published(target.s3, target.bucket, key, there.sha256)
        return found or PublishedFunction(key, NOWHERE, there.sha256)

    return _each(release, source, look)


def _each(
    release: Release, source: Place, act: Callable[[str, PublishedFunction], PublishedFunction]
) -> Copied:
    functions = sorted(release.functions.items())
    with ThreadPoolExecutor() as pool:
        done = [pool.submit(act, *item) for item in functions]
    faults = tuple(error for one in done if (error := one.exception()))
    there = {
        name: replace(published, version_id=NOWHERE) if one.exception() else one.result()
        for (name, published), one in zip(functions, done, strict=True)
    }
    return Copied(replace(release, functions=there), source.bucket, faults)


def _require(name: str, published: PublishedFunction, digest: str) -> None:
    if digest != published.sha256:
        raise Changed(f"{name} is {digest}, not {published.sha256}")


def _hash(place: Place, published: PublishedFunction, copy: IO[bytes] | None = None) -> str:
    digest = hashlib.sha256()
    answer = place.s3.get_object(
        Bucket=place.bucket, Key=published.key, VersionId=published.version_id
    )
    with answer["Body"] as body:
        for chunk in iter(lambda: body.read(CHUNK_BYTES), b""):
            digest.update(chunk)
            if copy:
                copy.write(chunk)
    return digest.hexdigest()
