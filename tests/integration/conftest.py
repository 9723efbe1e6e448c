from __future__ import annotations

import time
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config

from tests.integration.roles import acting_as
from tests.integration.uploads import sample_image, status
from tests.integration.user import User, signed_in
from tooling.aws.target import root_session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_cognito_idp.client import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_events.client import EventBridgeClient
    from mypy_boto3_iam.client import IAMClient
    from mypy_boto3_lambda.client import LambdaClient
    from mypy_boto3_logs.client import CloudWatchLogsClient
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_sqs.client import SQSClient

    from tests.conftest import Checkout

REGION = "eu-central-1"
PROCESSED_WITHIN_SECONDS = 60.0


@dataclass(frozen=True)
class Aws:
    """Clients of the embedded AWS.

    Parameters
    ----------
    session : boto3.Session
        Whose credentials are used; those of the account itself are exempt from IAM.
    endpoint : str
        URL of the embedded AWS.
    outputs : dict
        Outputs of the deployed environment.
    stack : ExitStack
        Closes the clients.
    """

    session: boto3.Session
    endpoint: str
    outputs: dict[str, Any]
    stack: ExitStack

    def client_of(self, service: Any) -> Any:
        config = Config(s3={"addressing_style": "path"}, signature_version="s3v4")
        client = self.session.client(
            service, endpoint_url=self.endpoint, config=config if service == "s3" else None
        )
        return self.stack.enter_context(closing(client))

    @cached_property
    def s3(self) -> S3Client:
        client: S3Client = self.client_of("s3")
        return client

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        client: DynamoDBClient = self.client_of("dynamodb")
        return client

    @cached_property
    def sqs(self) -> SQSClient:
        client: SQSClient = self.client_of("sqs")
        return client

    @cached_property
    def logs(self) -> CloudWatchLogsClient:
        client: CloudWatchLogsClient = self.client_of("logs")
        return client

    @cached_property
    def functions(self) -> LambdaClient:
        client: LambdaClient = self.client_of("lambda")
        return client

    @cached_property
    def iam(self) -> IAMClient:
        client: IAMClient = self.client_of("iam")
        return client

    @cached_property
    def cognito(self) -> CognitoIdentityProviderClient:
        client: CognitoIdentityProviderClient = self.client_of("cognito-idp")
        return client

    @cached_property
    def events(self) -> EventBridgeClient:
        client: EventBridgeClient = self.client_of("events")
        return client

    @property
    def bucket(self) -> str:
        return str(self.outputs["media_bucket"])

    @property
    def table(self) -> str:
        return str(self.outputs["table_name"])

    def with_credentials(self, key_id: str, secret: str) -> Aws:
        """Return the same clients for another caller."""
        session = boto3.Session(key_id, secret, region_name=REGION)
        return Aws(session, self.endpoint, self.outputs, self.stack)

    def exists(self, key: str) -> bool:
        """Return whether there is an object under a key, and no marker that it was deleted."""
        found = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=key).get("Contents", [])
        return key in {entry["Key"] for entry in found}

    def rows_of(self, key: str) -> list[dict[str, Any]]:
        """Return the rows that stand for a key, found the slow way: nothing is presumed."""
        pages = self.dynamodb.get_paginator("scan").paginate(
            TableName=self.table, ConsistentRead=True
        )
        return [
            row for page in pages for row in page["Items"] if row.get("key", {}).get("S") == key
        ]

    def delete_row(self, row: dict[str, Any]) -> None:
        self.dynamodb.delete_item(TableName=self.table, Key={"image_id": row["image_id"]})

    def wait_for_row(self, key: str, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the row of a key once it is as wanted."""
        deadline = time.monotonic() + PROCESSED_WITHIN_SECONDS
        while True:
            rows = self.rows_of(key)
            if rows and wanted(rows[0]):
                assert len(rows) == 1
                return rows[0]
            assert time.monotonic() < deadline, f"{key!r} ended as {rows}"
            time.sleep(0.2)

    def wait_for_empty_queue(self) -> None:
        """Wait until no message is in the queue, neither to be taken nor taken and hidden."""
        names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        deadline = time.monotonic() + PROCESSED_WITHIN_SECONDS
        while True:
            answer = self.sqs.get_queue_attributes(
                QueueUrl=self.outputs["queue_url"], AttributeNames=["All"]
            )
            attributes = {str(name): value for name, value in answer["Attributes"].items()}
            counts = {name: attributes[name] for name in names}
            if set(counts.values()) == {"0"}:
                return
            assert time.monotonic() < deadline, counts
            time.sleep(0.2)

    def remove(self, key: str) -> None:
        """Remove every version of an object, its renditions, and its row."""
        for row in self.rows_of(key):
            image_id = row["image_id"]["S"]
            self.remove_versions(f"renditions/{image_id}/")
            self.dynamodb.delete_item(TableName=self.table, Key={"image_id": row["image_id"]})
        self.remove_versions(key)

    def remove_versions(self, prefix: str) -> None:
        found = self.s3.list_object_versions(Bucket=self.bucket, Prefix=prefix)
        for entry in [*found.get("Versions", []), *found.get("DeleteMarkers", [])]:
            self.s3.delete_object(
                Bucket=self.bucket, Key=entry["Key"], VersionId=entry["VersionId"]
            )


@pytest.fixture(scope="session")
def aws(dev: Checkout, outputs: dict[str, Any]) -> Iterator[Aws]:
    """The deployed ``dev``, with the account's own rights."""
    endpoint = dev.document("emulator", "status")["endpoint"]
    session = root_session(dev.emulator.credentials, REGION)
    with ExitStack() as stack:
        yield Aws(session, endpoint, outputs, stack)


@pytest.fixture(scope="session")
def owner(aws: Aws) -> Iterator[User]:
    """A user of the API."""
    with signed_in(aws, "owner") as user:
        yield user


@pytest.fixture(scope="session")
def stranger(aws: Aws) -> Iterator[User]:
    """Another user of the API."""
    with signed_in(aws, "stranger") as user:
        yield user


@pytest.fixture(scope="session")
def admin(aws: Aws) -> Iterator[User]:
    """A member of the group of administrators."""
    with signed_in(aws, "admin", group="admins") as user:
        yield user


@pytest.fixture(scope="session")
def processor(aws: Aws) -> Iterator[Aws]:
    """The rights of the processor's role."""
    with acting_as(aws, "processor") as stand_in:
        yield stand_in


@pytest.fixture(scope="session")
def api(aws: Aws) -> Iterator[Aws]:
    """The rights of the API's role."""
    with acting_as(aws, "api") as stand_in:
        yield stand_in


@pytest.fixture(scope="session")
def purger(aws: Aws) -> Iterator[Aws]:
    """The rights of the purger's role."""
    with acting_as(aws, "purger") as stand_in:
        yield stand_in


@pytest.fixture
def ready(aws: Aws) -> Iterator[Callable[[], dict[str, Any]]]:
    """Give a maker of ready images, each of a user of its own."""
    keys = []

    def make() -> dict[str, Any]:
        keys.append(f"uploads/{uuid4()}/{uuid4()}")
        aws.s3.put_object(Bucket=aws.bucket, Key=keys[-1], Body=sample_image())
        row = aws.wait_for_row(keys[-1], lambda row: status(row) == "ready")
        aws.wait_for_empty_queue()
        return row

    yield make
    for key in keys:
        aws.remove(key)
