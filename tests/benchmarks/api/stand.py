"""What the API is measured on: a deployment, and a table of its own that no deployment knows."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.benchmarks.processor import PYTHON, variables
from tests.benchmarks.worker import Worker, last_core
from tooling.aws.target import FOREIGN_VARIABLES
from tooling.emulator.credentials import write_root_credentials
from tooling.emulator.process import Emulator, emulator_of
from tooling.workspace import make_private

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mypy_boto3_dynamodb.client import DynamoDBClient

    from tooling.aws.target import Target
    from tooling.terraform.outputs import Outputs
    from tooling.workspace import Workspace

TABLE = "benchmark-images"


@dataclass(frozen=True)
class Stand:
    """A deployment to measure.

    Parameters
    ----------
    workspace : Workspace
        Where the sources and the caches are.
    target : Target
        The embedded AWS it is on.
    outputs : Outputs
        What Terraform says about it.
    """

    workspace: Workspace
    target: Target
    outputs: Outputs

    def client(self, service: Any, endpoint: str | None = None) -> Any:
        """Return a client for the deployment's AWS, or for another embedded one."""
        return self.target.session.client(
            service, endpoint_url=endpoint or self.target.endpoint, config=self.target.config
        )

    def routes(self) -> set[str]:
        """Return the routes that the deployment serves."""
        answer = self.client("apigatewayv2").get_routes(ApiId=self.outputs.api_id)
        return {route["RouteKey"] for route in answer["Items"]}

    def function_settings(self) -> dict[str, str]:
        """Return the environment that the deployment gives its API function."""
        name = self.outputs.functions["api"].name
        found = self.client("lambda").get_function_configuration(FunctionName=name)
        settings: dict[str, str] = found["Environment"]["Variables"]
        return settings

    @contextmanager
    def own_table(self, folder: Path) -> Iterator[str]:
        """Yield the URL of another embedded AWS that holds nothing but an empty table.

        The table has the keys and indexes of the deployment's. However much is put in it, the
        embedded AWS that the operator lives with stays as it was.
        """
        emulator = Emulator(folder)
        # The API's code has one key for both.
        root = emulator_of(self.workspace).credentials
        write_root_credentials(make_private(folder) / "credentials", root)
        emulator.start()
        try:
            copy_schema(
                self.client("dynamodb"),
                self.outputs.table_name,
                self.client("dynamodb", emulator.endpoint),
            )
            yield emulator.endpoint
        finally:
            emulator.reset()

    def probe(self, table: str, dynamodb: str | None = None) -> Worker:
        """Return a process that runs the API's code with a table, which may be on another AWS."""
        endpoint, region = str(self.target.endpoint), self.target.environment.aws.region
        settings = {
            **variables(self.workspace, "api"),
            **self.function_settings(),
            **emulator_of(self.workspace).credentials.variables,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ENDPOINT_URL_DYNAMODB": dynamodb or endpoint,
            "MEDIA_TABLE": table,
        }
        unset = [part for name in FOREIGN_VARIABLES for part in ("-u", name)]
        command = ["env", *unset, *PYTHON, "-m", "tests.benchmarks.api.probe"]
        return Worker(command, settings, last_core())


def copy_schema(source: DynamoDBClient, name: str, target: DynamoDBClient) -> None:
    """Make an empty table with the keys and indexes of another."""
    found = source.describe_table(TableName=name)["Table"]
    target.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=found["KeySchema"],
        AttributeDefinitions=found["AttributeDefinitions"],
        GlobalSecondaryIndexes=[
            {
                "IndexName": index["IndexName"],
                "KeySchema": index["KeySchema"],
                "Projection": index["Projection"],
            }
            for index in found["GlobalSecondaryIndexes"]
        ],
    )
