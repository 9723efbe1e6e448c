"""RFC 9457 problem details: how the API says no."""

from http import HTTPStatus
from typing import Any

from functions.api.response import PROBLEM_JSON, Response
from functions.api.views import FieldErrorView, ProblemView

_TYPE_PREFIX = "urn:media:problem:"
FieldError = FieldErrorView


class ProblemError(Exception):
    """A request that can't be served, in words for the one who sent it.

    Parameters
    ----------
    status
        The HTTP status; its phrase is the problem's title.
    kind
        The stable last part of the problem's type.
    detail
        What happened and what to do about it. Never a secret, a location or an address.
    headers
        Further headers of the answer.
    members
        Further members of the document.
    """

    def __init__(
        self,
        status: HTTPStatus,
        kind: str,
        detail: str,
        headers: dict[str, str] | None = None,
        **members: Any,  # noqa: ANN401 - whatever the document holds
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.headers = headers or {}
        self.members = members

    def answer(self, request_id: str) -> Response:
        """Answer with the JSON document of RFC 9457."""
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
    """Say which fields of a request are wrong."""
    names = ", ".join(sorted({error.field for error in errors}))
    detail = f"correct the fields named in errors ({names}) and send the request again"
    return ProblemError(
        HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-fields", detail, errors=list(errors)
    )


def invalid_json(reason: str = "it is no JSON") -> ProblemError:
    """Say that a body can't be read."""
    return ProblemError(
        HTTPStatus.BAD_REQUEST,
        "invalid-json",
        f"the body can't be read, {reason}: send one JSON object in UTF-8",
    )


def image_not_found() -> ProblemError:
    """Say that there is no such image, or none that the caller may know of."""
    return ProblemError(
        HTTPStatus.NOT_FOUND,
        "image-not-found",
        "you have no image with this id: GET /images lists those you have",
    )


def not_recorded() -> ProblemError:
    """Say that an image is served without its record, so that nothing can be changed about it."""
    return ProblemError(
        HTTPStatus.CONFLICT,
        "not-recorded",
        "the image's record is missing, so nothing about it can be changed: try again later",
    )


def forbidden(what: str) -> ProblemError:
    """Say that only administrators may ask this."""
    return ProblemError(
        HTTPStatus.FORBIDDEN,
        "forbidden",
        f"only members of the group admins may list {what}: leave the parameter out to list your "
        "own images",
    )


def route_not_found() -> ProblemError:
    """Say that the API has no such path."""
    return ProblemError(
        HTTPStatus.NOT_FOUND, "route-not-found", "the API has no such path: see its documentation"
    )


def method_not_allowed(allowed: list[str]) -> ProblemError:
    """Say which methods a path has."""
    methods = ", ".join(sorted(allowed))
    return ProblemError(
        HTTPStatus.METHOD_NOT_ALLOWED,
        "method-not-allowed",
        f"this path takes {methods}",
        headers={"Allow": methods},
    )


def contention() -> ProblemError:
    """Say that others kept changing the image meanwhile."""
    return ProblemError(
        HTTPStatus.CONFLICT, "busy", "the image kept changing meanwhile: send the request again"
    )


def internal_error() -> ProblemError:
    """Say that the fault is ours; the request id leads to the log."""
    return ProblemError(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal",
        "the request failed on our side: try again, and quote the request id if it fails again",
    )
