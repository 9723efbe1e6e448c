"""Keys that Terraform created but can't delete, since they encrypt its own state."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_kms.client import KMSClient

# The longest that KMS allows: until then the deletion can be cancelled.
WAITING_DAYS = 30
PENDING_DELETION = "PendingDeletion"


def retire_key(kms: KMSClient, alias: str) -> bool:
    """Schedule the deletion of the key behind an alias, and delete the alias.

    Returns
    -------
    bool
        False if there is no such alias, for example after an interrupted run.
    """
    try:
        key = kms.describe_key(KeyId=alias)["KeyMetadata"]
    except kms.exceptions.NotFoundException:
        return False
    if key.get("KeyState") != PENDING_DELETION:
        kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=WAITING_DAYS)
    kms.delete_alias(AliasName=alias)
    return True
