"""Gates that ask AWS, against the embedded AWS: each says no to exactly what it guards."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tests.integration.promotion.conftest import function_behind_alias
from tests.integration.promotion.site import zipped
from tooling.aws.buckets import ensure_bucket
from tooling.aws.target import Target
from tooling.delivery.aliases import send_all_to, shares
from tooling.gates.alarms import alarms
from tooling.gates.gate import Answer, Verdict
from tooling.gates.source import account, artifacts, live_code
from tooling.ledger.ledger import Ledger
from tooling.releases.artifact_copy import NOWHERE, Place, copy_artifacts, hash_artifacts
from tooling.releases.release import UNKNOWN_RELEASE, PublishedFunction, Release
from tooling.terraform.outputs import Function, Outputs, read_outputs
from tooling.terraform.state import MEDIA_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_cloudwatch.client import CloudWatchClient
    from mypy_boto3_cloudwatch.literals import StateValueType
    from mypy_boto3_lambda.client import LambdaClient
    from mypy_boto3_s3.client import S3Client

    from tests.integration.promotion.conftest import Cloud
    from tooling.aws.ledger_key import LedgerKey
    from tooling.environments import Environment

REGION = "eu-central-1"
BEFORE_PUT = "provide-client-params.s3.PutObject"

# Zips


@pytest.fixture
def published(s3: S3Client, bucket: str) -> Release:
    """A release whose zips lie in the bucket."""
    functions = {}
    for name in ("api", "processor"):
        content = name.encode() * 1000
        digest = hashlib.sha256(content).hexdigest()
        key = f"functions/{name}/{digest}.zip"
        version = s3.put_object(Bucket=bucket, Key=key, Body=content)["VersionId"]
        functions[name] = PublishedFunction(key, version, digest)
    return replace(UNKNOWN_RELEASE, functions=functions)


@pytest.fixture
def other_bucket(s3: S3Client, bucket: str) -> str:
    name = f"{bucket}-to"
    ensure_bucket(s3, name, REGION)
    return name


def copied(release: Release, source: Place, target: Place) -> tuple[Release, Answer]:
    made = copy_artifacts(release, source, target)
    return made.release, artifacts(made)


def hashed(release: Release, source: Place, target: Place) -> tuple[Release, Answer]:
    made = hash_artifacts(release, source, target)
    return made.release, artifacts(made)


def test_zips_are_copied_byte_for_byte_and_the_release_stays_the_same(
    s3: S3Client, bucket: str, other_bucket: str, published: Release
) -> None:
    there_now, answer = copied(published, Place(s3, bucket), Place(s3, other_bucket))
    assert answer.verdict is Verdict.PASS
    assert there_now.id == published.id
    for name, function in there_now.functions.items():
        there = s3.get_object(Bucket=other_bucket, Key=function.key, VersionId=function.version_id)
        with there["Body"] as body:
            assert body.read() == name.encode() * 1000
    again, _ = copied(published, Place(s3, bucket), Place(s3, other_bucket))
    assert again == there_now


def test_a_zip_that_is_there_is_not_sent_again(
    s3: S3Client, bucket: str, other_bucket: str, published: Release
) -> None:
    copied(published, Place(s3, bucket), Place(s3, other_bucket))

    def refuse(**_: object) -> None:
        raise AssertionError

    s3.meta.events.register(BEFORE_PUT, refuse)
    try:
        _, answer = copied(published, Place(s3, bucket), Place(s3, other_bucket))
    finally:
        s3.meta.events.unregister(BEFORE_PUT, refuse)
    assert answer.verdict is Verdict.PASS


def test_a_zip_that_is_not_what_the_release_says_is_not_copied(
    s3: S3Client, bucket: str, other_bucket: str, published: Release
) -> None:
    api = published.functions["api"]
    version = s3.put_object(Bucket=bucket, Key=api.key, Body=b"tampered")["VersionId"]
    tampered = replace(
        published, functions=published.functions | {"api": replace(api, version_id=version)}
    )
    there_now, answer = copied(tampered, Place(s3, bucket), Place(s3, other_bucket))
    assert answer.verdict is Verdict.FAIL
    assert f"api is {hashlib.sha256(b'tampered').hexdigest()[:12]}" in answer.evidence
    assert there_now.functions["api"].version_id == NOWHERE
    listed = s3.list_objects_v2(Bucket=other_bucket)
    assert [entry["Key"] for entry in listed["Contents"]] == [published.functions["processor"].key]


def test_zips_are_compared_without_writing_one(
    s3: S3Client, bucket: str, other_bucket: str, published: Release
) -> None:
    source, target = Place(s3, bucket), Place(s3, other_bucket)

    def refuse(**_: object) -> None:
        raise AssertionError

    s3.meta.events.register(BEFORE_PUT, refuse)
    try:
        found, answer = hashed(published, source, target)
        nowhere, _ = hashed(published, source, Place(s3, f"{bucket}-nowhere"))
    finally:
        s3.meta.events.unregister(BEFORE_PUT, refuse)
    assert answer.verdict is Verdict.PASS
    assert found == nowhere
    assert {function.version_id for function in found.functions.values()} == {NOWHERE}
    there_now, _ = copied(published, source, target)
    assert hashed(published, source, target)[0] == there_now
    # But for the versions it is what the real run brings.
    assert [function.key for function in found.functions.values()] == [
        function.key for function in there_now.functions.values()
    ]


def test_a_comparison_finds_what_was_tampered_with_on_both_sides(
    s3: S3Client, bucket: str, other_bucket: str, published: Release
) -> None:
    api = published.functions["api"]
    s3.put_object(Bucket=other_bucket, Key=api.key, Body=b"tampered", ChecksumAlgorithm="SHA256")
    _, answer = hashed(published, Place(s3, bucket), Place(s3, other_bucket))
    assert answer.verdict is Verdict.UNKNOWN
    assert "does not hold what its name says" in answer.evidence
    version = s3.put_object(Bucket=bucket, Key=api.key, Body=b"tampered")["VersionId"]
    tampered = published.functions | {"api": replace(api, version_id=version)}
    _, answer = hashed(
        replace(published, functions=tampered), Place(s3, bucket), Place(s3, f"{bucket}-nowhere")
    )
    assert answer.verdict is Verdict.FAIL


def test_a_zip_that_is_gone_is_an_unknown(
    s3: S3Client, bucket: str, other_bucket: str, published: Release
) -> None:
    api = published.functions["api"]
    s3.delete_object(Bucket=bucket, Key=api.key, VersionId=api.version_id)
    _, answer = copied(published, Place(s3, bucket), Place(s3, other_bucket))
    assert answer.verdict is Verdict.UNKNOWN


# The caller


def test_a_caller_in_another_account_is_told_by_name(cloud: Cloud, dev: Environment) -> None:
    here = Target(dev, cloud.endpoint, cloud.session)
    aws = dev.aws.model_copy(update={"account_id": "111122223333"})
    staging = dev.model_copy(update={"name": "staging", "aws": aws})
    elsewhere = Target(staging, cloud.endpoint, cloud.session)
    assert account([here]).verdict is Verdict.PASS
    answer = account([here, elsewhere])
    assert answer.verdict is Verdict.FAIL
    assert "staging is account 111122223333" in answer.evidence
    for target in (here, elsewhere):
        target.sts.close()


# The state


def test_reading_the_source_needs_no_right_but_to_read_its_state_and_zips(
    cloud: Cloud,
    s3: S3Client,
    dev: Environment,
    published: Release,
    bucket: str,
    ledger_key: LedgerKey,
) -> None:
    iam = cloud.client("iam")
    state, user = "media-dev-state-000000000000", f"reader-{uuid4().hex[:8]}"
    ensure_bucket(s3, state, REGION)
    document = {"version": 4, "outputs": {"release": {"value": published.document()}}}
    s3.put_object(Bucket=state, Key=MEDIA_KEY, Body=json.dumps(document).encode())
    arns = [f"arn:aws:s3:::{name}" for name in (state, bucket)]
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": arns},
            {
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:GetObjectVersion"],
                "Resource": [f"{arn}/*" for arn in arns],
            },
        ],
    }
    iam.create_user(UserName=user)
    iam.put_user_policy(UserName=user, PolicyName="read", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=user)["AccessKey"]
    theirs = cloud.of(key["AccessKeyId"], key["SecretAccessKey"])
    source = Target(dev, theirs.endpoint, theirs.session)
    reader = source.s3

    deployed = read_outputs(source)
    assert deployed is not None
    assert deployed.release == published
    assert Ledger(reader, state, ledger_key).entries() == []
    target = f"{bucket}-target"
    ensure_bucket(s3, target, REGION)
    _, answer = copied(published, Place(reader, bucket), Place(s3, target))
    assert answer.verdict is Verdict.PASS
    with pytest.raises(ClientError, match="AccessDenied"):
        reader.put_object(Bucket=state, Key=MEDIA_KEY, Body=b"{}")
    s3.delete_object(Bucket=state, Key=MEDIA_KEY)
    assert read_outputs(source) is None
    reader.close()


# Functions


@pytest.fixture
def deployed(functions: LambdaClient, role: str) -> Iterator[dict[str, Function]]:
    """A function with a published version behind its alias."""
    with function_behind_alias(functions, role, "first") as (name, version):
        yield {"api": Function(name, version, log_group="")}


@pytest.fixture
def running() -> Release:
    digest = hashlib.sha256(zipped("first")).hexdigest()
    return replace(UNKNOWN_RELEASE, functions={"api": PublishedFunction("k", "v", digest)})


def publish_by_hand(functions: LambdaClient, name: str) -> str:
    made = functions.update_function_code(
        FunctionName=name, ZipFile=zipped("by hand"), Publish=True
    )
    return made["Version"]


def test_the_code_of_the_release_behind_the_alias_lets_through(
    functions: LambdaClient, deployed: dict[str, Function], running: Release
) -> None:
    answer = live_code(functions, deployed, running)
    assert answer.verdict is Verdict.PASS
    assert "version 1" in answer.evidence


def test_code_that_was_published_by_hand_behind_the_alias_does_not(
    functions: LambdaClient, deployed: dict[str, Function], running: Release
) -> None:
    name = deployed["api"].name
    version = publish_by_hand(functions, name)
    assert live_code(functions, deployed, running).verdict is Verdict.PASS  # not behind it yet
    functions.update_alias(FunctionName=name, Name="live", FunctionVersion=version)
    answer = live_code(functions, deployed, running)
    assert answer.verdict is Verdict.FAIL
    assert "published by hand" in answer.evidence


def test_a_canary_that_runs_does_not(
    functions: LambdaClient, deployed: dict[str, Function], running: Release
) -> None:
    name = deployed["api"].name
    version = publish_by_hand(functions, name)
    functions.update_alias(
        FunctionName=name,
        Name="live",
        FunctionVersion=version,
        RoutingConfig={"AdditionalVersionWeights": {"1": 0.9}},
    )
    assert shares(functions, name) == {version: pytest.approx(0.1), "1": 0.9}
    answer = live_code(functions, deployed, running)
    assert answer.verdict is Verdict.FAIL
    assert "canary" in answer.evidence
    send_all_to(functions, name, "1")
    assert shares(functions, name) == {"1": 1}
    assert live_code(functions, deployed, running).verdict is Verdict.PASS


# Alarms


@pytest.fixture
def watched(cloudwatch: CloudWatchClient) -> Iterator[Outputs]:
    """Outputs that name an alarm without figures, and the composite over it."""
    name, health = (f"media-test-{uuid4().hex[:8]}" for _ in range(2))
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="Test",
        MetricName=name,
        Statistic="Sum",
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        Threshold=1,
        Period=300,
        EvaluationPeriods=1,
        TreatMissingData="notBreaching",
    )
    cloudwatch.put_composite_alarm(AlarmName=health, AlarmRule=f'ALARM("{name}")')
    yield Outputs("dev", {"alarm_names": [name], "health_alarm_name": health})
    cloudwatch.delete_alarms(AlarmNames=[health])
    cloudwatch.delete_alarms(AlarmNames=[name])


def test_alarms_that_are_ok_let_through(cloudwatch: CloudWatchClient, watched: Outputs) -> None:
    assert alarms(cloudwatch, watched).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("state", "verdict"),
    [("ALARM", Verdict.FAIL), ("INSUFFICIENT_DATA", Verdict.UNKNOWN)],
)
def test_an_alarm_that_is_raised_or_does_not_know_stops(
    cloudwatch: CloudWatchClient, watched: Outputs, state: StateValueType, verdict: Verdict
) -> None:
    name = watched.alarms[0]
    cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="a test")
    answer = alarms(cloudwatch, watched)
    assert answer.verdict is verdict
    assert name in answer.evidence
    waiting = state == "INSUFFICIENT_DATA"
    assert (alarms(cloudwatch, watched, settled=False).verdict is Verdict.PASS) is waiting


def test_an_alarm_that_is_missing_is_an_unknown(
    cloudwatch: CloudWatchClient, watched: Outputs
) -> None:
    names = [watched.alarms[0], "media-test-removed"]
    more = replace(watched, values=watched.values | {"alarm_names": names})
    answer = alarms(cloudwatch, more)
    assert answer.verdict is Verdict.UNKNOWN
    assert "media-test-removed (missing)" in answer.evidence
    assert alarms(cloudwatch, more, settled=False).verdict is Verdict.UNKNOWN
