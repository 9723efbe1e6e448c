"""Where the next page of a listing begins, as an opaque text that clients hand back."""

import base64
import binascii
import hashlib
import json
import re

_VERSION = 1
_MAX_LENGTH = 512
_POSITION = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z#[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)


class InvalidCursorError(ValueError):
    """A cursor that this listing never gave out."""

    def __init__(self) -> None:
        super().__init__(
            "the cursor does not belong to this listing: leave it out to start from the newest, "
            "or send next_cursor of the page before as it was given"
        )


def encode_cursor(scope: str, position: str) -> str:
    """Write a cursor.

    Parameters
    ----------
    scope
        Which listing it belongs to, for example ``owner:<uuid>``; only its digest is written.
    position
        The listing position of the last row given out, ``uploaded_at#image_id``.

    Returns
    -------
    str
        URL-safe text without padding.
    """
    body = json.dumps([_VERSION, _fingerprint(scope), position], separators=(",", ":"))
    return base64.urlsafe_b64encode(body.encode()).rstrip(b"=").decode()


def decode_cursor(scope: str, cursor: str) -> str:
    """Read a cursor back.

    A cursor grants nothing: a page is always read from the caller's own partition, from the
    position on. Checking it here only turns a mistake into a clear answer.

    Returns
    -------
    str
        The listing position to go on after.

    Raises
    ------
    InvalidCursorError
        If the text is no cursor, or one of another listing.
    """
    try:
        padded = cursor[:_MAX_LENGTH] + "=" * (-len(cursor) % 4)
        version, fingerprint, position = json.loads(
            base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
        )
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise InvalidCursorError from None
    is_ours = version == _VERSION and fingerprint == _fingerprint(scope)
    if not is_ours or not isinstance(position, str) or not _POSITION.fullmatch(position):
        raise InvalidCursorError
    return position


def _fingerprint(scope: str) -> str:
    return hashlib.sha256(scope.encode()).hexdigest()[:16]
