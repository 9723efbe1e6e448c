"""A release: exactly what runs, identified by the digest of its description."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tooling.errors import OperatorError
from tooling.packaging.build import FUNCTIONS
from tooling.packaging.platforms import LAMBDA_RUNTIME
from tooling.releases.fields import PLACEHOLDER, InvalidRelease, require_release
from tooling.releases.git import git
from tooling.releases.moves import holds_reverse_moves_alone

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_s3.client import S3Client

    from tooling.packaging.build import Artifact
    from tooling.packaging.platforms import Platform

# Under terraform/, and yet nothing of an environment.
APART = "github"
PUBLISH_ATTEMPTS = 5
# Without the right to list, S3 does not say that nothing is there.
ABSENT = frozenset({"404", "403"})


@dataclass(frozen=True)
class PublishedFunction:
    """A function's zip in an artifact bucket.

    Parameters
    ----------
    key, version_id : str
        Where it lies.
    sha256 : str
        Of the zip, in hex.
    """

    key: str
    version_id: str
    sha256: str

    @property
    def code_sha256(self) -> str:
        """The SHA-256 in base64, as S3 and Lambda report it."""
        return _in_base64(self.sha256)


@dataclass(frozen=True)
class Release:
    """Everything that decides what runs, immutable.

    Parameters
    ----------
    git_commit : str
        The checkout's commit; ``-dirty`` is added where files differ from it.
    terraform_digest, provider_lock_digest : str
        SHA-256 in hex of all that Terraform reads and of the provider lock.
    runtime, architecture : str
        As Lambda names them.
    functions : dict of str to PublishedFunction
        By function name.
    """

    git_commit: str
    terraform_digest: str
    provider_lock_digest: str
    runtime: str
    architecture: str
    functions: dict[str, PublishedFunction]

    @property
    def id(self) -> str:
        """SHA-256 of the canonical description, in hex."""
        canonical = json.dumps(self._description(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def short_commit(self) -> str:
        """The commit as a person reads it; that files differ from it is kept."""
        commit, mark, _ = self.git_commit.partition("-dirty")
        return commit[:12] + mark

    @property
    def code_sha256(self) -> dict[str, str]:
        """By function, the SHA-256 of its zip in base64: Terraform can't convert it."""
        return {name: function.code_sha256 for name, function in self.functions.items()}

    def document(self) -> dict[str, Any]:
        """Return the release as Terraform's variable ``release`` takes it."""
        return {"id": self.id, **asdict(self)}

    @classmethod
    def from_document(cls, document: object) -> Release:
        """Read what :meth:`document` wrote, as a Terraform state or a ledger gives it back.

        Raises
        ------
        InvalidRelease
            It is none: a field holds what no release has, or the id is another release's.
        """
        fields = dict(require_release(document))
        stated = fields.pop("id", None)
        functions = {
            name: PublishedFunction(**entry) for name, entry in fields.pop("functions").items()
        }
        release = cls(**fields, functions=functions)
        if stated not in (None, release.id):
            raise InvalidRelease("It is a release whose id is not that of its description.")
        return release

    def _description(self) -> dict[str, Any]:
        """Leave out where the bytes lie: the same release has other version ids elsewhere."""
        functions = {name: function.sha256 for name, function in self.functions.items()}
        return {**asdict(self), "functions": functions}


# A placeholder where variables must be complete but nothing is deployed.
UNKNOWN_RELEASE = Release(
    git_commit=PLACEHOLDER,
    terraform_digest="0" * 64,
    provider_lock_digest="0" * 64,
    runtime=LAMBDA_RUNTIME,
    architecture="arm64",
    functions={
        name: PublishedFunction(f"functions/{name}/{PLACEHOLDER}.zip", PLACEHOLDER, "0" * 64)
        for name in FUNCTIONS
    },
)


def describe(root: Path, platform: Platform, functions: dict[str, PublishedFunction]) -> Release:
    """Return the release that this checkout and these published functions make."""
    terraform = root / "terraform"
    return Release(
        git_commit=git_commit(root),
        terraform_digest=terraform_digest(terraform),
        provider_lock_digest=_sha256((terraform / ".terraform.lock.hcl").read_bytes()),
        runtime=LAMBDA_RUNTIME,
        architecture=platform.architecture,
        functions=functions,
    )


def terraform_digest(folder: Path) -> str:
    """Return the SHA-256 over all that Terraform may read in `folder`, in hex.

    Only tests, texts, what Terraform makes itself, reverse moves, and the roles of GitHub's
    workflows, which are a root of their own that no environment reads, are left out: whatever else
    lies there could be a source, a value, a lock or a file that a source reads.
    """
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and not (_changes_nothing(name) or holds_reverse_moves_alone(path)):
            total.update(f"{name.as_posix()}\0{_sha256(path.read_bytes())}\n".encode())
    return total.hexdigest()


def _changes_nothing(name: Path) -> bool:
    if ".terraform" in name.parts or name.parts[0] == APART:
        return True
    return name.name.endswith((".md", ".tftest.hcl"))


def git_commit(root: Path) -> str:
    """Return the commit of the checkout, ``-dirty`` added, or ``unknown`` outside of git."""
    found = git(root, "rev-parse", "HEAD")
    if found is None:
        return PLACEHOLDER
    commit = found.decode().strip()
    return f"{commit}-dirty" if git(root, "status", "--porcelain") else commit


def publish(s3: S3Client, bucket: str, artifact: Artifact) -> PublishedFunction:
    """Write a zip under its digest, once; return where it lies.

    One that is there is not sent again: all of them have a hundred megabytes.

    Raises
    ------
    OperatorError
        Other bytes lie under that digest: somebody has tampered with the bucket.
    """
    found = published(s3, bucket, artifact.key, artifact.sha256)
    if found:
        return found
    for attempt in range(1, PUBLISH_ATTEMPTS + 1):
        try:
            with artifact.path.open("rb") as body:
                s3.put_object(
                    Bucket=bucket,
                    Key=artifact.key,
                    Body=body,
                    ChecksumSHA256=_in_base64(artifact.sha256),
                    ContentType="application/zip",
                    IfNoneMatch="*",
                )
            break
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "PreconditionFailed":
                break  # it is there; whether it is the same is seen below
            # Another run is writing it at this moment.
            if code != "ConditionalRequestConflict" or attempt == PUBLISH_ATTEMPTS:
                raise
            time.sleep(attempt)
    return _published(s3, bucket, artifact.key, artifact.sha256)


def published(s3: S3Client, bucket: str, key: str, sha256: str) -> PublishedFunction | None:
    """Return where a zip lies that was written under its digest; None if it is not there.

    Raises
    ------
    OperatorError
        Other bytes lie under that digest: somebody has tampered with the bucket.
    """
    try:
        return _published(s3, bucket, key, sha256)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ABSENT:
            raise
    return None


def _published(s3: S3Client, bucket: str, key: str, sha256: str) -> PublishedFunction:
    checksum = _in_base64(sha256)
    there = s3.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")
    if there.get("ChecksumSHA256") != checksum:
        raise OperatorError(
            f"s3://{bucket}/{key} does not hold what its name says.",
            reason=f"Its SHA-256 is {there.get('ChecksumSHA256')}, not {checksum} (base64).",
            remedy="Find out who wrote it (object versions, CloudTrail), delete that version, and "
            "run the command again.",
        )
    version_id = there.get("VersionId", "null")
    if version_id == "null":
        raise OperatorError(
            f"s3://{bucket}/{key} was written while the bucket kept no versions yet.",
            remedy="Delete that object and run the command again.",
        )
    return PublishedFunction(key, version_id, sha256)


def _in_base64(sha256: str) -> str:
    """Return a SHA-256 in base64, as S3 and Lambda report it."""
    return base64.b64encode(bytes.fromhex(sha256)).decode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
