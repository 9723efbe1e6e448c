"""A user who may only read an environment, and whether nothing was written there."""

from __future__ import annotations

import configparser
import json
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.e2e.promotion.conftest import edited

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.promotion.conftest import Lab


@contextmanager
def reading_only(
    lab: Lab, name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Let commands reach an environment as who has the rights that the documentation names."""
    iam, user = lab.client("iam"), "reader"
    buckets = [f"arn:aws:s3:::media-{name}-{what}-000000000000" for what in ("state", "artifacts")]
    rights = {
        "s3:ListBucket": buckets,
        "s3:GetObject": [f"{bucket}/*" for bucket in buckets],
        "s3:GetObjectVersion": [f"{bucket}/*" for bucket in buckets],
        "lambda:GetAlias": "*",
        "lambda:GetFunctionConfiguration": "*",
        "cloudwatch:DescribeAlarms": "*",
        "kms:VerifyMac": _ledger_key(lab, name),
    }
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": action, "Resource": resource}
            for action, resource in rights.items()
        ],
    }
    read_only = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    iam.create_user(UserName=user)
    iam.put_user_policy(UserName=user, PolicyName="read", PolicyDocument=json.dumps(policy))
    iam.attach_user_policy(UserName=user, PolicyArn=read_only)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    _write_profile(folder / "credentials", user, key)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(folder / "credentials"))
    before = _objects(lab, name)
    profile = ("region: eu-central-1", f"region: eu-central-1\n  profile: {user}")
    try:
        with edited(lab.file(name), profile):
            _require_no_right_to_write(lab, name, key)
            yield
        assert _objects(lab, name) == before
    finally:
        iam.delete_access_key(UserName=user, AccessKeyId=key["AccessKeyId"])
        iam.detach_user_policy(UserName=user, PolicyArn=read_only)
        iam.delete_user_policy(UserName=user, PolicyName="read")
        iam.delete_user(UserName=user)


def _ledger_key(lab: Lab, name: str) -> str:
    found: str = lab.client("kms").describe_key(KeyId=f"alias/media-{name}-ledger")["KeyMetadata"][
        "Arn"
    ]
    return found


def _write_profile(path: Path, name: str, key: dict[str, str]) -> None:
    profile = configparser.ConfigParser()
    profile[name] = {
        "aws_access_key_id": key["AccessKeyId"],
        "aws_secret_access_key": key["SecretAccessKey"],
    }
    with path.open("w", encoding="utf-8") as file:
        profile.write(file)


def _require_no_right_to_write(lab: Lab, name: str, key: dict[str, str]) -> None:
    session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="eu-central-1")
    config = Config(s3={"addressing_style": "path"})
    with closing(session.client("s3", endpoint_url=lab.endpoint, config=config)) as s3:
        for written in ("written", "promotion/ledger/99999999.json", "promotion/lease.json"):
            with pytest.raises(ClientError, match="AccessDenied"):
                s3.put_object(Bucket=lab.state_bucket(name), Key=written, Body=b"")
    with (
        closing(session.client("kms", endpoint_url=lab.endpoint)) as kms,
        pytest.raises(ClientError, match="AccessDenied"),
    ):
        kms.generate_mac(
            KeyId=_ledger_key(lab, name), MacAlgorithm="HMAC_SHA_256", Message=b"forged"
        )


def _objects(lab: Lab, name: str) -> list[Any]:
    """Return all versions of what lies in the state and artifact buckets."""
    return [
        (entry["Key"], entry["VersionId"])
        for bucket in (lab.state_bucket(name), f"media-{name}-artifacts-000000000000")
        for page in lab.s3.get_paginator("list_object_versions").paginate(Bucket=bucket)
        for entry in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
    ]
