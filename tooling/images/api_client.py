"""A client of the HTTP API."""

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
# Not "failed", which is our fault and is retried.
END_STATES = frozenset({Status.READY, Status.REJECTED})


class ApiRefused(OperatorError):
    """The API answered with an error.

    Parameters
    ----------
    action : str
        The action that failed.
    answer : Answer
        Its answer.
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
    # The gateway's own answers use another header.
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
        """Announce and upload a file; return the announcement, or the existing image.

        Raises
        ------
        ApiRefused
            The API, or S3, refuses the file.
        """
        wanted: dict[str, Any] = {"content_type": content_type, "bytes": path.stat().st_size}
        if title:
            wanted["title"] = title
        announced = self.expect(
            "The upload of " + path.name, self.request("POST", "/images", wanted)
        )
        if "upload" in announced:
            # Read only after the announcement, which refuses files too large for memory.
            send_file(announced["upload"], path.name, path.read_bytes())
        return announced

    def wait(
        self, image_id: str, timeout_seconds: float, stopped: Event | None = None
    ) -> dict[str, Any]:
        """Return the image when it is processed, or when `stopped` is set.

        Raises
        ------
        OperatorError
            It was not processed within `timeout_seconds`.
        """
        deadline = time.monotonic() + timeout_seconds
        while True:
            image = self.get(image_id)
            if image["status"] in END_STATES or (stopped and stopped.is_set()):
                return image
            if time.monotonic() > deadline:
                raise OperatorError(
                    f"Image {image_id} is still {image['status']} after {timeout_seconds:.0f} s.",
                    reason="The processor has not reached it yet, or fails on it.",
                    remedy="Look at the processor's log group and at the dead-letter queue.",
                )
            time.sleep(POLL_SECONDS)

    def get(self, image_id: str) -> dict[str, Any]:
        """Return one image."""
        return self.expect(f"Image {image_id}", self.request("GET", _path_of(image_id)))

    def images(
        self, query: dict[str, str] | None = None, limit: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """Return the images of a listing, newest first, fetching pages as needed.

        Parameters
        ----------
        query : dict of str to str, optional
            Which listing: ``owner`` or ``all``, for administrators; empty for the caller's own.
        limit : int or None
            Maximum number; None for all.

        Raises
        ------
        ApiRefused
            The caller may not see this listing.
        """
        return islice(self._images(query or {}, min(limit or PAGE_SIZE, PAGE_SIZE)), limit)

    def _images(self, query: dict[str, str], size: int) -> Iterator[dict[str, Any]]:
        # The page size must not change: a cursor is only valid for its own query.
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
        """Restore an image from the trash."""
        path = _path_of(image_id) + "/restore"
        self.expect(f"Image {image_id}", self.request("POST", path))

    def expect(self, action: str, answer: Answer) -> dict[str, Any]:
        """Return the document of a successful answer, or an empty one.

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
    # Whatever the operator types must not become another route.
    return f"/images/{quote(image_id, safe='')}"


def send_file(upload: dict[str, Any], name: str, content: bytes) -> None:
    """Upload a file to S3 with a pre-signed request.

    S3 keeps one object for each announcement. Where it has one already, this file was sent before
    and its answer was lost: what became of it, the image tells.

    Raises
    ------
    ApiRefused
        S3 refuses it.
    """
    for _ in range(CONFLICT_ATTEMPTS):
        answer = send("PUT", upload["put"]["url"], headers=upload["put"]["headers"], body=content)
        if answer.status != HTTPStatus.CONFLICT:  # the same file is being uploaded right now
            break
        time.sleep(POLL_SECONDS)
    if answer.status >= HTTPStatus.BAD_REQUEST and answer.status != HTTPStatus.PRECONDITION_FAILED:
        raise ApiRefused(f"The upload of {name}", answer)
