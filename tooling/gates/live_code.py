"""What runs behind the aliases is the code of the release, whoever published it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from tooling.gates.gate import Answer, failed, passed

if TYPE_CHECKING:
    from mypy_boto3_lambda.client import LambdaClient

    from tooling.releases.release import Release
    from tooling.terraform.outputs import Function

ALIAS = "live"


def live_code(functions: LambdaClient, deployed: dict[str, Function], release: Release) -> Answer:
    """Ask Lambda for the code behind each alias.

    A version that was published by hand shows in no plan once the alias points to it: Terraform
    compares what it last uploaded.

    Parameters
    ----------
    deployed : dict of str to Function
        The output ``functions`` of the environment.
    """
    seen = []
    for name, published in sorted(release.functions.items()):
        function = deployed[name].name
        alias = functions.get_alias(FunctionName=function, Name=ALIAS)
        if alias.get("RoutingConfig", {}).get("AdditionalVersionWeights"):
            return failed(f"{function}: two versions share the alias {ALIAS}; a canary is running.")
        version = alias["FunctionVersion"]
        behind = functions.get_function_configuration(FunctionName=function, Qualifier=version)
        digest = base64.b64decode(behind["CodeSha256"]).hex()
        if digest != published.sha256:
            return failed(
                f"{function}: version {version} behind {ALIAS} is {digest}, the release's is "
                f"{published.sha256}; somebody has published by hand."
            )
        seen.append(f"{name} {digest} (version {version})")
    return passed(f"Behind the aliases: {', '.join(seen)}.")
