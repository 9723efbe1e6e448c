"""Turns an environment into the files that Terraform reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jinja2 import Environment as Templates
from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, select_autoescape

from tooling.errors import OperatorError

if TYPE_CHECKING:
    from pathlib import Path

    from tooling.aws.target import Target
    from tooling.environments import Environment
    from tooling.releases.release import Release

TEMPLATE = "tfvars.json.j2"


def state_bucket(environment: Environment) -> str:
    """Return the name of the bucket that holds the environment's Terraform state."""
    return f"{environment.project}-{environment.name}-state-{environment.account_id}"


def artifact_bucket(environment: Environment) -> str:
    """Return the name of the bucket that holds the environment's zips."""
    return f"{environment.project}-{environment.name}-artifacts-{environment.account_id}"


def render_variables(
    folder: Path,
    environment: Environment,
    endpoint: str | None,
    release: Release,
    canary: dict[str, dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return the root module's variables, rendered from the template in `folder`.

    Parameters
    ----------
    canary : dict or None
        While a release is tried, by function, the version that goes on serving, and its share.

    Raises
    ------
    OperatorError
        The template names something that does not exist, or does not make valid JSON.
    """
    templates = Templates(
        loader=FileSystemLoader(folder), undefined=StrictUndefined, autoescape=select_autoescape()
    )
    try:
        text = templates.get_template(TEMPLATE).render(
            environment=environment,
            endpoint=endpoint,
            artifact_bucket=artifact_bucket(environment),
            release=release,
            canary=canary or {},
        )
        variables: dict[str, Any] = json.loads(text)
    except (TemplateError, TypeError, ValueError) as error:
        raise OperatorError(
            f"environments/{TEMPLATE} could not be rendered for {environment.name}.",
            reason=str(error),
            remedy="Correct the template; every value in it goes through the tojson filter.",
        ) from error
    return variables


def foundation_variables(target: Target, ledger_key_id: str | None) -> dict[str, Any]:
    """Return the variables of the module that holds the state and artifact buckets.

    Parameters
    ----------
    ledger_key_id : str or None
        The ledger's key, where there is one to adopt.
    """
    environment = target.environment
    return {
        "project": environment.project,
        "environment": environment.name,
        "aws_region": environment.aws.region,
        "account_id": environment.account_id,
        "ledger_key_id": ledger_key_id or "",
        "emulator_endpoint": target.endpoint or "",
        "require_tls": target.endpoint is None,
    }


def foundation_key_alias(environment: Environment) -> str:
    """Return the alias of the key that encrypts the state and artifact buckets."""
    return f"alias/{environment.project}-{environment.name}-foundation"


def backend_configuration(target: Target, key: str) -> dict[str, Any]:
    """Return the S3 backend's settings for the state that lies under `key`."""
    environment = target.environment
    settings: dict[str, Any] = {
        "bucket": state_bucket(environment),
        "key": key,
        "region": environment.aws.region,
        # No "encrypt": it would ask for S3's own key instead of the bucket's default, KMS.
        "use_lockfile": True,
    }
    if target.endpoint is None:
        return settings | {"allowed_account_ids": [environment.account_id]}
    return settings | {
        "endpoints": {"s3": target.endpoint, "sts": target.endpoint, "iam": target.endpoint},
        "use_path_style": True,
        "skip_credentials_validation": True,
        "skip_metadata_api_check": True,
        "skip_requesting_account_id": True,
        "skip_region_validation": True,
    }


def write_json(path: Path, document: dict[str, Any]) -> Path:
    """Write a document for Terraform; return `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return path


def write_backend_configuration(path: Path, settings: dict[str, Any]) -> Path:
    """Write backend settings as HCL, the only form that ``-backend-config`` takes."""
    lines = [f"{name} = {_hcl(value)}" for name, value in settings.items()]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _hcl(value: str | bool | list[str] | dict[str, str]) -> str:  # noqa: FBT001 - a value, not a flag
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_hcl(entry)}" for name, entry in value.items()) + " }"
    # JSON's strings, lists and booleans are HCL's, but for the start of an interpolation.
    return json.dumps(value).replace("${", "$${").replace("%{", "%%{")
