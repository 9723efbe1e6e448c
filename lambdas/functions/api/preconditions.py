"""Entity tags: whether a client has the current state of an image.

A tag combines the revision of the row and the window in which URLs are signed, so that a cached
response is confirmed only while its URLs are valid. A change depends on the revision alone.
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
    """Return whether ``If-None-Match`` shows that the client has the current response."""
    header = request.headers.get("if-none-match", "")
    return header.strip() == "*" or tag.strip('"') in {opaque for _, opaque in _tags(header)}


def require_match(request: Request, record: ImageRecord, tag: str) -> None:
    """Require that ``If-Match`` names the current revision of an image.

    Raises
    ------
    ProblemError
        428 without the header, 412 if it names another revision.
    """
    header = request.headers.get("if-match", "").strip()
    if not header:
        raise ProblemError(
            HTTPStatus.PRECONDITION_REQUIRED,
            "precondition-required",
            "send If-Match with the ETag of the image: GET the image first",
        )
    # A weak tag never matches here: RFC 9110 requires the strong comparison.
    revisions = {opaque.partition("-")[0] for weak, opaque in _tags(header) if not weak}
    if header != "*" and f"{record.revision:x}" not in revisions:
        raise precondition_failed(tag)


def precondition_failed(tag: str) -> ProblemError:
    """Report that the image has changed since the client read it, with its current tag."""
    return ProblemError(
        HTTPStatus.PRECONDITION_FAILED,
        "precondition-failed",
        "the image has changed since you read it: GET it again and reapply your change",
        headers={"ETag": tag},
        current_etag=tag,
    )


def _tags(header: str) -> list[tuple[bool, str]]:
    found = (_TAG.fullmatch(part) for part in header[:_HEADER_MAX].split(","))
    return [(bool(match["weak"]), match["opaque"]) for match in found if match]
