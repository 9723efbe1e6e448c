"""The routes of the API: their parameters, bodies and responses.

The dispatcher uses this table, the OpenAPI document is generated from it, and a test compares it
with the gateway's routes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from pydantic import BaseModel

from functions.api.bodies import AnnounceRequest, DescribeRequest
from functions.api.problems import method_not_allowed, route_not_found
from functions.api.views import AnnouncedView, HealthView, ImageView, PageView

_IMAGE_ID = "{id}"
_ETAG, _LOCATION = "ETag", "Location"


@dataclass(frozen=True, slots=True)
class Success:
    """A successful response: its description, its document if any, and its headers."""

    description: str
    view: type[BaseModel] | None = None
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """One route.

    Parameters
    ----------
    method, path
        As the gateway writes them.
    operation
        The name of the operation.
    summary
        What it does, in one line.
    successes
        Its successful responses, by status.
    problems
        Its client errors, by status, and their causes.
    parameters, request_headers
        Its query parameters and headers.
    body
        The model of its body.
    needs_token
        Whether the gateway requires a token.
    """

    method: str
    path: str
    operation: str
    summary: str
    successes: Mapping[HTTPStatus, Success]
    problems: Mapping[HTTPStatus, str] = field(default_factory=dict)
    parameters: tuple[str, ...] = ()
    request_headers: tuple[str, ...] = ()
    body: type[BaseModel] | None = None
    needs_token: bool = True

    @property
    def key(self) -> str:
        """The route as the gateway writes it."""
        return f"{self.method} {self.path}"


_QUERY = {HTTPStatus.UNPROCESSABLE_ENTITY: "A parameter is invalid, unknown or repeated."}
_BODY = {
    HTTPStatus.BAD_REQUEST: "The body is not a JSON object.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too long.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is not declared as JSON.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "A field or parameter is invalid, unknown or missing.",
}
_NOT_FOUND = {
    HTTPStatus.NOT_FOUND: "There is no such image, it is another owner's, or it is in the trash."
}

ROUTES = (
    Route(
        "POST",
        "/images",
        "announceImage",
        "Announce an upload.",
        {
            HTTPStatus.OK: Success(
                "The caller already has a ready image with these bytes.", ImageView, (_ETAG,)
            ),
            HTTPStatus.CREATED: Success(
                "Upload the file with this request.", AnnouncedView, (_LOCATION,)
            ),
        },
        _BODY,
        body=AnnounceRequest,
    ),
    Route(
        "GET",
        "/images",
        "listImages",
        "List images, newest first.",
        {HTTPStatus.OK: Success("One page.", PageView)},
        {
            **_QUERY,
            HTTPStatus.FORBIDDEN: "Only administrators may list the images of other owners.",
        },
        parameters=("limit", "cursor", "owner", "all"),
    ),
    Route(
        "GET",
        f"/images/{_IMAGE_ID}",
        "showImage",
        "Show one image.",
        {
            HTTPStatus.OK: Success("The image.", ImageView, (_ETAG,)),
            HTTPStatus.NOT_MODIFIED: Success("The client has the current state.", headers=(_ETAG,)),
        },
        {**_QUERY, **_NOT_FOUND},
        request_headers=("If-None-Match",),
    ),
    Route(
        "GET",
        f"/images/{_IMAGE_ID}/content",
        "fetchContent",
        "Redirect to an image's original, or to one of its renditions.",
        {
            HTTPStatus.TEMPORARY_REDIRECT: Success(
                "A redirect to a pre-signed URL.", headers=(_LOCATION,)
            )
        },
        {
            **_QUERY,
            HTTPStatus.NOT_FOUND: "There is no such image or rendition.",
            HTTPStatus.CONFLICT: "The image is not ready.",
        },
        parameters=("rendition",),
    ),
    Route(
        "PATCH",
        f"/images/{_IMAGE_ID}",
        "describeImage",
        "Change an image's title and tags.",
        {HTTPStatus.OK: Success("The changed image.", ImageView, (_ETAG,))},
        {
            **_BODY,
            **_NOT_FOUND,
            HTTPStatus.CONFLICT: "The image's record is missing.",
            HTTPStatus.PRECONDITION_FAILED: "The image has changed since it was read.",
            HTTPStatus.PRECONDITION_REQUIRED: "If-Match is missing.",
        },
        request_headers=("If-Match",),
        body=DescribeRequest,
    ),
    Route(
        "DELETE",
        f"/images/{_IMAGE_ID}",
        "trashImage",
        "Move an image to the trash.",
        {HTTPStatus.NO_CONTENT: Success("The image is in the trash.")},
        {**_QUERY, **_NOT_FOUND, HTTPStatus.CONFLICT: "The image's record is missing."},
    ),
    Route(
        "POST",
        f"/images/{_IMAGE_ID}/restore",
        "restoreImage",
        "Restore an image from the trash.",
        {HTTPStatus.OK: Success("The restored image.", ImageView, (_ETAG,))},
        {
            **_QUERY,
            HTTPStatus.NOT_FOUND: "There is no such image, or it belongs to another owner.",
            HTTPStatus.CONFLICT: "The image can no longer be restored, or others are changing it.",
        },
    ),
    Route(
        "GET",
        "/health",
        "tellHealth",
        "Report that the API is running.",
        {HTTPStatus.OK: Success("The API is running.", HealthView)},
        _QUERY,
        needs_token=False,
    ),
)

_PATTERNS = [
    (re.compile(re.escape(route.path).replace(re.escape(_IMAGE_ID), "([^/]+)")), route)
    for route in ROUTES
]


def find_route(method: str, path: str) -> tuple[Route, tuple[str, ...]]:
    """Find the route of a request.

    Returns
    -------
    tuple
        The route, and the values of its path parameters.

    Raises
    ------
    ProblemError
        404 for an unknown path, 405 for a method that the path does not support.
    """
    matches = [
        (route, match.groups())
        for pattern, route in _PATTERNS
        if (match := pattern.fullmatch(path))
    ]
    if not matches:
        raise route_not_found()
    for route, values in matches:
        if route.method == method:
            return route, values
    raise method_not_allowed([route.method for route, _ in matches])
