"""The smoke test: one picture through the front door, as a user's application would send it."""

from __future__ import annotations

import io
import secrets
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from PIL import Image

from tooling.buckets import empty_bucket
from tooling.errors import OperatorError
from tooling.http import Answer, send
from tooling.media_client import MediaClient, send_form
from tooling.smoke_picture import PICTURE_HEIGHT, PICTURE_WIDTH, draw_picture
from tooling.users import UserPool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tooling.clients import Clients
    from tooling.console import Screen
    from tooling.environments import Rendition
    from tooling.target import Target

PROCESSING_TIMEOUT_SECONDS = 90.0
CONSISTENCY_TIMEOUT_SECONDS = 30.0
POLL_SECONDS = 0.5
CONTENT_TYPE = "image/jpeg"


class SmokeTestFailed(OperatorError):
    """The deployed system does not do what it is for."""


@dataclass
class SmokeTest:
    """The steps in order, each timed; the first that fails ends it.

    Parameters
    ----------
    api_url : str
        The API under test.
    renditions : list of Rendition
        What the environment is to make of each image.
    """

    api_url: str
    renditions: list[Rendition]
    steps: list[tuple[str, str, int]] = field(default_factory=list)
    """Name, finding and milliseconds of each step done."""
    current: str = "preparation"
    keys: list[str] = field(default_factory=list)
    """Keys of the originals it has uploaded."""

    def through_the_front_door(self, owner: MediaClient, stranger: MediaClient) -> None:
        """Bring a picture in, look at it from all sides, and remove it."""
        picture = draw_picture(secrets.token_bytes(8))
        anonymous = MediaClient(self.api_url, None)
        with self._step("health is open"):
            # A route made a moment ago may not be served everywhere yet.
            self._eventually(lambda: anonymous.request("GET", "/health").status == HTTPStatus.OK)
            self._expect(anonymous, "GET", "/health", HTTPStatus.OK)
        with self._step("no token, no list"):
            self._expect(anonymous, "GET", "/images", HTTPStatus.UNAUTHORIZED)
        with self._step("announce an upload"):
            announced = self._expect(
                owner,
                "POST",
                "/images",
                HTTPStatus.CREATED,
                {"content_type": CONTENT_TYPE, "bytes": len(picture), "title": "Smoke test"},
            )
        image_id = announced["image_id"]
        self.keys.append(announced["upload"]["fields"]["key"])
        try:
            with self._step("upload by pre-signed form"):
                send_form(announced["upload"], "smoke.jpg", picture)
            with self._step("processed"):
                image = owner.wait(image_id, PROCESSING_TIMEOUT_SECONDS)
                self._check_image(image)
            self._fetch_all(image, picture)
            with self._step("listed for its owner"):
                self._require_listed(owner, image_id, wanted=True)
            with self._step("content leads to the picture"):
                self._follow_content(owner, image_id, picture)
            with self._step("hidden from another user"):
                self._expect(stranger, "GET", f"/images/{image_id}", HTTPStatus.NOT_FOUND)
                self._expect(stranger, "DELETE", f"/images/{image_id}", HTTPStatus.NOT_FOUND)
                self._require_listed(stranger, image_id, wanted=False)
        except BaseException:
            with suppress(OperatorError):  # what failed is told, not this
                owner.request("DELETE", f"/images/{image_id}")
            raise
        with self._step("deleted"):
            self._expect(owner, "DELETE", f"/images/{image_id}", HTTPStatus.NO_CONTENT)
        with self._step("gone from the list"):
            self._require_listed(owner, image_id, wanted=False)
            self._expect(owner, "GET", f"/images/{image_id}", HTTPStatus.NOT_FOUND)
        with self._step("restored, and deleted again"):
            restored = self._expect(owner, "POST", f"/images/{image_id}/restore", HTTPStatus.OK)
            self._check_image(restored)
            self._expect(owner, "DELETE", f"/images/{image_id}", HTTPStatus.NO_CONTENT)

    def _follow_content(self, owner: MediaClient, image_id: str, picture: bytes) -> None:
        answer = owner.request("GET", f"/images/{image_id}/content")
        if answer.status != HTTPStatus.TEMPORARY_REDIRECT:
            self._fail(f"its content is answered with {answer.status}: {answer.text}")
        if self._fetch(answer.headers["location"]).body != picture:
            self._fail("its content is not what was uploaded")

    def _check_image(self, image: dict[str, Any]) -> None:
        if image["status"] != "ready":
            self._fail(f"the picture ended as {image['status']}: {image.get('error')}")
        size = (image["width"], image["height"])
        if size != (PICTURE_WIDTH, PICTURE_HEIGHT):
            self._fail(f"its size is recorded as {size}, not upright as it was taken")
        missing = {entry.name for entry in self.renditions} - image["renditions"].keys()
        if missing:
            self._fail(f"it lacks the renditions {', '.join(sorted(missing))}")

    def _fetch_all(self, image: dict[str, Any], picture: bytes) -> None:
        with self._step("original comes back"):
            answer = self._fetch(image["original"]["url"])
            if answer.body != picture:
                self._fail("the original is not what was uploaded")
            self._require_type(answer.headers, CONTENT_TYPE)
        for wanted in self.renditions:
            with self._step(f"rendition {wanted.name}"):
                size = wanted.size_of(PICTURE_WIDTH, PICTURE_HEIGHT)
                self.require_rendition(image["renditions"][wanted.name], size)

    def require_rendition(self, rendition: dict[str, Any], wanted: tuple[int, int]) -> None:
        """Fetch a rendition and look at its size, its type, and what it must not carry."""
        answer = self._fetch(rendition["url"])
        self._require_type(answer.headers, rendition["content_type"])
        with Image.open(io.BytesIO(answer.body)) as decoded:
            decoded.load()
            size, metadata = decoded.size, decoded.getexif()
        if size != (rendition["width"], rendition["height"]):
            self._fail(f"it is {size}, not {rendition['width']}x{rendition['height']}")
        if size != wanted:
            self._fail(f"it is {size}, but {wanted} is asked for")
        if len(answer.body) != rendition["bytes"]:
            self._fail(f"it has {len(answer.body)} bytes, not {rendition['bytes']}")
        if len(metadata):
            self._fail("it still carries EXIF")

    def _fetch(self, url: str) -> Answer:
        answer = send("GET", url)
        if answer.status != HTTPStatus.OK:
            self._fail(f"a pre-signed URL answered {answer.status}")
        return answer

    def _require_type(self, headers: dict[str, str], wanted: str) -> None:
        if headers.get("content-type") != wanted:
            self._fail(f"it is served as {headers.get('content-type')}, not {wanted}")

    def _require_listed(self, client: MediaClient, image_id: str, *, wanted: bool) -> None:
        def listed() -> bool:
            page = self._expect(client, "GET", "/images?limit=10", HTTPStatus.OK)
            return any(image["image_id"] == image_id for image in page["images"])

        # The list is an index, which follows the table a little later.
        if not self._eventually(lambda: listed() == wanted):
            self._fail("the list lacks the image" if wanted else "the list shows the image")

    def _eventually(self, condition: Callable[[], bool]) -> bool:
        deadline = monotonic() + CONSISTENCY_TIMEOUT_SECONDS
        while not condition():
            if monotonic() > deadline:
                return False
            sleep(POLL_SECONDS)
        return True

    def _expect(
        self,
        client: MediaClient,
        method: str,
        path: str,
        status: HTTPStatus,
        document: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - whatever the API answers
        answer = client.request(method, path, document)
        if answer.status != status:
            self._fail(f"{method} {path} answered {answer.status}, not {status}: {answer.text}")
        return answer.document

    @contextmanager
    def faults_told(self) -> Iterator[None]:
        """Turn whatever the system or its AWS answers with into the failure of the step at hand.

        Raises
        ------
        SmokeTestFailed
            Something was raised; only a release that passes every step has proved itself.
        """
        try:
            yield
        except SmokeTestFailed:
            raise
        except Exception as error:
            said = " ".join(str(error).split())
            raise self._failure(f"{type(error).__name__}: {said}") from error

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        began = monotonic()
        finding = "failed"
        self.current = name
        try:
            yield
            finding = "ok"
        finally:
            self.steps.append((name, finding, round((monotonic() - began) * 1000)))

    def _fail(self, reason: str) -> None:
        raise self._failure(reason)

    def _failure(self, reason: str) -> SmokeTestFailed:
        return SmokeTestFailed(
            "The smoke test failed: what is deployed does not work.",
            reason=f"At '{self.current}': {reason}",
            remedy="Look at the functions' log groups (nox -s outputs -- ENV names them).",
        )


def run(
    target: Target, clients: Clients, outputs: dict[str, Any], screen: Screen
) -> list[tuple[str, str, int]]:
    """Run the smoke test against a deployed environment; return its steps.

    Raises
    ------
    SmokeTestFailed
        Some step did not find what it should; the table is printed up to it.
    """
    screen.step("Smoke test")
    test = SmokeTest(str(outputs.get("api_url")), target.environment.renditions)
    with test.faults_told():
        try:
            pool = UserPool.of(clients, outputs)
            with ExitStack() as users:
                owner, stranger = (
                    MediaClient(test.api_url, users.enter_context(pool.passing_user("smoke")))
                    for _ in range(2)
                )
                test.through_the_front_door(owner, stranger)
                test.current = "removal of what it made"
        finally:
            screen.table("", ("step", "finding", "ms"), test.steps)
            _remove_objects(clients, str(outputs.get("media_bucket")), test.keys)
    return test.steps


def _remove_objects(clients: Clients, bucket: str, keys: list[str]) -> None:
    """Remove what the test's picture left in the bucket: nobody would ever look for it."""
    for key in keys:
        image_id = key.rpartition("/")[2]
        for prefix in (key, f"renditions/{image_id}/"):
            sum(empty_bucket(clients.s3, bucket, prefix))
