"""Where an environment lives: the embedded AWS of this machine, or an AWS account."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypedDict

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ProfileNotFound

from tooling.emulator.process import emulator_of
from tooling.environments import EnvironmentFiles
from tooling.errors import OperatorError

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.client import CloudWatchClient
    from mypy_boto3_cognito_idp.client import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_kms.client import KMSClient
    from mypy_boto3_lambda.client import LambdaClient
    from mypy_boto3_logs.client import CloudWatchLogsClient
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_sqs.client import SQSClient
    from mypy_boto3_sts.client import STSClient

    from tooling.emulator.credentials import RootCredentials
    from tooling.emulator.process import Emulator
    from tooling.environments import Environment
    from tooling.workspace import Workspace

CREDENTIAL_VARIABLES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
# Left in the shell, these would override or mix with those of the embedded AWS.
FOREIGN_VARIABLES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_ROLE_ARN")


class WrongAccount(OperatorError):
    """The caller's credentials belong to another account than the environment."""


class Reach(TypedDict):
    """Settings of every client."""

    endpoint_url: str | None
    config: Config


@dataclass(frozen=True)
class Target:
    """An environment, its AWS, and the clients that reach it.

    Each client is built when it is first asked for: one for each service that the tooling calls
    itself. Terraform calls the rest.

    Parameters
    ----------
    environment : Environment
        What its file says.
    endpoint : str or None
        URL of the embedded AWS; None for an AWS account.
    session : boto3.Session
        The one place that AWS clients of the tooling come from.
    """

    environment: Environment
    endpoint: str | None
    session: boto3.Session

    @property
    def config(self) -> Config:
        """Client settings: bounded waits, and path-style S3 where no bucket has a host name."""
        return Config(
            # Loopback must bypass the operator's proxy, which botocore would use.
            proxies={} if self.endpoint else None,
            connect_timeout=10,
            read_timeout=60,
            retries={"mode": "standard", "total_max_attempts": 5},
            s3={"addressing_style": "path" if self.endpoint else "auto"},
        )

    @property
    def _reach(self) -> Reach:
        return {"endpoint_url": self.endpoint, "config": self.config}

    @cached_property
    def s3(self) -> S3Client:
        """Buckets and objects."""
        return self.session.client("s3", **self._reach)

    @cached_property
    def cognito(self) -> CognitoIdentityProviderClient:
        """Users and their tokens."""
        return self.session.client("cognito-idp", **self._reach)

    @cached_property
    def kms(self) -> KMSClient:
        """Keys."""
        return self.session.client("kms", **self._reach)

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        """Rows."""
        return self.session.client("dynamodb", **self._reach)

    @cached_property
    def sqs(self) -> SQSClient:
        """The queue of uploads and its dead letters."""
        return self.session.client("sqs", **self._reach)

    @cached_property
    def logs(self) -> CloudWatchLogsClient:
        """What the functions have said."""
        return self.session.client("logs", **self._reach)

    @cached_property
    def functions(self) -> LambdaClient:
        """Functions, their versions and aliases."""
        return self.session.client("lambda", **self._reach)

    @cached_property
    def cloudwatch(self) -> CloudWatchClient:
        """Alarms."""
        return self.session.client("cloudwatch", **self._reach)

    @cached_property
    def sts(self) -> STSClient:
        """Who is calling."""
        return self.session.client("sts", **self._reach)

    def describe(self) -> str:
        """Return the first line that every command prints."""
        environment = self.environment
        where = f"account {environment.account_id}, {environment.aws.region}"
        if self.endpoint:
            return f"{environment.name} lives on the embedded AWS at {self.endpoint} ({where})."
        return f"{environment.name} lives in AWS ({where})."

    def process_environment(self) -> dict[str, str]:
        """Return the environment variables for a program that calls this AWS."""
        variables = dict(os.environ)
        variables["AWS_REGION"] = variables["AWS_DEFAULT_REGION"] = self.environment.aws.region
        if self.endpoint:
            endpoints = [name for name in variables if "ENDPOINT_URL" in name]
            for name in [*FOREIGN_VARIABLES, *CREDENTIAL_VARIABLES, *endpoints]:
                variables.pop(name, None)
            variables["AWS_EC2_METADATA_DISABLED"] = "true"
        if self.endpoint and not self.environment.aws.profile:
            variables |= self._root_credentials()
        if self.environment.aws.profile:
            # Keys in the shell would win over the profile.
            for name in CREDENTIAL_VARIABLES:
                variables.pop(name, None)
            variables["AWS_PROFILE"] = self.environment.aws.profile
        return variables

    def _root_credentials(self) -> dict[str, str]:
        """Return the session's credentials; the root's have no token."""
        found = self.session.get_credentials()
        if found is None:
            return {}
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
        return dict(zip(names, (found.access_key, found.secret_key), strict=True))

    def require_account(self) -> None:
        """Make sure that the caller is in the environment's account.

        Raises
        ------
        OperatorError
            There are no usable credentials.
        WrongAccount
            They belong to another account.
        """
        environment = self.environment
        try:
            caller = self.sts.get_caller_identity()
        except (BotoCoreError, ClientError) as error:
            raise OperatorError(
                f"AWS did not identify the caller; nothing was done in {environment.name}.",
                reason=str(error),
                remedy=f"Sign in to account {environment.account_id}: aws sso login, AWS_PROFILE.",
            ) from error
        if caller["Account"] != environment.account_id:
            raise WrongAccount(
                f"The caller is not in the account of {environment.name}; nothing was done.",
                reason=f"{environment.name} is account {environment.account_id}, "
                f"but {caller['Arn']} is in {caller['Account']}.",
                remedy=f"Sign in to account {environment.account_id}, or correct aws.account_id in "
                f"environments/{environment.name}.yaml.",
            )


def start_emulator(workspace: Workspace) -> tuple[Emulator, bool]:
    """Start this checkout's embedded AWS unless it runs; return whether it was started.

    It accepts web pages only from the origins that the environment files name.
    """
    emulator = emulator_of(workspace)
    emulator.admit(EnvironmentFiles(workspace.environments).embedded_origins())
    return emulator, emulator.start()


def open_target(workspace: Workspace, environment: Environment) -> Target:
    """Return the environment's AWS: the embedded one, started, or the account, checked.

    Raises
    ------
    OperatorError
        The embedded AWS did not start, or the caller is not in the environment's account.
    """
    if environment.embedded:
        emulator, _ = start_emulator(workspace)
        # A user or role of the embedded AWS to act as, to test its permissions.
        session = (
            _own_session(environment)
            if environment.aws.profile
            else root_session(emulator.credentials, environment.aws.region)
        )
        return Target(environment, emulator.endpoint, session)
    target = Target(environment, None, _own_session(environment))
    target.require_account()
    return target


def _own_session(environment: Environment) -> boto3.Session:
    """Return a session with the environment's own profile, or else the shell's credentials."""
    try:
        return boto3.Session(
            region_name=environment.aws.region, profile_name=environment.aws.profile
        )
    except ProfileNotFound as error:
        raise OperatorError(
            f"There is no AWS profile '{environment.aws.profile}' on this machine.",
            reason=f"environments/{environment.name}.yaml asks for it in aws.profile.",
            remedy="Add it to ~/.aws/config (aws configure sso), or correct the file.",
        ) from error


def root_session(root: RootCredentials, region: str) -> boto3.Session:
    """Return a session as the embedded AWS's root, independent of the shell's settings."""
    unread = dict.fromkeys(("profile", "config_file"), (None, None, None, None))
    core = botocore.session.Session(session_vars=unread)
    return boto3.Session(
        aws_access_key_id=root.key_id,
        aws_secret_access_key=root.secret,
        region_name=region,
        botocore_session=core,
    )
