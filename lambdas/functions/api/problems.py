"""RFC 9457 problem details, with which the API reports errors."""

from http import HTTPStatus
from typing import Any

from functions.api.response import PROBLEM_JSON, Response
from functions.api.views import FieldErrorView, ProblemView

_TYPE_PREFIX = "urn:media:problem:"
FieldError = FieldErrorView


class ProblemError(Exception):
    """A request that cannot be served, with a message for its sender.

    Parameters
    ----------
    status
        The HTTP status; its phrase is the problem's title.
    kind
        The last, stable part of the problem type.
    detail
        What happened, and what to do about it. Never a secret, a location or an address.
    headers
        Further headers of the response.
    members
        Further members of the document.
    """

    def __init__(
        self,
        status: HTTPStatus,
        kind: str,
        detail: str,
        headers: dict[str, str] | None = None,
        **members: Any,  # noqa: ANN401 - the problem type decides
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.headers = headers or {}
        self.members = members

    def answer(self, request_id: str) -> Response:
        """Build the response with the document of RFC 9457."""
        view = ProblemView(
            type=f"{_TYPE_PREFIX}{self.kind}",
            title=self.status.phrase,
            status=self.status.value,
            detail=self.detail,
            request_id=request_id,
            **self.members,
        )
        return Response(
            self.status,
            view.model_dump_json(exclude_unset=True),
            content_type=PROBLEM_JSON,
            headers=self.headers,
        )


def invalid_fields(*errors: FieldError) -> ProblemError:
    """Report invalid fields of a request."""
    names = ", ".join(sorted({error.field for error in errors}))
    detail = f"correct the fields named in errors ({names}), and send the request again"
    return ProblemError(
        HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-fields", detail, errors=list(errors)
    )


def invalid_json(reason: str = "it is not JSON") -> ProblemError:
    """Report a body that cannot be read."""
    return ProblemError(
        HTTPStatus.BAD_REQUEST,
        "invalid-json",
        f"the body can't be read, because {reason}: send one JSON object in UTF-8",
    )


def image_not_found() -> ProblemError:
    """Report that there is no such image, or none that the caller may see."""
    return ProblemError(
        HTTPStatus.NOT_FOUND,
        "image-not-found",
        "you have no image with this id: GET /images lists your images",
    )


def not_recorded() -> ProblemError:
    """Report that an image has no record, so that it cannot be changed."""
    return ProblemError(
        HTTPStatus.CONFLICT,
        "not-recorded",
        "the image's record is missing, so it can't be changed: try again later",
    )


def forbidden(what: str) -> ProblemError:
    """Report that only administrators may list this."""
    return ProblemError(
        HTTPStatus.FORBIDDEN,
        "forbidden",
        f"only members of the group admins may list {what}: leave the parameter out to list your "
        "own images",
    )


def route_not_found() -> ProblemError:
    """Report that the API has no such path."""
    return ProblemError(
        HTTPStatus.NOT_FOUND, "route-not-found", "the API has no such path: see the API reference"
    )


def method_not_allowed(allowed: list[str]) -> ProblemError:
    """Report the methods that a path supports."""
    methods = ", ".join(sorted(allowed))
    return ProblemError(
        HTTPStatus.METHOD_NOT_ALLOWED,
        "method-not-allowed",
        f"this path supports {methods}",
        headers={"Allow": methods},
    )


def contention() -> ProblemError:
    """Report that concurrent changes made the request fail."""
    return ProblemError(
        HTTPStatus.CONFLICT,
        "busy",
        "others are changing the image at the same time: send the request again",
    )


def internal_error() -> ProblemError:
    """Report a fault of ours; the request id leads to the log."""
    return ProblemError(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal",
        "the request failed on our side: try again, and report the request id if it fails again",
    )
