"""The live aliases of functions, and how they split requests between versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tooling.gates.source import ALIAS

if TYPE_CHECKING:
    from mypy_boto3_lambda.client import LambdaClient


def shares(functions: LambdaClient, function: str) -> dict[str, float]:
    """Return the share of the requests that each version behind the alias gets."""
    alias = functions.get_alias(FunctionName=function, Name=ALIAS)
    others = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    return {alias["FunctionVersion"]: 1 - sum(others.values()), **others}


def send_all_to(functions: LambdaClient, function: str, version: str) -> None:
    """Route all requests to one version at once, without waiting for Terraform."""
    functions.update_alias(
        FunctionName=function,
        Name=ALIAS,
        FunctionVersion=version,
        RoutingConfig={"AdditionalVersionWeights": {}},
    )
