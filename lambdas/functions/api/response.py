"""HTTP responses, with the headers that all have in common."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"
# Responses contain pre-signed URLs and private data of the owner.
NOT_STORED = "no-store"
# Cached only by the owner's own browser, and revalidated before each use.
REVALIDATED = "private, no-cache"
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    # In a shared browser, no user may see the cached responses of another.
    "Vary": "Authorization, Origin",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Response:
    """A response.

    Parameters
    ----------
    status
        The HTTP status.
    body
        JSON text; empty if there is none.
    content_type
        Its media type.
    cache_control
        Whether and how it may be cached.
    headers
        Further headers.
    """

    status: HTTPStatus
    body: str = ""
    content_type: str = JSON
    cache_control: str = NOT_STORED
    headers: dict[str, str] = field(default_factory=dict)

    def document(self, request_id: str) -> dict[str, Any]:
        """Build the response document for the gateway."""
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
    """Respond with a document and headers, whose names have underscores for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, view.model_dump_json(exclude_unset=True), headers=named)
