"""The names of what must be found before Terraform has said anything: buckets and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tooling.environments import Environment


def state_bucket(environment: Environment) -> str:
    """Return the name of the bucket that holds the environment's Terraform state."""
    return f"{environment.project}-{environment.name}-state-{environment.account_id}"


def artifact_bucket(environment: Environment) -> str:
    """Return the name of the bucket that holds the environment's zips."""
    return f"{environment.project}-{environment.name}-artifacts-{environment.account_id}"


def foundation_key_alias(environment: Environment) -> str:
    """Return the alias of the key that encrypts the state and artifact buckets."""
    return f"alias/{environment.project}-{environment.name}-foundation"


def ledger_key_alias(environment: Environment) -> str:
    """Return the alias of the key that authenticates the environment's ledger."""
    return f"alias/{environment.project}-{environment.name}-ledger"
