"""A state that is none, or holds no release, is reported in a sentence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.integration.promotion.conftest import REGION
from tooling.aws.buckets import ensure_bucket, remove_bucket
from tooling.aws.target import Target
from tooling.environments.names import state_bucket
from tooling.errors import OperatorError
from tooling.terraform.outputs import read_outputs
from tooling.terraform.state import MEDIA_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3.client import S3Client

    from tests.integration.promotion.conftest import Cloud
    from tooling.environments import Environment

EVIL = {"git_commit": "--output=x", "functions": {"/tmp/x": {}}}  # noqa: S108 - never written to


@pytest.fixture
def bucket(s3: S3Client, dev: Environment) -> Iterator[str]:
    name = state_bucket(dev)
    ensure_bucket(s3, name, REGION)
    yield name
    remove_bucket(s3, name)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is damaged"),
        (b"\xff", "is damaged"),
        (b"[]", "is damaged"),
        (b"[" * 100_000, "is damaged"),
        (b'{"version": 4}', "is damaged"),
        (b'{"version": 4, "outputs": {"release": 1}}', "is damaged"),
        (b'{"version": "\\u001b[2J"}', "can't be read"),
        (b'{"version": 4, "outputs": {"release": {"value": null}}}', "not one"),
        (
            json.dumps({"version": 4, "outputs": {"release": {"value": EVIL}}}).encode(),
            "not one",
        ),
    ],
    ids=range(9),
)
def test_what_lies_where_the_state_should_is_reported(
    cloud: Cloud, s3: S3Client, bucket: str, dev: Environment, content: bytes, reason: str
) -> None:
    s3.put_object(Bucket=bucket, Key=MEDIA_KEY, Body=content)
    target = Target(dev, cloud.endpoint, cloud.session)
    with pytest.raises(OperatorError, match=reason) as caught:
        read_outputs(target)
    assert caught.value.reason.isprintable()
    assert caught.value.remedy
    target.s3.close()
