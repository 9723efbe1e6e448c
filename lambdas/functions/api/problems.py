"""RFC 9457 problem details: how the API says no."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

CONTENT_TYPE = "application/problem+json"
_TYPE_PREFIX = "urn:media:problem:"


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field of a request."""

    field: str
    message: str


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
    errors
        Which fields are at fault, where it is fields.
    """

    def __init__(
        self,
        status: HTTPStatus,
        kind: str,
        detail: str,
        errors: tuple[FieldError, ...] = (),
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.errors = errors

    def document(self, request_id: str) -> dict[str, Any]:
        """Lay the problem out as the JSON document of RFC 9457."""
        document: dict[str, Any] = {
            "type": f"{_TYPE_PREFIX}{self.kind}",
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
            "request_id": request_id,
        }
        if self.errors:
            document["errors"] = [{"field": e.field, "message": e.message} for e in self.errors]
        return document


def invalid_fields(*errors: FieldError) -> ProblemError:
    """Say which fields of a request are wrong."""
    names = ", ".join(sorted({error.field for error in errors}))
    detail = f"correct the fields named in errors ({names}) and send the request again"
    return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-fields", detail, errors)


def image_not_found() -> ProblemError:
    """Say that there is no such image, or none that the caller may know of."""
    return ProblemError(
        HTTPStatus.NOT_FOUND,
        "image-not-found",
        "you have no image with this id: GET /images lists those you have",
    )


def route_not_found() -> ProblemError:
    """Say that the API has no such route."""
    return ProblemError(
        HTTPStatus.NOT_FOUND, "route-not-found", "the API has no such route for this method"
    )


def internal_error() -> ProblemError:
    """Say that the fault is ours; the request id leads to the log."""
    return ProblemError(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal",
        "the request failed on our side: try again, and quote the request id if it fails again",
    )
