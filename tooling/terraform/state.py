"""Reading the state of an environment directly from S3, without Terraform."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tooling.environments.names import state_bucket
from tooling.errors import OperatorError

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

    from tooling.aws.target import Target
    from tooling.environments import Environment

FOUNDATION_KEY, MEDIA_KEY = "foundation.tfstate", "media.tfstate"
# The only format of states since Terraform 0.12.
STATE_FORMAT = 4


class UnknownFormat(Exception):
    """A state is in a format that this tooling does not know."""


def state_outputs(s3: S3Client, environment: Environment, key: str = MEDIA_KEY) -> dict[str, Any]:
    """Return the outputs by name; empty where nothing was applied yet.

    Raises
    ------
    OperatorError
        The state is damaged, or in a format that this tooling does not know.
    """
    bucket = state_bucket(environment)
    try:
        with s3.get_object(Bucket=bucket, Key=key)["Body"] as body:
            content = body.read()
    except (s3.exceptions.NoSuchKey, s3.exceptions.NoSuchBucket):
        return {}
    try:
        return outputs_in(content)
    except UnknownFormat as error:
        raise OperatorError(
            f"The state of {environment.name} can't be read.",
            reason=str(error),
            remedy="Use the version of this tooling that wrote it.",
        ) from error
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise OperatorError(
            f"The state of {environment.name} is damaged.",
            reason=f"s3://{bucket}/{key}: {type(error).__name__}: {error}",
            remedy="Find out who wrote it (the versions of that object, CloudTrail), and restore "
            "an older version.",
        ) from error


def outputs_in(content: bytes) -> dict[str, Any]:
    """Return the outputs that a state holds.

    Raises
    ------
    UnknownFormat
        It is a state of another Terraform.
    ValueError, TypeError, LookupError, AttributeError, RecursionError
        It is none.
    """
    state = json.loads(content)
    if state.get("version") != STATE_FORMAT:
        raise UnknownFormat(f"Its format is {state.get('version')!a}, not {STATE_FORMAT}.")
    return {name: entry["value"] for name, entry in state["outputs"].items()}


def state_exists(target: Target) -> bool:
    """Return whether the environment has a state to read."""
    bucket = state_bucket(target.environment)
    if not target.s3.list_buckets(Prefix=bucket).get("Buckets"):
        return False
    found = target.s3.list_objects_v2(Bucket=bucket, Prefix=MEDIA_KEY, MaxKeys=1)
    return found["KeyCount"] > 0
