"""Who is asking, from the claims that the gateway has verified."""

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
    """The caller: the subject of the token, a UUID, and whether it is an administrator."""

    owner: str
    is_admin: bool

    def owns(self, record: ImageRecord) -> bool:
        """Return whether an image is the caller's own."""
        return record.owner == self.owner

    def may_see(self, record: ImageRecord) -> bool:
        """Return whether an image is the caller's to see: its own, or any for an administrator."""
        return self.is_admin or self.owns(record)


def read_caller(claims: Mapping[str, Any]) -> Caller:
    """Read the caller out of the claims that the gateway has verified.

    Raises
    ------
    ProblemError
        If they name no subject: 401.
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not is_canonical_uuid(subject):
        raise ProblemError(
            HTTPStatus.UNAUTHORIZED,
            "no-identity",
            "the request carries no token of a user: sign in and send its token",
        )
    return Caller(owner=subject, is_admin=_ADMINS in _groups(claims.get("cognito:groups")))


def _groups(claim: object) -> list[str]:
    # The gateway hands a list claim over as text, "[admins editors]"; names have no spaces.
    if isinstance(claim, list):
        return [str(group) for group in claim]
    return claim.removeprefix("[").removesuffix("]").split() if isinstance(claim, str) else []
