"""What an environment's Terraform state says of it: the record of what runs there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tooling.releases.release import Release
from tooling.terraform.state import state_outputs

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

    from tooling.environments import Environment


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
    outputs = state_outputs(s3, environment)
    if "release" not in outputs:
        return None
    return Deployed(Release.from_document(outputs["release"]), outputs)
