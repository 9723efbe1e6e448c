"""A client of the HTTP API, as an application developer would write one."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from http import HTTPStatus
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from media.model.images import Status
from tooling.errors import OperatorError
from tooling.http import Answer, send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from threading import Event

POLL_SECONDS = 0.25
PAGE_SIZE = 100
CONFLICT_ATTEMPTS = 5
# Not "failed": that is our fault, and is tried again.
END_STATES = frozenset({Status.READY, Status.REJECTED})


class ApiRefused(OperatorError):
    """The API answered with an error.

    Parameters
    ----------
    action : str
        What was asked of it.
    answer : Answer
        What it said.
    """

    def __init__(self, action: str, answer: Answer) -> None:
        problem = answer.document if isinstance(answer.document, dict) else {}
        faults = [
            f"{entry.get('field')}: {entry.get('message')}" for entry in problem.get("errors", [])
        ]
        said = problem.get("detail") or problem.get("message") or answer.text[:300]
        title = f", {problem['title']}" if problem.get("title") else ""
        self.status = answer.status
        super().__init__(
            f"{action} was refused with status {answer.status}{title}.",
            reason="\n".join([str(said), *faults]),
            remedy=f"Request id: {_request_id(answer)}.",
        )


def _request_id(answer: Answer) -> str:
    # The gateway's own answers carry its name for the same thing.
    headers = answer.headers
    return headers.get("x-request-id") or headers.get("apigw-requestid") or "none"


@dataclass(frozen=True)
class MediaClient:
    """Calls the API as one user.

    Parameters
    ----------
    api_url : str
        Base URL, without a slash at its end.
    token : callable or None
        Gives the user's access token, a new one where the last is about to end; None to call
        without one.
    """

    api_url: str
    token: Callable[[], str] | None

    def request(self, method: str, path: str, document: dict[str, Any] | None = None) -> Answer:
        """Send one request and return the answer, whatever its status."""
        headers = {"accept": "application/json"}
        if self.token:
            headers["authorization"] = f"Bearer {self.token()}"
        body = None
        if document is not None:
            headers["content-type"] = "application/json"
            body = json.dumps(document)
        return send(method, self.api_url + path, headers=headers, body=body)

    def upload(self, path: Path, content_type: str, title: str | None = None) -> dict[str, Any]:
        """Announce a file and send it; return the API's announcement, or the image it has already.

        Raises
        ------
        ApiRefused
            The API, or S3 on its behalf, does not take the file.
        """
        wanted: dict[str, Any] = {"content_type": content_type, "bytes": path.stat().st_size}
        if title:
            wanted["title"] = title
        announced = self.expect(
            "The upload of " + path.name, self.request("POST", "/images", wanted)
        )
        if "upload" in announced:
            # Read only now: the API refuses what is too large for memory as well.
            send_file(announced["upload"], path.name, path.read_bytes())
        return announced

    def wait(
        self, image_id: str, timeout_seconds: float, stopped: Event | None = None
    ) -> dict[str, Any]:
        """Return the image once it is processed, or as it is once `stopped` is set.

        Raises
        ------
        OperatorError
            It was not within `timeout_seconds`.
        """
        deadline = time.monotonic() + timeout_seconds
        while True:
            image = self.get(image_id)
            if image["status"] in END_STATES or (stopped and stopped.is_set()):
                return image
            if time.monotonic() > deadline:
                raise OperatorError(
                    f"Image {image_id} is still {image['status']} after {timeout_seconds:.0f} s.",
                    reason="The processor has not got to it, or fails at it.",
                    remedy="Look at the processor's log group and at the dead-letter queue.",
                )
            time.sleep(POLL_SECONDS)

    def get(self, image_id: str) -> dict[str, Any]:
        """Return one image."""
        return self.expect(f"Image {image_id}", self.request("GET", _path_of(image_id)))

    def images(
        self, query: dict[str, str] | None = None, limit: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """Return the images of a listing, newest first; a page is asked for when it is needed.

        Parameters
        ----------
        query : dict of str to str, optional
            Which listing: ``owner`` or ``all``, for administrators; the caller's own without.
        limit : int or None
            How many at most; None for all there are.

        Raises
        ------
        ApiRefused
            The caller may not see this listing.
        """
        return islice(self._images(query or {}, min(limit or PAGE_SIZE, PAGE_SIZE)), limit)

    def _images(self, query: dict[str, str], size: int) -> Iterator[dict[str, Any]]:
        # The size stays the same throughout: a cursor is good for the query that it came from.
        wanted = {**query, "limit": str(size)}
        while True:
            answer = self.request("GET", "/images?" + urlencode(wanted))
            page = self.expect("The list of images", answer)
            yield from page["images"]
            if not page["next_cursor"]:
                return
            wanted["cursor"] = page["next_cursor"]

    def trash(self, image_id: str) -> None:
        """Put an image into the trash."""
        self.expect(f"Image {image_id}", self.request("DELETE", _path_of(image_id)))

    def restore(self, image_id: str) -> None:
        """Take an image out of the trash again."""
        path = _path_of(image_id) + "/restore"
        self.expect(f"Image {image_id}", self.request("POST", path))

    def expect(self, action: str, answer: Answer) -> dict[str, Any]:
        """Return the document of a successful answer; an empty one where it has none to have.

        Raises
        ------
        ApiRefused
            The status says otherwise.
        """
        if answer.status == HTTPStatus.NO_CONTENT:
            return {}
        if answer.status >= HTTPStatus.BAD_REQUEST or not isinstance(answer.document, dict):
            raise ApiRefused(action, answer)
        document: dict[str, Any] = answer.document
        return document


def _path_of(image_id: str) -> str:
    # An operator may type anything; it must not become another route.
    return f"/images/{quote(image_id, safe='')}"


def send_file(upload: dict[str, Any], name: str, content: bytes) -> None:
    """Send a file to S3 as the pre-signed request says.

    S3 keeps one object for each announcement. Where it has one already, this file was sent before
    and its answer was lost: what became of it, the image tells.

    Raises
    ------
    ApiRefused
        S3 does not take it.
    """
    for _ in range(CONFLICT_ATTEMPTS):
        answer = send("PUT", upload["put"]["url"], headers=upload["put"]["headers"], body=content)
        if answer.status != HTTPStatus.CONFLICT:  # the same file is on its way at this moment
            break
        time.sleep(POLL_SECONDS)
    if answer.status >= HTTPStatus.BAD_REQUEST and answer.status != HTTPStatus.PRECONDITION_FAILED:
        raise ApiRefused(f"The upload of {name}", answer)
