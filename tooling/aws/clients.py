"""The AWS clients of the tooling, typed, built in one place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

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

    from tooling.aws.target import Target


@dataclass(frozen=True)
class Clients:
    """Clients for the services that the tooling calls itself; Terraform calls the rest.

    Parameters
    ----------
    target : Target
        The AWS to reach.
    """

    target: Target

    @cached_property
    def s3(self) -> S3Client:
        """Buckets and objects."""
        return self.target.session.client(
            "s3", endpoint_url=self.target.endpoint, config=self.target.config
        )

    @cached_property
    def cognito(self) -> CognitoIdentityProviderClient:
        """Users and their tokens."""
        return self.target.session.client(
            "cognito-idp", endpoint_url=self.target.endpoint, config=self.target.config
        )

    @cached_property
    def kms(self) -> KMSClient:
        """Keys."""
        return self.target.session.client(
            "kms", endpoint_url=self.target.endpoint, config=self.target.config
        )

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        """Rows."""
        return self.target.session.client(
            "dynamodb", endpoint_url=self.target.endpoint, config=self.target.config
        )

    @cached_property
    def sqs(self) -> SQSClient:
        """The queue of uploads and its dead letters."""
        return self.target.session.client(
            "sqs", endpoint_url=self.target.endpoint, config=self.target.config
        )

    @cached_property
    def logs(self) -> CloudWatchLogsClient:
        """What the functions have said."""
        return self.target.session.client(
            "logs", endpoint_url=self.target.endpoint, config=self.target.config
        )

    @cached_property
    def functions(self) -> LambdaClient:
        """Functions, their versions and aliases."""
        return self.target.session.client(
            "lambda", endpoint_url=self.target.endpoint, config=self.target.config
        )

    @cached_property
    def cloudwatch(self) -> CloudWatchClient:
        """Alarms."""
        return self.target.session.client(
            "cloudwatch", endpoint_url=self.target.endpoint, config=self.target.config
        )

    @cached_property
    def sts(self) -> STSClient:
        """Who is calling."""
        return self.target.session.client(
            "sts", endpoint_url=self.target.endpoint, config=self.target.config
        )
