"""Who may call an environment's API: its users with the groups they are in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tooling.errors import OperatorError
from tooling.users.pool import ADMINS, OWN_PREFIX, SERVICE_USERS, new_password

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mypy_boto3_cognito_idp.type_defs import AttributeTypeTypeDef

    from tooling.users.pool import UserPool


@dataclass(frozen=True)
class User:
    """One user of the pool.

    Parameters
    ----------
    name, subject : str
        What it signs in with, and the owner that its images have.
    status : str
        As Cognito calls it, such as ``CONFIRMED``.
    groups : frozenset of str
        The groups of ours that it is in.
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
        """Whether it stands for a program, so that its password may be renewed at any time."""
        return SERVICE_USERS in self.groups or self.name.startswith(OWN_PREFIX)


@dataclass(frozen=True)
class UserDirectory:
    """The users of one pool.

    Parameters
    ----------
    pool : UserPool
        Where they are.
    """

    pool: UserPool

    def find(self, name: str) -> User | None:
        """Return a user, or None if there is none of this name."""
        try:
            found = self.pool.cognito.admin_get_user(UserPoolId=self.pool.pool_id, Username=name)
        except self.pool.cognito.exceptions.UserNotFoundException:
            return None
        groups = self.pool.cognito.admin_list_groups_for_user(
            UserPoolId=self.pool.pool_id, Username=name
        )
        return User(
            name=found["Username"],
            subject=_subject(found["UserAttributes"]),
            status=found["UserStatus"],
            groups=frozenset(group["GroupName"] for group in groups["Groups"]),
        )

    def users(self) -> Iterator[User]:
        """Yield all users; a few calls for each sixty of them, however many there are."""
        members = {group: self._members(group) for group in (ADMINS, SERVICE_USERS)}
        pages = self.pool.cognito.get_paginator("list_users").paginate(UserPoolId=self.pool.pool_id)
        for found in (user for page in pages for user in page["Users"]):
            name = found["Username"]
            groups = frozenset(group for group, names in members.items() if name in names)
            yield User(name, _subject(found["Attributes"]), found["UserStatus"], groups)

    def _members(self, group: str) -> frozenset[str]:
        pages = self.pool.cognito.get_paginator("list_users_in_group").paginate(
            UserPoolId=self.pool.pool_id, GroupName=group
        )
        return frozenset(user["Username"] for page in pages for user in page["Users"])

    def add(
        self, name: str, groups: frozenset[str] = frozenset(), password: str | None = None
    ) -> User:
        """Make a user, with a password that holds, or with none that anybody has.

        Raises
        ------
        OperatorError
            The name is taken, or the pool lacks a group, as one does that is not deployed anew.
        """
        try:
            self.pool.create(name)
        except self.pool.cognito.exceptions.UsernameExistsException as error:
            raise OperatorError(
                f"There is a user called {name} already; nothing was changed.",
                remedy="Choose another name, or remove that user first.",
            ) from error
        try:
            self.pool.join(name, groups)
            self.pool.set_password(name, password or new_password())
        except BaseException:
            self.pool.remove(name)
            raise
        user = self.find(name)
        if user is None:
            raise OperatorError(f"{name} was removed by somebody else while it was being made.")
        return user


def kind_of(user: User) -> str:
    """Return what a user is, in words."""
    kind = "a program" if user.is_service else "a person"
    return f"{kind}, administrator" if user.is_admin else kind


def document_of(user: User) -> dict[str, Any]:
    """Return a user for a script."""
    return {
        "name": user.name,
        "owner": user.subject,
        "status": user.status,
        "admin": user.is_admin,
        "service": user.is_service,
    }


def _subject(attributes: Iterable[AttributeTypeTypeDef]) -> str:
    return next(entry.get("Value", "") for entry in attributes if entry["Name"] == "sub")
