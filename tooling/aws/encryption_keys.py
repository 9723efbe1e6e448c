"""Keys that Terraform made and can't remove, for its own state is encrypted with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_kms.client import KMSClient

# The most that KMS takes: for so long the deletion can be called off.
WAITING_DAYS = 30
PENDING_DELETION = "PendingDeletion"


def retire_key(kms: KMSClient, alias: str) -> bool:
    """Have KMS delete the key behind an alias after its waiting time, and free the alias.

    Returns
    -------
    bool
        False where there is no such alias, as after a run that got this far.
    """
    try:
        key = kms.describe_key(KeyId=alias)["KeyMetadata"]
    except kms.exceptions.NotFoundException:
        return False
    if key.get("KeyState") != PENDING_DELETION:
        kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=WAITING_DAYS)
    kms.delete_alias(AliasName=alias)
    return True
