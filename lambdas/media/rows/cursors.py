"""Where the next page of a listing begins, as an opaque text that clients hand back."""

import base64
import hashlib
import hmac
from dataclasses import dataclass

from media.model.indexes import is_index_position

_VERSION = "2"
_MAX_LENGTH = 512
_MAC_BYTES = 32


class InvalidCursorError(ValueError):
    """A cursor that this listing never gave to this caller."""

    def __init__(self) -> None:
        super().__init__(
            "the cursor does not belong to this listing: leave it out to start from the newest, "
            "or send next_cursor of the page before as it was given, by the same user and with "
            "the same owner or all"
        )


@dataclass(frozen=True, slots=True)
class CursorSeal:
    """Writes and reads the cursors of one listing for one caller.

    Parameters
    ----------
    key
        The secret that signs them.
    listing
        Which listing, for example ``owner:<uuid>``.
    caller
        Who may go on with it.
    """

    key: bytes
    listing: str
    caller: str

    def encode(self, position: str) -> str:
        """Write a cursor.

        Parameters
        ----------
        position
            The listing position of the last row given out, ``uploaded_at#image_id``.

        Returns
        -------
        str
            URL-safe text without padding.
        """
        sealed = self._mac(position) + position.encode()
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def decode(self, cursor: str) -> str:
        """Read a cursor back.

        Returns
        -------
        str
            The listing position to go on after.

        Raises
        ------
        InvalidCursorError
            If the text is no cursor, was altered, or was given for another listing or caller.
        """
        if len(cursor) > _MAX_LENGTH:
            raise InvalidCursorError
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            sealed = base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
            position = sealed[_MAC_BYTES:].decode("ascii")
        except ValueError:
            raise InvalidCursorError from None
        # Two spellings of the last character are the same bytes; only ours is ours.
        is_ours = hmac.compare_digest(sealed[:_MAC_BYTES], self._mac(position))
        if not is_ours or not is_index_position(position) or self.encode(position) != cursor:
            raise InvalidCursorError
        return position

    def _mac(self, position: str) -> bytes:
        text = "\n".join((_VERSION, self.listing, self.caller, position))
        return hmac.digest(self.key, text.encode(), hashlib.sha256)
