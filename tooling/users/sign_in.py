"""The user a command acts as, and how that user signs in."""

from __future__ import annotations

import os
import re
import sys
from getpass import getpass
from typing import TYPE_CHECKING

from tooling.errors import OperatorError
from tooling.users.pool import ADMINS, OWN_PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from tooling.users.pool import UserPool

# Created on first use; each sign-in sets a new password.
UPLOADER = f"{OWN_PREFIX}uploader"
ADMINISTRATOR = f"{OWN_PREFIX}admin"
OWN_USERS = {UPLOADER: frozenset[str](), ADMINISTRATOR: frozenset({ADMINS})}
PASSWORD_VARIABLE = "MEDIA_PASSWORD"  # noqa: S105 - the variable's name
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}")


def require_name(name: str) -> None:
    """Make sure that a new user may have this name.

    Raises
    ------
    OperatorError
        It may not; the message says what to write instead.
    """
    if name.lower().startswith(OWN_PREFIX):
        raise OperatorError(
            f"A user can't be called {name}; nothing was added.",
            reason=f"Names that begin with {OWN_PREFIX} belong to the tooling.",
            remedy="Choose another name.",
        )
    if not NAME.fullmatch(name):
        raise OperatorError(
            f"A user can't be called {name!r}; nothing was added.",
            reason="A name has up to 128 letters of a to z, digits and . _ @ + -, and begins with "
            "a letter or a digit.",
            remedy="Write one such as anna, anna.berg@example.com or nightly-import.",
        )


def sign_in_as(
    pool: UserPool, name: str, password_of: Callable[[str], str] | None = None
) -> Callable[[], str]:
    """Return a function that signs a user in and returns its access token.

    Parameters
    ----------
    pool : UserPool
        The environment's users.
    name : str
        One of the tooling's own users, of which `UPLOADER` and `ADMINISTRATOR` are made if they are
        missing, or a user that was added.
    password_of : callable, optional
        Tells the password of a person; by default :func:`ask_password`. A person's is never
        changed, a program's always.

    Raises
    ------
    OperatorError
        There is no such user, or no password is available.
    """
    if name in OWN_USERS:
        return lambda: pool.sign_in(name, OWN_USERS[name])
    user = pool.find(name)
    if user is None:
        raise OperatorError(
            f"There is no user called {name!r}.",
            remedy=f"Add it: nox -s user -- ENV add {name}; list users: nox -s user -- ENV ls",
        )
    if user.is_service:
        return lambda: pool.sign_in(user.name)
    password = (password_of or ask_password)(user.name)
    return lambda: pool.sign_in_with_password(user.name, password)


def ask_password(name: str) -> str:
    """Return a person's password, from ``MEDIA_PASSWORD`` or typed unseen.

    Raises
    ------
    OperatorError
        The variable is not set, and there is no terminal.
    """
    given = os.environ.get(PASSWORD_VARIABLE)
    if given:
        return given
    if not sys.stdin.isatty():
        raise OperatorError(
            f"{name} is a person, and the password is missing.",
            reason="The tooling never changes a person's password, and there is no terminal.",
            remedy=f"Set {PASSWORD_VARIABLE}, or use a program's user, which needs none: "
            "nox -s user -- ENV add NAME",
        )
    return getpass(f"Password of {name}: ")
