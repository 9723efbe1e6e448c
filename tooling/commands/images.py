"""Commands on images, through the API of an environment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from media.model.images import Status
from tooling.commands.arguments import EnvironmentName, FileNames, ImageIds, JsonWanted, UserName
from tooling.console import ask
from tooling.errors import OperatorError
from tooling.images import tables as image_table
from tooling.images import upload as uploads
from tooling.images.api_client import MediaClient
from tooling.images.download import REFUSED, download_images, show_download
from tooling.images.files import find_files
from tooling.images.trash import restore_images, trash_images
from tooling.session import Session
from tooling.users.pool import UserPool, renewing
from tooling.users.sign_in import ADMINISTRATOR, UPLOADER, sign_in_as

if TYPE_CHECKING:
    from tooling.session import Deployed

app = typer.Typer()


@app.command()
def upload(
    name: EnvironmentName,
    files: FileNames,
    json_wanted: JsonWanted = False,
) -> None:
    """Upload images through the API and print their URLs; continue past bad files."""
    session = Session.open(json_wanted=json_wanted)
    found = find_files(files)
    deployed = session.deployed(name)
    client = _client(deployed, UPLOADER)
    outcomes = uploads.upload_files(client, found, session.screen)
    if json_wanted:
        session.screen.document(uploads.documents(outcomes))
    else:
        uploads.show_outcomes(session.screen, outcomes)
    bad = [outcome for outcome in outcomes if outcome.status != Status.READY]
    if bad:
        raise OperatorError(
            f"{len(bad)} of {len(outcomes)} files are not ready to be served.",
            reason="\n".join(f"{entry.file}: {entry.status} {entry.detail}" for entry in bad),
            remedy="Fix or leave out those files; the others were uploaded.",
        )


@app.command()
def ls(
    name: EnvironmentName,
    user: UserName = None,
    everyone: Annotated[bool, typer.Option("--all", help="Every image, owned or not.")] = False,
    owner: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Only this owner's images; user ls shows the ids."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="List at most this many; default: all.")
    ] = None,
    json_wanted: JsonWanted = False,
) -> None:
    """List images, newest first; --json prints one per line."""
    others = _others(everyone, owner)
    session = Session.open(json_wanted=json_wanted)
    deployed = session.deployed(name)
    # Whoever may create users may create one that sees every image.
    caller = user or (ADMINISTRATOR if others else UPLOADER)
    listed = 0
    for image in _client(deployed, caller).images(others, limit):
        if json_wanted:
            session.screen.line(image)
        else:
            if not listed:
                session.screen.say(image_table.heading(), style="bold")
            session.screen.say(image_table.row(image))
        listed += 1
    if not listed:
        session.screen.say("No images.")


def _others(everyone: bool, owner: str | None) -> dict[str, str]:
    """Return the query for the images of others; empty for the caller's own."""
    if everyone and owner:
        raise OperatorError(
            "--all and --owner exclude each other.", remedy="Leave out one of them."
        )
    if everyone:
        return {"all": "true"}
    return {"owner": owner} if owner else {}


@app.command()
def get(
    name: EnvironmentName,
    image_ids: ImageIds,
    rendition: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Download this rendition instead of the original."),
    ] = None,
    folder: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="FOLDER", help="Folder to write to; default: the current one."
        ),
    ] = Path(),
    user: UserName = None,
    json_wanted: JsonWanted = False,
) -> None:
    """Download images and verify them; never overwrite a file."""
    session = Session.open(json_wanted=json_wanted)
    deployed = session.deployed(name)
    client = _client(deployed, user or UPLOADER)
    refused = 0
    for download in download_images(client, image_ids, rendition, folder, session.screen):
        refused += download.status == REFUSED
        show_download(session.screen, download)
    if refused:
        raise OperatorError(
            f"{refused} of {len(set(image_ids))} images were not downloaded.",
            remedy="Each is listed above with its reason; the others are done.",
        )


@app.command()
def rm(
    name: EnvironmentName,
    image_ids: ImageIds,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    user: UserName = None,
    json_wanted: JsonWanted = False,
) -> None:
    """Move images to the trash, where they can be restored for a time; asks first."""
    session = Session.open(json_wanted=json_wanted)
    deployed = session.deployed(name)
    count = len(set(image_ids))
    images = "1 image" if count == 1 else f"{count} images"
    question = f"This moves {images} to the trash. Type yes to continue:"
    if not yes and ask(question) != "yes":
        raise OperatorError(
            "Nothing was moved to the trash.", remedy="Type yes when asked, or use --yes."
        )
    until = datetime.now(UTC) + timedelta(days=deployed.target.environment.retention.trash_days)
    client = _client(deployed, user or UPLOADER)
    trash_images(client, image_ids, until, session.screen)


@app.command()
def restore(
    name: EnvironmentName,
    image_ids: ImageIds,
    user: UserName = None,
    json_wanted: JsonWanted = False,
) -> None:
    """Restore images from the trash."""
    session = Session.open(json_wanted=json_wanted)
    deployed = session.deployed(name)
    restore_images(_client(deployed, user or UPLOADER), image_ids, session.screen)


def _client(deployed: Deployed, name: str) -> MediaClient:
    """Return a client of the API that acts as a user."""
    pool = UserPool.of(deployed.target, deployed.outputs)
    return MediaClient(deployed.outputs.api_url, renewing(sign_in_as(pool, name)))
