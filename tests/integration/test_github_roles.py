"""The role that plans from GitHub: it can compare an environment with a release, and no more."""

from __future__ import annotations

import json
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.integration.github_roles import GithubRoles
from tooling.aws.target import Target
from tooling.console import Screen
from tooling.environments import EnvironmentFiles
from tooling.terraform.media_stack import media_stack
from tooling.terraform.outputs import require_outputs
from tooling.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import Checkout
    from tests.integration.conftest import Aws

ACCOUNT = "000000000000"
# As if dev were promoted to, for only then has it a role that plans.
ENVIRONMENTS = {"dev": {"promotes_from": "other"}}


@contextmanager
def acting_as(aws: Aws, roles: GithubRoles, role: str) -> Iterator[Aws]:
    """A user with exactly the policies of a role: there is no GitHub here to sign a token."""
    user = f"github-{role}"
    aws.iam.create_user(UserName=user)
    key = aws.iam.create_access_key(UserName=user)["AccessKey"]
    names = []
    try:
        for name, document in roles.policies(role):
            names.append(name)
            aws.iam.put_user_policy(
                UserName=user, PolicyName=name, PolicyDocument=json.dumps(document)
            )
        assert names
        yield aws.with_credentials(key["AccessKeyId"], key["SecretAccessKey"])
    finally:
        for name in names:
            aws.iam.delete_user_policy(UserName=user, PolicyName=name)
        aws.iam.delete_access_key(UserName=user, AccessKeyId=key["AccessKeyId"])
        aws.iam.delete_user(UserName=user)


@pytest.fixture(scope="module")
def planner(aws: Aws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    roles = GithubRoles.planned(tmp_path_factory.mktemp("github"), ENVIRONMENTS, ACCOUNT)
    with acting_as(aws, roles, "dev-plan") as stand_in:
        yield stand_in


def refused(call: Callable[[], object]) -> None:
    with pytest.raises(ClientError, match=r"AccessDenied|not authorized"):
        call()


@pytest.fixture
def profile(planner: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The stand-in as a profile, which is how Terraform gets to know it."""
    key = planner.session.get_credentials()
    assert key is not None
    path = tmp_path / "credentials"
    path.write_text(
        f"[planner]\naws_access_key_id = {key.access_key}\n"
        f"aws_secret_access_key = {key.secret_key}\n"
    )
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(path))
    return "planner"


def test_it_plans_an_environment_with_all_that_is_there_read_anew(
    dev: Checkout, planner: Aws, profile: str
) -> None:
    workspace = Workspace(dev.folder, dev.state, Workspace.from_process().cache)
    environment = EnvironmentFiles(workspace.environments).load("dev")
    named = environment.aws.model_copy(update={"profile": profile})
    target = Target(
        environment.model_copy(update={"aws": named}), planner.endpoint, planner.session
    )
    stack = media_stack(workspace, target, workspace.terraform)
    assert stack.terraform.environment["AWS_PROFILE"] == profile
    assert "AWS_ACCESS_KEY_ID" not in stack.terraform.environment
    stack.init(Screen(quiet=True))
    assert stack.compare(require_outputs(target).release) is False


def test_it_writes_nothing(aws: Aws, planner: Aws) -> None:
    state, artifacts = (f"media-dev-{purpose}-{ACCOUNT}" for purpose in ("state", "artifacts"))
    writes = (
        (state, "promotion/ledger/00000001.json"),
        (state, "promotion/lease.json"),
        (state, "media.tfstate"),
        (state, "media.tfstate.tflock"),
        (artifacts, "functions/api/x.zip"),
        (aws.bucket, "uploads/x"),
    )
    for bucket, key in writes:
        refused(partial(planner.s3.put_object, Bucket=bucket, Key=key, Body=b""))
        refused(partial(planner.s3.delete_object, Bucket=bucket, Key=key))
    refused(lambda: planner.s3.create_bucket(Bucket="another"))
    name = aws.outputs["functions"]["api"]["name"]
    refused(lambda: planner.functions.update_function_configuration(FunctionName=name, Timeout=9))
    refused(lambda: planner.functions.invoke(FunctionName=name))
    refused(lambda: planner.iam.create_user(UserName="another"))
    refused(lambda: planner.iam.create_access_key(UserName="github-dev-plan"))


def test_it_sees_nothing_that_users_store(aws: Aws, planner: Aws) -> None:
    aws.s3.put_object(Bucket=aws.bucket, Key="renditions/github/x", Body=b"x")
    try:
        refused(lambda: planner.s3.get_object(Bucket=aws.bucket, Key="renditions/github/x"))
    finally:
        aws.remove("renditions/github/x")
    refused(lambda: planner.dynamodb.scan(TableName=aws.table))
    refused(lambda: planner.sqs.receive_message(QueueUrl=aws.outputs["queue_url"]))
    pool = aws.outputs["user_pool_id"]
    refused(lambda: planner.cognito.list_users(UserPoolId=pool))
