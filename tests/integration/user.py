"""A user of the deployed API, who calls it over HTTP."""

from __future__ import annotations

import base64
import io
import json
from contextlib import contextmanager
from dataclasses import dataclass
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from PIL import Image

from tooling.http import Answer, send
from tooling.images.api_client import send_file
from tooling.users.pool import UserPool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.conftest import Aws


@dataclass(frozen=True)
class User:
    """Calls the API with a token.

    Parameters
    ----------
    aws : Aws
        Where the API is.
    token : str
        The user's access token.
    """

    aws: Aws
    token: str

    @property
    def sub(self) -> str:
        """The user's id, which owns what the user uploads."""
        claims = self.token.split(".")[1]
        document = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        return str(document["sub"])

    def call(
        self, route: str, document: object = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """Send a request such as ``GET /images``."""
        method, _, path = route.partition(" ")
        sent = {"authorization": f"Bearer {self.token}", **(headers or {})}
        body = None
        if document is not None:
            body = json.dumps(document)
            sent["content-type"] = "application/json"
        return send(method, self.aws.outputs["api_url"] + path, headers=sent, body=body)

    def announce(self, data: bytes, **fields: str) -> dict[str, Any]:
        """Announce a PNG."""
        document: dict[str, Any] = {"content_type": "image/png", "bytes": len(data), **fields}
        answer = self.call("POST /images", document)
        assert answer.status == 201, answer.text
        announced: dict[str, Any] = answer.document
        return announced

    def upload(self, data: bytes, status: str = "ready", **fields: str) -> str:
        """Upload a PNG, wait until its row says what it should, and return its id."""
        announced = self.announce(data, **fields)
        send_file(announced["upload"], "image.png", data)
        key = self.key_of(announced["image_id"])
        self.aws.wait_for_row(key, lambda row: row["status"]["S"] == status)
        return str(announced["image_id"])

    def key_of(self, image_id: str) -> str:
        """Return the key of an image that this user announced."""
        return f"uploads/{self.sub}/{image_id}"

    def remove(self, image_id: str) -> None:
        """Remove all that is left of an image."""
        self.aws.remove(self.key_of(image_id))


@contextmanager
def signed_in(aws: Aws, prefix: str, group: str | None = None) -> Iterator[User]:
    """Yield a new user, in a group if one is named, that is gone again afterwards."""
    pool = UserPool(aws.cognito, aws.outputs["user_pool_id"], aws.outputs["user_pool_client_id"])
    name = f"{prefix}-{token_hex(6)}"
    token = pool.sign_in(name)
    try:
        if group:
            aws.cognito.admin_add_user_to_group(
                UserPoolId=pool.pool_id, Username=name, GroupName=group
            )
            token = pool.sign_in(name)
        yield User(aws, token)
    finally:
        pool.remove(name)


def unique_png(width: int = 300, height: int = 200) -> bytes:
    """Draw an image that nobody has uploaded before."""
    target = io.BytesIO()
    colour = tuple(bytes.fromhex(token_hex(3)))
    Image.new("RGB", (width, height), colour).save(target, "PNG")
    return target.getvalue() + token_hex(8).encode()
