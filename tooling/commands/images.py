"""Commands on images: through the API of an environment, or without AWS."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from tooling import inspection_table, uploads
from tooling.commands.arguments import EnvironmentName, FileNames, JsonWanted
from tooling.errors import OperatorError
from tooling.files import find_files
from tooling.inspection import FAILED as NOT_INSPECTED
from tooling.inspection import Inspector
from tooling.media_client import MediaClient
from tooling.session import Session
from tooling.users import UserPool

# A name that no person has: signing in gives it a new password each time.
UPLOADER = "tooling-uploader"

app = typer.Typer()


@app.command()
def upload(
    name: EnvironmentName,
    files: FileNames,
    json_wanted: JsonWanted = False,  # noqa: FBT002
) -> None:
    """Upload pictures through the API and print their URLs; a bad file does not stop the rest."""
    session = Session.open(json_wanted=json_wanted)
    found = find_files(files)
    _, clients, deployed = session.deployed(name)
    client = MediaClient(
        deployed["api_url"], UserPool.of(clients, deployed).renewed_token(UPLOADER)
    )
    outcomes = uploads.upload_files(client, found, session.screen)
    if json_wanted:
        session.screen.document(uploads.documents(outcomes))
    else:
        uploads.show_outcomes(session.screen, outcomes)
    bad = [outcome for outcome in outcomes if outcome.status != "ready"]
    if bad:
        raise OperatorError(
            f"{len(bad)} of {len(outcomes)} files are not ready to be served.",
            reason="\n".join(f"{entry.file}: {entry.status} {entry.detail}" for entry in bad),
            remedy="Mend or leave out those files; the others are in.",
        )


@app.command()
def token(name: EnvironmentName) -> None:
    """Print an access token of the user that upload acts as, to call the API with by hand."""
    session = Session.open(json_wanted=True)
    _, clients, deployed = session.deployed(name)
    sys.stdout.write(UserPool.of(clients, deployed).sign_in(UPLOADER) + "\n")


@app.command()
def inspect(
    files: FileNames,
    json_wanted: JsonWanted = False,  # noqa: FBT002
    environment: Annotated[
        str, typer.Option(help="The environment whose limits and renditions apply.")
    ] = "dev",
) -> None:
    """Show what the processor would make of files, without AWS; a rejected one is a result."""
    session = Session.open(json_wanted=json_wanted)
    found = find_files(files)
    inspector = Inspector.of(session.workspace, session.files.load(environment))
    if not json_wanted:
        session.screen.say(inspection_table.heading(), style="bold")
    inspected = 0
    for result in inspector.inspect(found):
        inspected += result["status"] != NOT_INSPECTED
        if json_wanted:
            session.screen.line(result)
        else:
            session.screen.say(inspection_table.row(result))
    if inspected < len(found):
        raise OperatorError(
            f"{len(found) - inspected} of {len(found)} files could not be inspected.",
            remedy="Each is named above with its reason; the others are done.",
        )
