"""``get``: download originals and renditions, verified, without overwriting files."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tooling.console import printable
from tooling.errors import OperatorError
from tooling.http import REQUEST_TIMEOUT, RETRIES, connected, pool_for
from tooling.images.download_names import file_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tooling.console import Screen
    from tooling.images.api_client import MediaClient

CHUNK_BYTES = 256 * 1024
DOWNLOADED, THERE, REFUSED = "downloaded", "already there", "not downloaded"


@dataclass(frozen=True)
class Download:
    """The outcome of one download.

    Parameters
    ----------
    image_id : str
        As the operator typed it.
    status : str
        ``downloaded``, ``already there`` or ``not downloaded``.
    file : str or None
        Where it lies.
    bytes : int
        Its size.
    verified : bool
        Whether its SHA-256 was compared with the recorded one.
    detail : str
        Why it was not downloaded.
    """

    image_id: str
    status: str
    file: str | None = None
    bytes: int = 0
    verified: bool = False
    detail: str = ""


@dataclass(frozen=True)
class Source:
    """What to download for an image, and how to verify it.

    Parameters
    ----------
    url : str
        Pre-signed.
    names : tuple of str
        Names for the file, the best first.
    size : int or None
        Its size in bytes, where it is known.
    sha256 : str or None
        Its digest, where it is known: of originals.
    """

    url: str
    names: tuple[str, ...]
    size: int | None
    sha256: str | None


def download_images(
    client: MediaClient, image_ids: list[str], rendition: str | None, folder: Path, screen: Screen
) -> Iterator[Download]:
    """Download images one by one and yield each outcome; a failure is an outcome.

    Parameters
    ----------
    client : MediaClient
        Whose images are asked for.
    image_ids : list of str
        Which.
    rendition : str or None
        Which rendition; None for the original.
    folder : Path
        Where to write files; created if it is missing.
    screen : Screen
        Shows how far each is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for image_id in dict.fromkeys(image_ids):
        try:
            source = source_of(client.get(image_id), rendition)
            with screen.transfer(source.names[0], source.size) as count:
                yield save(image_id, source, folder, count)
        except OperatorError as error:
            yield Download(image_id, REFUSED, detail=f"{error.what} {error.reason}".strip())


def show_download(screen: Screen, download: Download) -> None:
    """Print the outcome of one image, as text or as one line of JSON."""
    if screen.json_wanted:
        screen.line(asdict(download))
    elif download.file is None:
        screen.say(f"{download.image_id}: {download.status}. {download.detail}")
    else:
        checked = "checksum verified" if download.verified else "no checksum to compare"
        screen.say(
            f"{download.image_id}: {download.status}, {printable(download.file)} ({checked})"
        )


def source_of(image: dict[str, Any], rendition: str | None) -> Source:
    """Return what to download for an image.

    Raises
    ------
    OperatorError
        The image is not ready, or has no such rendition.
    """
    image_id = image["image_id"]
    if rendition is None:
        served = image.get("original")
        if not served:
            error = image.get("error") or {}
            raise OperatorError(
                f"It is {image['status']}; only ready images can be downloaded.",
                reason=str(error.get("message", "")),
            )
        names = file_names(image_id, image.get("title"), image.get("content_type"), "")
        return Source(served["url"], names, image.get("bytes"), image.get("sha256"))
    renditions = image.get("renditions") or {}
    if rendition not in renditions:
        raise OperatorError(
            f"It has no rendition {rendition}.",
            reason=f"It has: {', '.join(sorted(renditions)) or 'none'}.",
        )
    made = renditions[rendition]
    names = file_names(image_id, image.get("title"), made.get("content_type"), f"-{rendition}")
    return Source(made["url"], names, made.get("bytes"), None)


def save(image_id: str, source: Source, folder: Path, count: Callable[[int], None]) -> Download:
    """Fetch one file under the first of its names that is free.

    Raises
    ------
    OperatorError
        All names are taken, or the download does not match the record.
    """
    for name in source.names:
        path = folder / name
        if _is_there(path, source.sha256):
            size = path.stat().st_size
            return Download(image_id, THERE, str(path), size, verified=True)
        try:
            file = path.open("xb")
        except FileExistsError:
            continue
        try:
            with file:
                size = _fetch(source, file.write, count)
        except BaseException:
            path.unlink()
            raise
        return Download(image_id, DOWNLOADED, str(path), size, source.sha256 is not None)
    raise OperatorError(
        f"{folder / source.names[-1]} already exists and was not overwritten.",
        reason="Move it away, or name another folder with -o.",
    )


def _is_there(path: Path, sha256: str | None) -> bool:
    if sha256 is None or not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


def _fetch(source: Source, write: Callable[[bytes], int], count: Callable[[int], None]) -> int:
    """Download a URL to a file; return the size once the file is verified."""
    digest, size = hashlib.sha256(), 0
    with connected(source.url):
        answer = pool_for(source.url).request(
            "GET",
            source.url,
            timeout=REQUEST_TIMEOUT,
            retries=RETRIES,
            redirect=False,
            preload_content=False,
        )
        try:
            if answer.status != HTTPStatus.OK:
                raise OperatorError(f"S3 answered with status {answer.status}.")
            for chunk in answer.stream(CHUNK_BYTES):
                digest.update(chunk)
                size += len(chunk)
                write(chunk)
                count(len(chunk))
        finally:
            answer.close()
    if source.size is not None and size != source.size:
        raise OperatorError(f"It has {size} bytes, but {source.size} are recorded.")
    if source.sha256 is not None and digest.hexdigest() != source.sha256:
        raise OperatorError("Its SHA-256 is not the one that it was recorded with.")
    return size
