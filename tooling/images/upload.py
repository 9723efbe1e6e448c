"""``upload``: upload files through the API, and print their URLs."""

from __future__ import annotations

import mimetypes
import re
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from threading import Event
from typing import TYPE_CHECKING, Any

from tooling.errors import OperatorError

if TYPE_CHECKING:
    from pathlib import Path

    from tooling.console import Screen
    from tooling.images.api_client import MediaClient

PARALLEL_UPLOADS = 4
PROCESSING_TIMEOUT_SECONDS = 180.0
NOT_SENT = "not sent"
SENT = "sent, not processed"
UNKNOWN_TYPE = "application/octet-stream"
SIGNATURE_BYTES = 16
SIGNATURES = tuple(
    (re.compile(pattern, re.DOTALL), content_type)
    for pattern, content_type in (
        (rb"\xff\xd8\xff", "image/jpeg"),
        (rb"\x89PNG\r\n\x1a\n", "image/png"),
        (rb"GIF8[79]a", "image/gif"),
        (rb"RIFF....WEBP", "image/webp"),
        (rb"....ftypavi[fs]", "image/avif"),
        (rb"....ftyp(hei[cxms]|hev[cxms])", "image/heic"),
        (rb"....ftypm(if1|sf1)", "image/heif"),
        (rb"II[*+]\0|MM\0[*+]", "image/tiff"),
    )
)


@dataclass(frozen=True)
class Outcome:
    """The outcome of one file.

    Parameters
    ----------
    file : str
        As the operator typed it.
    status : str
        An end state of the image, ``not sent``, or ``sent, not processed``.
    image_id : str or None
        None if it was not sent.
    detail : str
        Why it is not ready; empty if it is.
    urls : dict of str to str
        Pre-signed URLs of the original and the renditions.
    """

    file: str
    status: str
    image_id: str | None = None
    detail: str = ""
    urls: dict[str, str] = field(default_factory=dict)


def upload_files(client: MediaClient, files: list[Path], screen: Screen) -> list[Outcome]:
    """Upload files, a few at a time; return the outcomes in the given order."""
    outcomes: dict[Path, Outcome] = {}
    stopped = Event()
    with (
        screen.progress("uploading", len(files)) as progress,
        ThreadPoolExecutor(PARALLEL_UPLOADS) as pool,
    ):
        waiting = {pool.submit(upload_file, client, path, stopped): path for path in files}
        try:
            for done in as_completed(waiting):
                outcome = done.result()
                outcomes[waiting[done]] = outcome
                progress.advance(f"{outcome.file}: {outcome.status}")
        except BaseException:
            stopped.set()  # uploads in progress finish, but their processing is not awaited
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [outcomes[path] for path in files]


def upload_file(client: MediaClient, path: Path, stopped: Event | None = None) -> Outcome:
    """Upload one file and wait for its outcome; a rejected file is an outcome."""
    try:
        announced = client.upload(path, guess_content_type(path), title=path.name)
    except OSError as error:
        return Outcome(str(path), NOT_SENT, detail=error.strerror or str(error))
    except OperatorError as error:
        return Outcome(str(path), NOT_SENT, detail=f"{error.what} {error.reason}".strip())
    image_id = announced["image_id"]
    try:
        image = client.wait(image_id, PROCESSING_TIMEOUT_SECONDS, stopped)
    except OperatorError as error:
        return Outcome(str(path), SENT, image_id, f"{error.what} {error.reason}".strip())
    return Outcome(
        file=str(path),
        status=image["status"],
        image_id=image["image_id"],
        detail=_fault(image),
        urls=image_urls(image),
    )


def guess_content_type(path: Path) -> str:
    """Return the content type to announce, from the first bytes or else the name.

    The processor looks closer; this is only so that the API knows what to expect.
    """
    with path.open("rb") as file:
        head = file.read(SIGNATURE_BYTES)
    for pattern, content_type in SIGNATURES:
        if pattern.match(head):
            return content_type
    return mimetypes.guess_type(path.name, strict=False)[0] or UNKNOWN_TYPE


def image_urls(image: dict[str, Any]) -> dict[str, str]:
    """Return the URLs of an image's original and renditions, by name."""
    urls = {name: rendition["url"] for name, rendition in (image.get("renditions") or {}).items()}
    original = image.get("original")
    return {"original": original["url"], **urls} if original else urls


def show_outcomes(screen: Screen, outcomes: list[Outcome]) -> None:
    """Print the outcomes, and the URLs of ready images."""
    rows = [(outcome.file, outcome.status, outcome.image_id or "") for outcome in outcomes]
    screen.wide_table("Uploads", ("file", "status", "image"), rows)
    for outcome in outcomes:
        for name, url in outcome.urls.items():
            screen.say(f"{outcome.file} {name}: {url}")


def documents(outcomes: list[Outcome]) -> list[dict[str, Any]]:
    """Return the outcomes for a script."""
    return [asdict(outcome) for outcome in outcomes]


def _fault(image: dict[str, Any]) -> str:
    error = image.get("error") or {}
    return f"{error['reason']}: {error['message']}" if error else ""
