"""The keys of functions, which ministack derives from their names."""

from __future__ import annotations

import hashlib
import hmac
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tooling.emulator.repairs.replacing import replace_everywhere

if TYPE_CHECKING:
    from tooling.emulator.credentials import RootCredentials


def make_function_credentials_secret(root: RootCredentials) -> None:
    """Derive the key of a function's role from the root's secret as well.

    ministack hashes the names of the function and its role, and nothing else, so whoever knows the
    names could sign as the function. The URLs that a function signs outlast a restart all the same.

    Parameters
    ----------
    root : RootCredentials
        Its secret is mixed in.
    """
    runtime: Any = import_module("ministack.core.lambda_runtime")
    sts: Any = import_module("ministack.services.sts")

    def derive(purpose: str, *names: str) -> str:
        text = "\n".join((purpose, *names))
        return hmac.new(root.secret.encode(), text.encode(), hashlib.sha256).hexdigest()

    def execution_credentials(function: dict[str, Any]) -> dict[str, str]:
        account, _ = runtime._account_region_from_function_config(function)
        arn, role_arn = function.get("FunctionArn", ""), function.get("Role", "")
        role, session = role_arn.rsplit("/", 1)[-1], function.get("FunctionName", "")[:64]
        key_id = f"ASIA{derive('key id', arn, role_arn)[:16].upper()}"
        secret, token = derive("secret", arn, role_arn), derive("token", arn, role_arn)
        sts.register_session(
            key_id,
            {
                "Arn": f"arn:aws:sts::{account}:assumed-role/{role}/{session}",
                "UserId": f"{role}:{session}",
                "SecretAccessKey": secret,
                "SessionToken": token,
            },
        )
        return {
            "AWS_ACCESS_KEY_ID": key_id,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_SESSION_TOKEN": token,
        }

    replace_everywhere(runtime.execution_credentials, execution_credentials)
