"""Commands on users: ``user ENV add | ls | rm``, and their tokens."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from tooling.commands.arguments import EnvironmentName, JsonWanted
from tooling.console import ask
from tooling.errors import OperatorError
from tooling.session import Session
from tooling.users.pool import ADMINS, SERVICE_USERS, User, UserPool, new_password
from tooling.users.sign_in import UPLOADER, require_name, sign_in_as

app = typer.Typer()
user = typer.Typer(no_args_is_help=True, add_completion=False)
app.add_typer(user, name="user")


@user.callback()
def of_environment(context: typer.Context, name: EnvironmentName) -> None:
    """Users of an environment: add, list, remove."""
    context.obj = name


@user.command()
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name to sign in with.")],
    admin: Annotated[
        bool, typer.Option("--admin", help="Let the user see every owner's images.")
    ] = False,
    person: Annotated[
        bool, typer.Option("--person", help="Create a person with a password, shown once.")
    ] = False,
    json_wanted: JsonWanted = False,
) -> None:
    """Add a user: a program, which needs no password for token, or a person."""
    require_name(name)
    session = Session.open(json_wanted=json_wanted)
    deployed = session.deployed(context.obj)
    pool = UserPool.of(deployed.target, deployed.outputs)
    groups = ({ADMINS} if admin else set()) | (set() if person else {SERVICE_USERS})
    password = new_password() if person else None
    added = pool.add(name, frozenset(groups), password)
    if json_wanted:
        session.screen.document({**_document_of(added), "password": password})
        return
    session.screen.say(f"{added.name} is added: {_kind_of(added)}, owner id {added.subject}.")
    if password:
        session.screen.say(f"Password, shown only now and stored nowhere: {password}")
    else:
        session.screen.say(f"Its token: nox -s token -- {context.obj} {added.name}")


@user.command()
def ls(context: typer.Context, json_wanted: JsonWanted = False) -> None:
    """List users with their kind and the owner id of their images."""
    session = Session.open(json_wanted=json_wanted)
    deployed = session.deployed(context.obj)
    users = list(UserPool.of(deployed.target, deployed.outputs).users())
    if json_wanted:
        session.screen.document([_document_of(each) for each in users])
    else:
        rows = [(each.name, _kind_of(each), each.status, each.subject) for each in users]
        session.screen.wide_table("Users", ("name", "kind", "status", "owner id"), rows)


@user.command()
def rm(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The user's name, as ls shows it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Remove a user; its images stay, visible to administrators; asks first."""
    session = Session.open()
    deployed = session.deployed(context.obj)
    pool = UserPool.of(deployed.target, deployed.outputs)
    found = pool.find(name)
    if found is None:
        raise OperatorError(
            f"There is no user called {name!r}; nothing was removed.",
            remedy=f"List the users: nox -s user -- {context.obj} ls",
        )
    question = f"The images of {found.name} will have no owner. Type the name to continue:"
    if not yes and ask(question) != found.name:
        raise OperatorError("Nothing was removed.", remedy="Type the name, or use --yes.")
    pool.remove(found.name)
    session.screen.say(f"{found.name} is removed.")


@app.command()
def token(
    name: EnvironmentName,
    user_name: Annotated[
        str,
        typer.Argument(metavar="[NAME]", help="The user; default: upload's user."),
    ] = UPLOADER,
) -> None:
    """Print an access token for the API; asks a person for the password."""
    session = Session.open(json_wanted=True)
    deployed = session.deployed(name)
    sys.stdout.write(sign_in_as(UserPool.of(deployed.target, deployed.outputs), user_name)() + "\n")


def _kind_of(user: User) -> str:
    """Return what a user is, in words."""
    kind = "a program" if user.is_service else "a person"
    return f"{kind}, administrator" if user.is_admin else kind


def _document_of(user: User) -> dict[str, Any]:
    """Return a user for a script."""
    return {
        "name": user.name,
        "owner": user.subject,
        "status": user.status,
        "admin": user.is_admin,
        "service": user.is_service,
    }
