"""The caller, from the claims that the gateway has verified."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from functions.api.problems import ProblemError
from media.model.images import ImageRecord
from media.model.keys import is_canonical_uuid

_ADMINS = "admins"


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller: the UUID of the token's subject, and whether this is an administrator."""

    owner: str
    is_admin: bool

    def owns(self, record: ImageRecord) -> bool:
        """Return whether an image belongs to the caller."""
        return record.owner == self.owner

    def may_see(self, record: ImageRecord) -> bool:
        """Return whether the caller may see an image: administrators see all, others their own."""
        return self.is_admin or self.owns(record)


def read_caller(claims: Mapping[str, Any]) -> Caller:
    """Read the caller from the claims that the gateway has verified.

    Raises
    ------
    ProblemError
        401 if they name no subject.
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not is_canonical_uuid(subject):
        raise ProblemError(
            HTTPStatus.UNAUTHORIZED,
            "no-identity",
            "the request has no user token: sign in, and send the token that you get",
        )
    return Caller(owner=subject, is_admin=_ADMINS in _groups(claims.get("cognito:groups")))


def _groups(claim: object) -> list[str]:
    # The gateway passes a list claim as text, "[admins editors]"; names have no spaces.
    if isinstance(claim, list):
        return [str(group) for group in claim]
    return claim.removeprefix("[").removesuffix("]").split() if isinstance(claim, str) else []
