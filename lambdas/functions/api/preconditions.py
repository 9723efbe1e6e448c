"""Entity tags: which state of an image a client has, and whether it is still the present one.

A tag is made of the row's revision and of the window that URLs are signed in: what a client keeps
is told to be fresh only as long as the URLs in it hold. A change is bound to the revision alone.
"""

import re
from http import HTTPStatus

from functions.api.problems import ProblemError
from functions.api.request import Request
from media.model.images import ImageRecord

_TAG = re.compile(r'\s*(?P<weak>W/)?"(?P<opaque>[\x21\x23-\x7e]*)"\s*', re.ASCII)
_HEADER_MAX = 1000


def entity_tag(record: ImageRecord, window: int) -> str:
    """Build the tag of an image."""
    return f'"{record.revision:x}-{window:x}"'


def is_known(request: Request, tag: str) -> bool:
    """Return whether ``If-None-Match`` says that the client has what it would get."""
    header = request.headers.get("if-none-match", "")
    return header.strip() == "*" or tag.strip('"') in {opaque for _, opaque in _tags(header)}


def require_match(request: Request, record: ImageRecord, tag: str) -> None:
    """Require that ``If-Match`` names the present revision of an image.

    Raises
    ------
    ProblemError
        428 without the header, 412 where it names another.
    """
    header = request.headers.get("if-match", "").strip()
    if not header:
        raise ProblemError(
            HTTPStatus.PRECONDITION_REQUIRED,
            "precondition-required",
            "send If-Match with the ETag of the image that you are changing: GET it first",
        )
    # A weak tag never matches here: RFC 9110 wants the strong comparison.
    revisions = {opaque.partition("-")[0] for weak, opaque in _tags(header) if not weak}
    if header != "*" and f"{record.revision:x}" not in revisions:
        raise precondition_failed(tag)


def precondition_failed(tag: str) -> ProblemError:
    """Say that the image has changed since the client read it, and what its tag is now."""
    return ProblemError(
        HTTPStatus.PRECONDITION_FAILED,
        "precondition-failed",
        "the image was changed since you read it: GET it again and apply your change to that",
        headers={"ETag": tag},
        current_etag=tag,
    )


def _tags(header: str) -> list[tuple[bool, str]]:
    found = (_TAG.fullmatch(part) for part in header[:_HEADER_MAX].split(","))
    return [(bool(match["weak"]), match["opaque"]) for match in found if match]
