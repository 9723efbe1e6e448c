"""The checks of the smoke test, and how they fail."""

from __future__ import annotations

import io
from dataclasses import dataclass
from http import HTTPStatus
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from PIL import Image

from media.model.images import Status
from tooling.http import Answer, send
from tooling.smoke.image import PICTURE_HEIGHT, PICTURE_WIDTH

if TYPE_CHECKING:
    from collections.abc import Callable

    from tooling.environments import Rendition
    from tooling.images.api_client import MediaClient
    from tooling.smoke.steps import Steps

CONSISTENCY_TIMEOUT_SECONDS = 30.0
POLL_SECONDS = 0.5


@dataclass(frozen=True)
class Checks:
    """Checks the answers of the API and S3.

    Parameters
    ----------
    steps : Steps
        The current step fails if a check does.
    """

    steps: Steps

    def expect(
        self,
        client: MediaClient,
        method: str,
        path: str,
        status: HTTPStatus,
        document: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - whatever the API answers
        """Send a request and require a status; return the document."""
        answer = client.request(method, path, document)
        if answer.status != status:
            self.fail(f"{method} {path} answered {answer.status}, not {status}: {answer.text}")
        return answer.document

    def eventually(self, condition: Callable[[], bool]) -> bool:
        """Wait for an eventually consistent condition; return whether it became true."""
        deadline = monotonic() + CONSISTENCY_TIMEOUT_SECONDS
        while not condition():
            if monotonic() > deadline:
                return False
            sleep(POLL_SECONDS)
        return True

    def fetch(self, url: str) -> Answer:
        """Fetch a pre-signed URL."""
        answer = send("GET", url)
        if answer.status != HTTPStatus.OK:
            self.fail(f"a pre-signed URL answered {answer.status}")
        return answer

    def require_ready(self, image: dict[str, Any], renditions: list[Rendition]) -> None:
        """Check an image's document: ready, upright, with all renditions."""
        if image["status"] != Status.READY:
            self.fail(f"the image ended as {image['status']}: {image.get('error')}")
        size = (image["width"], image["height"])
        if size != (PICTURE_WIDTH, PICTURE_HEIGHT):
            self.fail(f"its size is recorded as {size}, not upright as it was taken")
        missing = {entry.name for entry in renditions} - image["renditions"].keys()
        if missing:
            self.fail(f"it lacks the renditions {', '.join(sorted(missing))}")

    def require_rendition(self, rendition: dict[str, Any], wanted: tuple[int, int]) -> None:
        """Fetch a rendition and check its size and type, and that it has no metadata."""
        answer = self.fetch(rendition["url"])
        self.require_type(answer.headers, rendition["content_type"])
        with Image.open(io.BytesIO(answer.body)) as decoded:
            decoded.load()
            size, metadata = decoded.size, decoded.getexif()
        if size != (rendition["width"], rendition["height"]):
            self.fail(f"it is {size}, not {rendition['width']}x{rendition['height']}")
        if size != wanted:
            self.fail(f"it is {size}, but {wanted} is asked for")
        if len(answer.body) != rendition["bytes"]:
            self.fail(f"it has {len(answer.body)} bytes, not {rendition['bytes']}")
        if len(metadata):
            self.fail("it still has EXIF")

    def require_type(self, headers: dict[str, str], wanted: str) -> None:
        """Check the content type of an answer."""
        if headers.get("content-type") != wanted:
            self.fail(f"it is served as {headers.get('content-type')}, not {wanted}")

    def require_listed(self, client: MediaClient, image_id: str, *, wanted: bool) -> None:
        """Check whether the image is among a user's newest."""

        def listed() -> bool:
            page = self.expect(client, "GET", "/images?limit=10", HTTPStatus.OK)
            return any(image["image_id"] == image_id for image in page["images"])

        # The list is an index, which is eventually consistent.
        if not self.eventually(lambda: listed() == wanted):
            self.fail("the list lacks the image" if wanted else "the list shows the image")

    def fail(self, reason: str) -> None:
        """Fail the current step."""
        raise self.steps.failure(reason)
