"""What an environment's Terraform state says of it: the record of what runs there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tooling.errors import OperatorError
from tooling.releases import Release
from tooling.rendering import state_bucket
from tooling.stack import MEDIA_KEY

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

    from tooling.environments import Environment

# The only format of states since Terraform 0.12.
STATE_FORMAT = 4


@dataclass(frozen=True)
class Deployed:
    """What runs in an environment.

    Parameters
    ----------
    release : Release
        As the last complete apply left it.
    outputs : dict
        Every output by name.
    """

    release: Release
    outputs: dict[str, Any]


def read_deployed(s3: S3Client, environment: Environment) -> Deployed | None:
    """Read the state itself, which needs nothing but the right to; None if there is no release.

    Raises
    ------
    OperatorError
        The state is in a format that this tooling does not know.
    """
    bucket = state_bucket(environment)
    try:
        with s3.get_object(Bucket=bucket, Key=MEDIA_KEY)["Body"] as body:
            state = json.loads(body.read())
    except (s3.exceptions.NoSuchKey, s3.exceptions.NoSuchBucket):
        return None
    if state.get("version") != STATE_FORMAT:
        raise OperatorError(
            f"The state of {environment.name} can't be read.",
            reason=f"Its format is {state.get('version')}, not {STATE_FORMAT}.",
            remedy="Use the version of this tooling that wrote it.",
        )
    outputs = {name: entry["value"] for name, entry in state["outputs"].items()}
    if "release" not in outputs:
        return None
    return Deployed(Release.from_document(outputs["release"]), outputs)
