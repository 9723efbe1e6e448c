"""Gates on the source: order, caller, Terraform sources, live code and zips."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from tooling.gates.gate import Answer, failed, passed, unknown
from tooling.releases.release import terraform_digest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mypy_boto3_lambda.client import LambdaClient

    from tooling.aws.target import Target
    from tooling.environments import Environment
    from tooling.releases.artifact_copy import Copied
    from tooling.releases.release import Release
    from tooling.terraform.outputs import Function

ALIAS = "live"


def order(source: str, target: Environment) -> Answer:
    """Check that `target` takes its releases from `source`."""
    file = f"environments/{target.name}.yaml"
    if target.promotes_from is None:
        return failed(f"{target.name} is promoted from nowhere ({file}); it is deployed to.")
    if target.promotes_from != source:
        return failed(f"{target.name} is promoted from {target.promotes_from} ({file}).")
    return passed(f"{target.name} is promoted from {source}.")


def account(callers: Iterable[Target]) -> Answer:
    """Check that the caller is in the account of each environment."""
    seen = []
    for target in callers:
        environment = target.environment
        caller = target.sts.get_caller_identity()
        if caller["Account"] != environment.account_id:
            return failed(
                f"{environment.name} is account {environment.account_id}, but {caller['Arn']} is "
                f"in {caller['Account']}."
            )
        seen.append(f"{environment.name} {caller['Account']}")
    return passed(f"The caller is where it should be: {', '.join(seen)}.")


def checkout(sources: Path, release: Release) -> Answer:
    """Check that `sources` has the digests that the release names."""
    remedy = f"check out commit {release.short_commit}"
    lock = hashlib.sha256((sources / ".terraform.lock.hcl").read_bytes()).hexdigest()
    if lock != release.provider_lock_digest:
        return failed(f"The lock of the providers is not that of the release: {remedy}.")
    found = terraform_digest(sources)
    if found != release.terraform_digest:
        return failed(
            f"{sources.name}/ is {found}, that of the release is "
            f"{release.terraform_digest}: {remedy}."
        )
    return passed(f"{sources.name}/ is {found}, as in the release.")


def live_code(functions: LambdaClient, deployed: dict[str, Function], release: Release) -> Answer:
    """Check that the code behind each alias is the release's.

    No plan shows a version that was published by hand once the alias points to it: Terraform
    compares with its own last upload.

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


def artifacts(copied: Copied) -> Answer:
    """Check that every zip still has the release's digest."""
    if not copied.faults:
        functions = sorted(copied.release.functions.items())
        hashed = ", ".join(f"{name} {published.sha256}" for name, published in functions)
        return passed(f"Hashed again: {hashed}.")
    faults = ", ".join(" ".join(str(fault).split()) for fault in copied.faults)
    if copied.changed:
        return failed(f"In {copied.source} {faults}: somebody has changed it.")
    return unknown(f"From {copied.source}: {faults}")
