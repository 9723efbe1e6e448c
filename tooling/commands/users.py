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
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the user signs in with.")],
    admin: Annotated[bool, typer.Option("--admin", help="Sees every owner's images.")] = False,
    person: Annotated[bool, typer.Option("--person", help="Has a password, shown once.")] = False,
    json_wanted: JsonWanted = False,
) -> None:
    """Add a user: a program's, for which token needs no password, or a person's."""
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
        session.screen.say(f"Password, which nothing keeps or shows again: {password}")
    else:
        session.screen.say(f"Its token: nox -s token -- {context.obj} {added.name}")


@user.command()
def ls(context: typer.Context, json_wanted: JsonWanted = False) -> None:
    """List the users with what they are and the owner id of their images."""
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
    name: Annotated[str, typer.Argument(metavar="NAME", help="As ls shows it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove a user; its images stay, and administrators see them; asks first."""
    session = Session.open()
    deployed = session.deployed(context.obj)
    pool = UserPool.of(deployed.target, deployed.outputs)
    found = pool.find(name)
    if found is None:
        raise OperatorError(
            f"There is no user called {name!r}; nothing was removed.",
            remedy=f"Those there are: nox -s user -- {context.obj} ls",
        )
    question = f"Nobody will own the images of {found.name} any more. Type its name to go on:"
    if not yes and ask(question) != found.name:
        raise OperatorError("Nothing was removed.", remedy="Type the name, or use --yes.")
    pool.remove(found.name)
    session.screen.say(f"{found.name} is removed.")


@app.command()
def token(
    name: EnvironmentName,
    user_name: Annotated[
        str,
        typer.Argument(metavar="[NAME]", help="A user; by default the one that upload acts as."),
    ] = UPLOADER,
) -> None:
    """Print an access token, to call the API with by hand; a person is asked for the password."""
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
