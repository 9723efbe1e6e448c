"""An environment's Cognito pool: users come, sign in for a token, and go."""

from __future__ import annotations

import secrets
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from math import inf
from threading import Lock
from time import monotonic, sleep
from typing import TYPE_CHECKING

from tooling.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_cognito_idp.client import CognitoIdentityProviderClient

    from tooling.aws.target import Target
    from tooling.terraform.outputs import Outputs

PASSWORD_BYTES = 24
# Half the life that the client gives its access tokens.
TOKEN_RENEWAL_SECONDS = 1800.0
SIGN_IN_ATTEMPTS = 4
# Every kind of character that a password policy can ask for.
PASSWORD_KINDS = "aA1!"  # noqa: S105
# Begins the names of users that are the tooling's own, which no person has.
OWN_PREFIX = "tooling-"
ADMINS = "admins"
SERVICE_USERS = "service-users"


@dataclass(frozen=True)
class UserPool:
    """The pool of one environment and the client that signs in to it.

    Parameters
    ----------
    cognito : CognitoIdentityProviderClient
        Called with the operator's rights.
    pool_id, client_id : str
        From the environment's outputs.
    """

    cognito: CognitoIdentityProviderClient
    pool_id: str
    client_id: str

    @classmethod
    def of(cls, target: Target, outputs: Outputs) -> UserPool:
        """Return the pool of a deployed environment."""
        return cls(target.cognito, outputs.user_pool_id, outputs.user_pool_client_id)

    def join(self, name: str, groups: frozenset[str]) -> None:
        """Put a user into groups; it may be in them already."""
        for group in sorted(groups):
            try:
                self.cognito.admin_add_user_to_group(
                    UserPoolId=self.pool_id, Username=name, GroupName=group
                )
            except self.cognito.exceptions.ResourceNotFoundException as error:
                raise OperatorError(
                    f"The environment has no group {group}.",
                    reason=str(error),
                    remedy="Bring it up to date first: nox -s deploy -- ENV",
                ) from error

    def create(self, name: str) -> None:
        """Make a user that nobody has a password of; botocore's fault if there is one already."""
        self.cognito.admin_create_user(
            UserPoolId=self.pool_id,
            Username=name,
            TemporaryPassword=new_password(),
            MessageAction="SUPPRESS",
        )

    def set_password(self, name: str, password: str) -> None:
        """Give a user a password that holds until it is changed."""
        self.cognito.admin_set_user_password(
            UserPoolId=self.pool_id, Username=name, Password=password, Permanent=True
        )

    def sign_in(self, name: str, groups: frozenset[str] = frozenset()) -> str:
        """Return an access token for `name`, a user that only programs use.

        The user is made if it is missing, and gets a new random password each time, so that no
        password is kept anywhere.
        """
        # One that signs in again keeps its sub, so its images stay its own.
        with suppress(self.cognito.exceptions.UsernameExistsException):
            self.create(name)
        self.join(name, groups)
        password = new_password()
        for attempt in range(1, SIGN_IN_ATTEMPTS + 1):
            try:
                self.set_password(name, password)
                return self._token(name, password)
            except self.cognito.exceptions.NotAuthorizedException:
                # Another command has set its own password between the two calls.
                if attempt == SIGN_IN_ATTEMPTS:
                    raise
                sleep(secrets.randbelow(1000) / 1000)
        raise AssertionError  # the loop returns or raises

    def sign_in_with_password(self, name: str, password: str) -> str:
        """Return an access token for a person, whose password is left as it is.

        Raises
        ------
        OperatorError
            The password is wrong, or Cognito asks for more than a password.
        """
        try:
            return self._token(name, password)
        except self.cognito.exceptions.NotAuthorizedException as error:
            raise OperatorError(
                f"{name} could not sign in.",
                reason="The password is wrong, or the user is disabled.",
                remedy="Try again with the right one; nothing was changed.",
            ) from error

    def _token(self, name: str, password: str) -> str:
        answer = self.cognito.admin_initiate_auth(
            UserPoolId=self.pool_id,
            ClientId=self.client_id,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": password},
        )
        if "AuthenticationResult" not in answer:
            raise OperatorError(
                f"{name} could not sign in with a password alone.",
                reason=f"Cognito asks for more: {answer.get('ChallengeName')}.",
                remedy="Sign in with an application that can answer that, or take another user.",
            )
        return answer["AuthenticationResult"]["AccessToken"]

    def renewed_token(self, name: str) -> Callable[[], str]:
        """Return what gives a token for `name`, a user that only programs use."""
        return renewing(lambda: self.sign_in(name))

    def remove(self, name: str) -> None:
        """Remove a user."""
        self.cognito.admin_delete_user(UserPoolId=self.pool_id, Username=name)

    @contextmanager
    def passing_user(self, prefix: str) -> Iterator[Callable[[], str]]:
        """Yield what gives the token of a new user that is gone again afterwards."""
        name = f"{prefix}-{secrets.token_hex(6)}"
        token = self.renewed_token(name)
        token()
        try:
            yield token
        finally:
            self.remove(name)


def new_password() -> str:
    """Return a random password that every policy takes."""
    return secrets.token_urlsafe(PASSWORD_BYTES) + PASSWORD_KINDS


def renewing(sign_in: Callable[[], str]) -> Callable[[], str]:
    """Return what gives a token, signing in again before the last one ends."""
    lock = Lock()
    held = ("", -inf)

    def token() -> str:
        nonlocal held
        with lock:  # uploads run in threads
            if monotonic() - held[1] > TOKEN_RENEWAL_SECONDS:
                held = (sign_in(), monotonic())
            return held[0]

    return token
