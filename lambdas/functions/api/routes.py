"""The routes of the API: what each is, takes and answers.

The dispatcher finds its way by this table, the OpenAPI document is made of it, and a test holds the
gateway's routes against it.
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
    """A successful answer: what it says, its document if any, and the headers it adds."""

    description: str
    view: type[BaseModel] | None = None
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """One route.

    Parameters
    ----------
    method, path
        As the gateway names it.
    operation
        The name of the operation.
    summary
        What it does, in a line.
    successes
        What it answers, by status.
    problems
        Which faults of a client it answers, by status, and why.
    parameters, request_headers
        Which query parameters and headers it takes.
    body
        What its body must be.
    needs_token
        Whether the gateway asks for a token.
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


_QUERY = {HTTPStatus.UNPROCESSABLE_ENTITY: "A parameter is wrong, unknown or repeated."}
_BODY = {
    HTTPStatus.BAD_REQUEST: "The body is no JSON object.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too long.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is not declared as JSON.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "A field or parameter is wrong, unknown or missing.",
}
_NOT_FOUND = {
    HTTPStatus.NOT_FOUND: "There is no such image, it is somebody else's, or it is in the trash."
}

ROUTES = (
    Route(
        "POST",
        "/images",
        "announceImage",
        "Announce an upload.",
        {
            HTTPStatus.OK: Success(
                "The caller has a ready image of these bytes already.", ImageView, (_ETAG,)
            ),
            HTTPStatus.CREATED: Success(
                "Send the file with this request.", AnnouncedView, (_LOCATION,)
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
        {**_QUERY, HTTPStatus.FORBIDDEN: "Only administrators list what others own."},
        parameters=("limit", "cursor", "owner", "all"),
    ),
    Route(
        "GET",
        f"/images/{_IMAGE_ID}",
        "showImage",
        "Show one image.",
        {
            HTTPStatus.OK: Success("The image.", ImageView, (_ETAG,)),
            HTTPStatus.NOT_MODIFIED: Success("The client has the present state.", headers=(_ETAG,)),
        },
        {**_QUERY, **_NOT_FOUND},
        request_headers=("If-None-Match",),
    ),
    Route(
        "GET",
        f"/images/{_IMAGE_ID}/content",
        "fetchContent",
        "Be sent on to an image's original or to one of its renditions.",
        {HTTPStatus.TEMPORARY_REDIRECT: Success("To a pre-signed URL.", headers=(_LOCATION,))},
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
        {HTTPStatus.OK: Success("The image as it is now.", ImageView, (_ETAG,))},
        {
            **_BODY,
            **_NOT_FOUND,
            HTTPStatus.CONFLICT: "The image's record is missing.",
            HTTPStatus.PRECONDITION_FAILED: "The image was changed since it was read.",
            HTTPStatus.PRECONDITION_REQUIRED: "If-Match is missing.",
        },
        request_headers=("If-Match",),
        body=DescribeRequest,
    ),
    Route(
        "DELETE",
        f"/images/{_IMAGE_ID}",
        "trashImage",
        "Throw an image away.",
        {HTTPStatus.NO_CONTENT: Success("It is in the trash.")},
        {**_QUERY, **_NOT_FOUND, HTTPStatus.CONFLICT: "The image's record is missing."},
    ),
    Route(
        "POST",
        f"/images/{_IMAGE_ID}/restore",
        "restoreImage",
        "Bring an image back from the trash.",
        {HTTPStatus.OK: Success("The image, out of the trash.", ImageView, (_ETAG,))},
        {
            **_QUERY,
            HTTPStatus.NOT_FOUND: "There is no such image, or it is somebody else's.",
            HTTPStatus.CONFLICT: "Nothing whole is left of it, or it keeps changing.",
        },
    ),
    Route(
        "GET",
        "/health",
        "tellHealth",
        "Say that the API runs.",
        {HTTPStatus.OK: Success("It runs.", HealthView)},
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
        The route, and what its path has in the place of braces.

    Raises
    ------
    ProblemError
        404 for an unknown path, 405 for a method that it does not take.
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
