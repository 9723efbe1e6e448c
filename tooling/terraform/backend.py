"""Input to Terraform beside its sources: backend settings and variables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tooling.environments.names import state_bucket

if TYPE_CHECKING:
    from pathlib import Path

    from tooling.aws.target import Target


def foundation_variables(target: Target, ledger_key_id: str | None) -> dict[str, Any]:
    """Return the variables of the module that holds the state and artifact buckets.

    Parameters
    ----------
    ledger_key_id : str or None
        The ledger's key to import; None if there is none yet.
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
