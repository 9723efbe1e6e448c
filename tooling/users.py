"""Users of an environment's Cognito pool, and the tokens they call the API with."""

from __future__ import annotations

import secrets
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from math import inf
from threading import Lock
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_cognito_idp.client import CognitoIdentityProviderClient

    from tooling.clients import Clients

PASSWORD_BYTES = 24
# Half the life that the client gives its access tokens.
TOKEN_RENEWAL_SECONDS = 1800.0
SIGN_IN_ATTEMPTS = 4
# Every kind of character that a password policy can ask for.
PASSWORD_KINDS = "aA1!"  # noqa: S105


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
    def of(cls, clients: Clients, outputs: dict[str, Any]) -> UserPool:
        """Return the pool of a deployed environment."""
        return cls(clients.cognito, outputs["user_pool_id"], outputs["user_pool_client_id"])

    def sign_in(self, name: str) -> str:
        """Return an access token for `name`, a user that only the tooling uses.

        The user is made if it is missing, and gets a new random password each time, so that no
        password is kept anywhere.
        """
        password = secrets.token_urlsafe(PASSWORD_BYTES) + PASSWORD_KINDS
        # One that signs in again keeps its sub, so its images stay its own.
        with suppress(self.cognito.exceptions.UsernameExistsException):
            self.cognito.admin_create_user(
                UserPoolId=self.pool_id,
                Username=name,
                TemporaryPassword=password,
                MessageAction="SUPPRESS",
            )
        for attempt in range(1, SIGN_IN_ATTEMPTS + 1):
            try:
                return self._sign_in_with(name, password)
            except self.cognito.exceptions.NotAuthorizedException:
                # Another command has set its own password between the two calls.
                if attempt == SIGN_IN_ATTEMPTS:
                    raise
                sleep(secrets.randbelow(1000) / 1000)
        raise AssertionError  # the loop returns or raises

    def _sign_in_with(self, name: str, password: str) -> str:
        self.cognito.admin_set_user_password(
            UserPoolId=self.pool_id, Username=name, Password=password, Permanent=True
        )
        answer = self.cognito.admin_initiate_auth(
            UserPoolId=self.pool_id,
            ClientId=self.client_id,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": password},
        )
        return answer["AuthenticationResult"]["AccessToken"]

    def renewed_token(self, name: str) -> Callable[[], str]:
        """Return what gives a token for `name`, signing in again before the last one ends."""
        lock = Lock()
        held = ("", -inf)

        def token() -> str:
            nonlocal held
            with lock:  # uploads run in threads
                if monotonic() - held[1] > TOKEN_RENEWAL_SECONDS:
                    held = (self.sign_in(name), monotonic())
                return held[0]

        return token

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
