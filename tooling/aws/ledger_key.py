"""The HMAC key of an environment's ledger, usable by those who may change the environment."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tooling.environments.names import ledger_key_alias

if TYPE_CHECKING:
    from mypy_boto3_kms.client import KMSClient

    from tooling.aws.target import Target

ALGORITHM: Final = "HMAC_SHA_256"
MAC_BYTES = 32
# The shortest that KMS allows: without its environment the key is of no use.
WAITING_DAYS = 7


@dataclass(frozen=True)
class LedgerKey:
    """An HMAC key that never leaves KMS.

    Appliers may make a code with it (``kms:GenerateMac``), readers only check one
    (``kms:VerifyMac``). So IAM says whose entries are believed.

    Parameters
    ----------
    kms : KMSClient
        Reaches it.
    alias : str
        Its name in the account.
    """

    kms: KMSClient
    alias: str

    @classmethod
    def of(cls, target: Target) -> LedgerKey:
        """Return the key of the environment that `target` is."""
        return cls(target.kms, ledger_key_alias(target.environment))

    def find(self) -> str | None:
        """Return the key's id, None if there is no key yet."""
        try:
            metadata = self.kms.describe_key(KeyId=self.alias)["KeyMetadata"]
        except self.kms.exceptions.NotFoundException:
            return None
        return metadata["KeyId"]

    def ensure(self) -> str:
        """Return the key's id; create the key if it is missing, for Terraform to import."""
        found = self.find()
        if found:
            return found
        made = self.kms.create_key(
            KeySpec="HMAC_256",
            KeyUsage="GENERATE_VERIFY_MAC",
            Description=f"Authenticates the ledger ({self.alias})",
        )["KeyMetadata"]["KeyId"]
        try:
            self.kms.create_alias(AliasName=self.alias, TargetKeyId=made)
        except self.kms.exceptions.AlreadyExistsException:  # another run was faster
            self.kms.schedule_key_deletion(KeyId=made, PendingWindowInDays=WAITING_DAYS)
            return self.find() or made
        return made

    def sign(self, message: bytes) -> str:
        """Return the HMAC of a message, in base64."""
        # By id, not by alias: IAM policies name the id.
        answer = self.kms.generate_mac(KeyId=self.ensure(), MacAlgorithm=ALGORITHM, Message=message)
        return base64.b64encode(answer["Mac"]).decode()

    def verifies(self, key_id: str, message: bytes, code: str) -> bool:
        """Return whether an HMAC of a message is valid."""
        try:
            mac = base64.b64decode(code, validate=True)
        except (binascii.Error, ValueError):
            return False
        if len(mac) != MAC_BYTES:
            return False
        try:
            self.kms.verify_mac(KeyId=key_id, MacAlgorithm=ALGORITHM, Message=message, Mac=mac)
        except self.kms.exceptions.KMSInvalidMacException:
            return False
        return True

    def remove(self) -> bool:
        """Schedule the key's deletion; return whether there was a key."""
        found = self.find()
        if found is None:
            return False
        self.kms.delete_alias(AliasName=self.alias)
        self.kms.schedule_key_deletion(KeyId=found, PendingWindowInDays=WAITING_DAYS)
        return True
