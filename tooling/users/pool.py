"""An environment's Cognito user pool: adding, listing, signing in and removing users."""

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
    from collections.abc import Callable, Iterable, Iterator

    from mypy_boto3_cognito_idp.client import CognitoIdentityProviderClient
    from mypy_boto3_cognito_idp.type_defs import AttributeTypeTypeDef

    from tooling.aws.target import Target
    from tooling.terraform.outputs import Outputs

PASSWORD_BYTES = 24
# Half the lifetime of the client's access tokens.
TOKEN_RENEWAL_SECONDS = 1800.0
SIGN_IN_ATTEMPTS = 4
# Every kind of character that a password policy can ask for.
PASSWORD_KINDS = "aA1!"  # noqa: S105 - no password, a part of each
# Prefix of the tooling's own users.
OWN_PREFIX = "tooling-"
ADMINS = "admins"
SERVICE_USERS = "service-users"


@dataclass(frozen=True)
class User:
    """One user of the pool.

    Parameters
    ----------
    name, subject : str
        The name to sign in with, and the owner id of its images.
    status : str
        As Cognito calls it, such as ``CONFIRMED``.
    groups : frozenset of str
        Those of the environment's groups that it is in.
    """

    name: str
    subject: str
    status: str
    groups: frozenset[str]

    @property
    def is_admin(self) -> bool:
        """Whether it sees every owner's images."""
        return ADMINS in self.groups

    @property
    def is_service(self) -> bool:
        """Whether it is a program's user, whose password may be reset at any time."""
        return SERVICE_USERS in self.groups or self.name.startswith(OWN_PREFIX)


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

    def find(self, name: str) -> User | None:
        """Return a user, or None if there is none of this name."""
        try:
            found = self.cognito.admin_get_user(UserPoolId=self.pool_id, Username=name)
        except self.cognito.exceptions.UserNotFoundException:
            return None
        groups = self.cognito.admin_list_groups_for_user(UserPoolId=self.pool_id, Username=name)
        return User(
            name=found["Username"],
            subject=_subject(found["UserAttributes"]),
            status=found["UserStatus"],
            groups=frozenset(group["GroupName"] for group in groups["Groups"]),
        )

    def users(self) -> Iterator[User]:
        """Yield all users, page by page."""
        members = {group: self._members(group) for group in (ADMINS, SERVICE_USERS)}
        pages = self.cognito.get_paginator("list_users").paginate(UserPoolId=self.pool_id)
        for found in (user for page in pages for user in page["Users"]):
            name = found["Username"]
            groups = frozenset(group for group, names in members.items() if name in names)
            yield User(name, _subject(found["Attributes"]), found["UserStatus"], groups)

    def _members(self, group: str) -> frozenset[str]:
        pages = self.cognito.get_paginator("list_users_in_group").paginate(
            UserPoolId=self.pool_id, GroupName=group
        )
        return frozenset(user["Username"] for page in pages for user in page["Users"])

    def add(
        self, name: str, groups: frozenset[str] = frozenset(), password: str | None = None
    ) -> User:
        """Add a user, with a permanent password, or with one that nobody knows.

        Raises
        ------
        OperatorError
            The name is taken, or the pool lacks a group and needs a new deployment.
        """
        try:
            self._create(name)
        except self.cognito.exceptions.UsernameExistsException as error:
            raise OperatorError(
                f"A user called {name} already exists; nothing was changed.",
                remedy="Choose another name, or remove that user first.",
            ) from error
        try:
            self._join(name, groups)
            self._set_password(name, password or new_password())
        except BaseException:
            self.remove(name)
            raise
        user = self.find(name)
        if user is None:
            raise OperatorError(f"{name} was removed by somebody else while it was being made.")
        return user

    def _join(self, name: str, groups: frozenset[str]) -> None:
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
                    remedy="Update it first: nox -s deploy -- ENV",
                ) from error

    def _create(self, name: str) -> None:
        """Add a user whose password nobody knows."""
        self.cognito.admin_create_user(
            UserPoolId=self.pool_id,
            Username=name,
            TemporaryPassword=new_password(),
            MessageAction="SUPPRESS",
        )

    def _set_password(self, name: str, password: str) -> None:
        """Set a user's permanent password."""
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
            self._create(name)
        self._join(name, groups)
        password = new_password()
        for attempt in range(1, SIGN_IN_ATTEMPTS + 1):
            try:
                self._set_password(name, password)
                return self._token(name, password)
            except self.cognito.exceptions.NotAuthorizedException:
                # Another command has set its own password between the two calls.
                if attempt == SIGN_IN_ATTEMPTS:
                    raise
                sleep(secrets.randbelow(1000) / 1000)
        raise AssertionError  # the loop returns or raises

    def sign_in_with_password(self, name: str, password: str) -> str:
        """Return an access token for a person, without changing the password.

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
                remedy="Try again with the right password.",
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
                remedy="Sign in with an application that supports it, or use another user.",
            )
        return answer["AuthenticationResult"]["AccessToken"]

    def remove(self, name: str) -> None:
        """Remove a user."""
        self.cognito.admin_delete_user(UserPoolId=self.pool_id, Username=name)

    @contextmanager
    def temporary_user(self, prefix: str) -> Iterator[Callable[[], str]]:
        """Yield a function that returns a temporary user's token; remove the user at the end."""
        name = f"{prefix}-{secrets.token_hex(6)}"
        token = renewing(lambda: self.sign_in(name))
        token()
        try:
            yield token
        finally:
            self.remove(name)


def new_password() -> str:
    """Return a random password that satisfies every policy."""
    return secrets.token_urlsafe(PASSWORD_BYTES) + PASSWORD_KINDS


def renewing(sign_in: Callable[[], str]) -> Callable[[], str]:
    """Return a function that returns a token, and signs in again before the token expires."""
    lock = Lock()
    held = ("", -inf)

    def token() -> str:
        nonlocal held
        with lock:  # uploads run in threads
            if monotonic() - held[1] > TOKEN_RENEWAL_SECONDS:
                held = (sign_in(), monotonic())
            return held[0]

    return token


def _subject(attributes: Iterable[AttributeTypeTypeDef]) -> str:
    return next(entry.get("Value", "") for entry in attributes if entry["Name"] == "sub")
