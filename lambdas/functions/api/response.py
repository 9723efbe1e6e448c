"""An HTTP response, with the headers that every one carries."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"
# Responses carry pre-signed URLs and what one owner alone may see.
NOT_STORED = "no-store"
# Kept by the owner's own browser only, and asked about again before each use.
REVALIDATED = "private, no-cache"
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    # A browser that two users share must not show one what the other was answered.
    "Vary": "Authorization, Origin",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Response:
    """What a client gets.

    Parameters
    ----------
    status
        The HTTP status.
    body
        JSON text; empty where there is none.
    content_type
        Its media type.
    cache_control
        What may be kept of it.
    headers
        Further headers.
    """

    status: HTTPStatus
    body: str = ""
    content_type: str = JSON
    cache_control: str = NOT_STORED
    headers: dict[str, str] = field(default_factory=dict)

    def document(self, request_id: str) -> dict[str, Any]:
        """Lay the response out as the gateway takes it."""
        content = {"Content-Type": self.content_type} if self.body else {}
        return {
            "statusCode": self.status.value,
            "headers": {
                **_HEADERS,
                **content,
                "Cache-Control": self.cache_control,
                **self.headers,
                "X-Request-Id": request_id,
            },
            "body": self.body,
            "isBase64Encoded": False,
        }


def respond(view: BaseModel, status: HTTPStatus = HTTPStatus.OK, **headers: str) -> Response:
    """Respond with a document and further headers, their names written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, view.model_dump_json(exclude_unset=True), headers=named)
