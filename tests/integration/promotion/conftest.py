"""An embedded AWS of these tests alone, with nothing deployed in it."""

from __future__ import annotations

import json
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config

from tests.integration.promotion.site import ROOT, WORKS, Site, zipped
from tooling import smoke
from tooling.aws.buckets import ensure_bucket
from tooling.aws.ledger_key import LedgerKey
from tooling.aws.target import Target, root_session
from tooling.console import Screen
from tooling.delivery import automatic_rollback
from tooling.delivery import plan as planning
from tooling.delivery.run import Run
from tooling.emulator.process import Emulator
from tooling.environments import EnvironmentFiles
from tooling.ledger.actor import Actor
from tooling.ledger.journal import Journal
from tooling.ledger.lease import Lease
from tooling.ledger.ledger import Ledger
from tooling.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_cloudwatch.client import CloudWatchClient
    from mypy_boto3_kms.client import KMSClient
    from mypy_boto3_lambda.client import LambdaClient
    from mypy_boto3_s3.client import S3Client

    from tooling.environments import Environment

REGION = "eu-central-1"


@dataclass(frozen=True)
class Cloud:
    """The embedded AWS, by any caller.

    Parameters
    ----------
    endpoint : str
        Its URL.
    session : boto3.Session
        Whose credentials are used.
    stack : ExitStack
        Closes the clients.
    """

    endpoint: str
    session: boto3.Session
    stack: ExitStack

    def client(self, service: Any) -> Any:
        config = Config(s3={"addressing_style": "path"})
        client = self.session.client(service, endpoint_url=self.endpoint, config=config)
        return self.stack.enter_context(closing(client))

    def of(self, key_id: str, secret: str) -> Cloud:
        session = boto3.Session(key_id, secret, region_name=REGION)
        return Cloud(self.endpoint, session, self.stack)


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    emulator = Emulator(tmp_path_factory.mktemp("promotion") / "emulator")
    emulator.start()
    with ExitStack() as stack:
        session = root_session(emulator.credentials, REGION)
        yield Cloud(emulator.endpoint, session, stack)
    emulator.stop()


@pytest.fixture(scope="session")
def s3(cloud: Cloud) -> S3Client:
    client: S3Client = cloud.client("s3")
    return client


@pytest.fixture
def bucket(s3: S3Client) -> str:
    name = f"media-test-{uuid4().hex[:12]}"
    ensure_bucket(s3, name, REGION)
    return name


@pytest.fixture(scope="session")
def kms(cloud: Cloud) -> KMSClient:
    client: KMSClient = cloud.client("kms")
    return client


@pytest.fixture
def ledger_key(kms: KMSClient) -> LedgerKey:
    """The key of an environment of its own."""
    return LedgerKey(kms, f"alias/media-{uuid4().hex[:12]}-ledger")


def actor(user: str, workspace: str = "/elsewhere") -> Actor:
    return Actor(
        caller=f"arn:aws:iam::000000000000:user/{user}",
        user=user,
        host="here",
        process=1,
        workspace=workspace,
        commit="c0ffee",
        workspace_id=workspace,
    )


@pytest.fixture
def dev() -> Environment:
    """What the shipped file says; nothing is deployed."""
    return EnvironmentFiles(ROOT / "environments").load("dev")


@pytest.fixture(scope="session")
def role(cloud: Cloud) -> str:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    made = cloud.client("iam").create_role(
        RoleName="function", AssumeRolePolicyDocument=json.dumps(trust)
    )
    arn: str = made["Role"]["Arn"]
    return arn


@contextmanager
def function_behind_alias(
    functions: LambdaClient, role: str, text: str
) -> Iterator[tuple[str, str]]:
    """A function that answers with a text, by the alias too; its name and its version."""
    name = f"media-test-{uuid4().hex[:8]}"
    made = functions.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=role,
        Handler="code.handler",
        Code={"ZipFile": zipped(text)},
        Publish=True,
    )
    functions.create_alias(FunctionName=name, Name="live", FunctionVersion=made["Version"])
    yield name, made["Version"]
    functions.delete_function(FunctionName=name)


@pytest.fixture(scope="session")
def functions(cloud: Cloud) -> LambdaClient:
    client: LambdaClient = cloud.client("lambda")
    return client


@pytest.fixture
def run(
    cloud: Cloud, s3: S3Client, bucket: str, ledger_key: LedgerKey, tmp_path: Path
) -> Iterator[Run]:
    environment = EnvironmentFiles(ROOT / "environments").load("staging")
    target = Target(environment, cloud.endpoint, cloud.session)
    ledger = Ledger(s3, bucket, ledger_key)
    journal = Journal(ledger, actor("anna"), "promote dev staging", "run1")
    lease = Lease(s3, bucket, actor("anna"), "staging")
    lease.acquire()
    workspace = Workspace(ROOT, tmp_path / "state", tmp_path / "cache")
    yield Run(workspace, target, journal, lease, Screen())
    target.functions.close()


@pytest.fixture(scope="session")
def cloudwatch(cloud: Cloud) -> CloudWatchClient:
    client: CloudWatchClient = cloud.client("cloudwatch")
    return client


@pytest.fixture
def site(
    functions: LambdaClient,
    cloudwatch: CloudWatchClient,
    role: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Site]:
    with function_behind_alias(functions, role, "old") as (name, _):
        watched = f"{name}-health"
        cloudwatch.put_composite_alarm(AlarmName=watched, AlarmRule="FALSE")
        found = Site(functions, name, alarms={"alarm_names": [], "health_alarm_name": watched})
        monkeypatch.setattr(planning, "media_stack", lambda *_: found)
        # There is no plan of Terraform's that checkov could read.
        monkeypatch.setattr(automatic_rollback, "scan_planned", lambda *_: found.scanned)
        yield found
        cloudwatch.delete_alarms(AlarmNames=[watched])


@pytest.fixture
def tests(monkeypatch: pytest.MonkeyPatch) -> list[Exception | None]:
    """How the smoke tests to come end: by an error, or well."""
    ends: list[Exception | None] = []

    def run(*_: object) -> list[tuple[str, str, int]]:
        end = ends.pop(0) if ends else None
        if end:
            raise end
        return WORKS

    monkeypatch.setattr(smoke, "run", run)
    return ends
