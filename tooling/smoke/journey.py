"""The smoke test: one image's journey through the API, as an application would send it."""

from __future__ import annotations

import secrets
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from media.model.keys import renditions_prefix, upload_key
from tooling.aws.buckets import empty_bucket
from tooling.errors import OperatorError
from tooling.http import send
from tooling.images.api_client import MediaClient, send_file
from tooling.smoke.checks import Checks
from tooling.smoke.image import PICTURE_HEIGHT, PICTURE_WIDTH, draw_picture
from tooling.smoke.steps import Steps
from tooling.users.pool import UserPool

if TYPE_CHECKING:
    from tooling.aws.target import Target
    from tooling.console import Screen
    from tooling.environments import Rendition
    from tooling.terraform.outputs import Outputs

PROCESSING_TIMEOUT_SECONDS = 90.0
CONTENT_TYPE = "image/jpeg"


@dataclass
class SmokeTest:
    """The steps in order, each timed; the first that fails ends it.

    Parameters
    ----------
    api_url : str
        The API under test.
    renditions : list of Rendition
        The renditions that the environment makes.
    """

    api_url: str
    renditions: list[Rendition]
    steps: Steps = field(default_factory=Steps)
    keys: list[str] = field(default_factory=list)
    """Keys of the uploaded originals."""

    @property
    def checks(self) -> Checks:
        """The checks on the answers."""
        return Checks(self.steps)

    def run_journey(self, owner: MediaClient, stranger: MediaClient) -> None:
        """Upload an image, check every route, and delete it."""
        picture = draw_picture(secrets.token_bytes(8))
        anonymous = MediaClient(self.api_url, None)
        with self.steps.step("health is open"):
            # A new route may take a moment to be served everywhere.
            self.checks.eventually(
                lambda: anonymous.request("GET", "/health").status == HTTPStatus.OK
            )
            self.checks.expect(anonymous, "GET", "/health", HTTPStatus.OK)
        with self.steps.step("no token, no list"):
            self.checks.expect(anonymous, "GET", "/images", HTTPStatus.UNAUTHORIZED)
        with self.steps.step("announce an upload"):
            announced = self.checks.expect(
                owner,
                "POST",
                "/images",
                HTTPStatus.CREATED,
                {"content_type": CONTENT_TYPE, "bytes": len(picture), "title": "Smoke test"},
            )
        image_id = announced["image_id"]
        self.keys.append(_key_of(announced["upload"]["put"]["url"], image_id))
        try:
            with self.steps.step("upload by pre-signed request"):
                send_file(announced["upload"], "smoke.jpg", picture)
            with self.steps.step("one upload for each announcement"):
                self._send_again(announced["upload"], picture)
            with self.steps.step("processed"):
                image = owner.wait(image_id, PROCESSING_TIMEOUT_SECONDS)
                self.checks.require_ready(image, self.renditions)
            self._fetch_all(image, picture)
            with self.steps.step("listed for its owner"):
                self.checks.require_listed(owner, image_id, wanted=True)
            with self.steps.step("content leads to the image"):
                self._follow_content(owner, image_id, picture)
            with self.steps.step("hidden from another user"):
                self.checks.expect(stranger, "GET", f"/images/{image_id}", HTTPStatus.NOT_FOUND)
                self.checks.expect(stranger, "DELETE", f"/images/{image_id}", HTTPStatus.NOT_FOUND)
                self.checks.require_listed(stranger, image_id, wanted=False)
        except BaseException:
            with suppress(OperatorError):  # the original failure is reported, not this one
                owner.request("DELETE", f"/images/{image_id}")
            raise
        with self.steps.step("deleted"):
            self.checks.expect(owner, "DELETE", f"/images/{image_id}", HTTPStatus.NO_CONTENT)
        with self.steps.step("gone from the list"):
            self.checks.require_listed(owner, image_id, wanted=False)
            self.checks.expect(owner, "GET", f"/images/{image_id}", HTTPStatus.NOT_FOUND)
        with self.steps.step("restored, and deleted again"):
            restored = self.checks.expect(
                owner, "POST", f"/images/{image_id}/restore", HTTPStatus.OK
            )
            self.checks.require_ready(restored, self.renditions)
            self.checks.expect(owner, "DELETE", f"/images/{image_id}", HTTPStatus.NO_CONTENT)

    def _send_again(self, upload: dict[str, Any], picture: bytes) -> None:
        put = upload["put"]
        answer = send("PUT", put["url"], headers=put["headers"], body=picture)
        if answer.status != HTTPStatus.PRECONDITION_FAILED:
            self.checks.fail(f"a second upload is answered with {answer.status}: {answer.text}")

    def _follow_content(self, owner: MediaClient, image_id: str, picture: bytes) -> None:
        answer = owner.request("GET", f"/images/{image_id}/content")
        if answer.status != HTTPStatus.TEMPORARY_REDIRECT:
            self.checks.fail(f"its content is answered with {answer.status}: {answer.text}")
        if self.checks.fetch(answer.headers["location"]).body != picture:
            self.checks.fail("its content is not what was uploaded")

    def _fetch_all(self, image: dict[str, Any], picture: bytes) -> None:
        with self.steps.step("original comes back"):
            answer = self.checks.fetch(image["original"]["url"])
            if answer.body != picture:
                self.checks.fail("the original is not what was uploaded")
            self.checks.require_type(answer.headers, CONTENT_TYPE)
        for wanted in self.renditions:
            with self.steps.step(f"rendition {wanted.name}"):
                size = wanted.size_of(PICTURE_WIDTH, PICTURE_HEIGHT)
                self.checks.require_rendition(image["renditions"][wanted.name], size)


def run(target: Target, outputs: Outputs, screen: Screen) -> list[tuple[str, str, int]]:
    """Run the smoke test against a deployed environment; return its steps.

    Raises
    ------
    SmokeTestFailed
        A step failed; the table is printed up to it.
    """
    screen.step("Smoke test")
    test = SmokeTest(outputs.api_url, target.environment.renditions)
    with test.steps.errors_as_failures():
        try:
            pool = UserPool.of(target, outputs)
            with ExitStack() as users:
                owner, stranger = (
                    MediaClient(test.api_url, users.enter_context(pool.temporary_user("smoke")))
                    for _ in range(2)
                )
                test.run_journey(owner, stranger)
                test.steps.current = "removal of what it made"
        finally:
            screen.table("", ("step", "finding", "ms"), test.steps.done)
            _remove_objects(target, outputs, test.keys)
    return test.steps.done


def _key_of(url: str, image_id: str) -> str:
    """Return the key in a pre-signed URL: ``uploads/<owner>/<image id>``."""
    owner = urlsplit(url).path.removesuffix(f"/{image_id}").rpartition("/")[2]
    return upload_key(owner, image_id)


def _remove_objects(target: Target, outputs: Outputs, keys: list[str]) -> None:
    """Remove the objects of the test's image from the bucket."""
    for key in keys:
        image_id = key.rpartition("/")[2]
        for prefix in (key, renditions_prefix(image_id)):
            sum(empty_bucket(target.s3, outputs.media_bucket, prefix))
