"""Validates query parameters, with messages that name the parameter."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from functions.api.problems import FieldError, invalid_fields
from functions.api.request import Request
from media.model.keys import is_canonical_uuid

PAGE_DEFAULT, PAGE_MAX = 20, 100
_ERRORS_MAX, _NAME_MAX = 10, 100
_WHOLE_NUMBER = re.compile(r"[0-9]{1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ListQuery:
    """The requested page of a listing.

    Parameters
    ----------
    limit
        The number of images.
    cursor
        The start of the page, from the previous page.
    owner
        Whose images; None for the caller's own.
    everyone
        Whether to list the images of all owners.
    """

    limit: int
    cursor: str | None
    owner: str | None
    everyone: bool


def read_query(request: Request, *known: str) -> Mapping[str, str]:
    """Read the query of a route that takes these parameters, each at most once.

    Raises
    ------
    ProblemError
        422 that names unknown parameters, so that no typo is ignored, and repeated ones.
    """
    names = [name for name, _ in request.query]
    takes = f"takes {', '.join(known)}" if known else "takes none"
    errors = [
        *(
            FieldError(field=name[:_NAME_MAX], message=f"unknown parameter: this route {takes}")
            for name in sorted(set(names) - set(known))
        ),
        *(
            FieldError(field=name, message="send this parameter once")
            for name in known
            if names.count(name) > 1
        ),
    ]
    if errors:
        raise invalid_fields(*errors[:_ERRORS_MAX])
    return dict(request.query)


def read_list_query(request: Request) -> ListQuery:
    """Read the query of ``GET /images``.

    Raises
    ------
    ProblemError
        422 that names each invalid parameter.
    """
    query = read_query(request, "limit", "cursor", "owner", "all")
    errors = []
    limit = query.get("limit", str(PAGE_DEFAULT))
    if not _WHOLE_NUMBER.fullmatch(limit) or not 1 <= int(limit) <= PAGE_MAX:
        errors.append(
            FieldError(field="limit", message=f"write a whole number from 1 to {PAGE_MAX}")
        )
    owner = query.get("owner")
    if owner is not None and not is_canonical_uuid(owner):
        errors.append(FieldError(field="owner", message="write a UUID in lower case"))
    if query.get("all", "true") != "true":
        errors.append(FieldError(field="all", message="write true, or leave it out"))
    if "all" in query and "owner" in query:
        errors.append(FieldError(field="all", message="send either owner or all"))
    if errors:
        raise invalid_fields(*errors)
    return ListQuery(int(limit), query.get("cursor"), owner, "all" in query)
