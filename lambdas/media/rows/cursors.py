"""Cursors: where the next page of a listing begins, as opaque text that clients send back."""

import base64
import hashlib
import hmac
from dataclasses import dataclass

from media.model.indexes import is_index_position

_VERSION = "2"
_MAX_LENGTH = 512
_MAC_BYTES = 32


class InvalidCursorError(ValueError):
    """A cursor that was not issued for this listing and caller."""

    def __init__(self) -> None:
        super().__init__(
            "the cursor does not belong to this listing: leave it out to start with the newest "
            "images, or send next_cursor of the previous page unchanged, as the same user and "
            "with the same owner or all"
        )


@dataclass(frozen=True, slots=True)
class CursorSeal:
    """Encodes and decodes the cursors of one listing for one caller.

    Parameters
    ----------
    key
        The secret that signs them.
    listing
        Which listing, for example ``owner:<uuid>``.
    caller
        Who may continue the listing.
    """

    key: bytes
    listing: str
    caller: str

    def encode(self, position: str) -> str:
        """Encode a cursor.

        Parameters
        ----------
        position
            The listing position of the last row returned, ``uploaded_at#image_id``.

        Returns
        -------
        str
            URL-safe text without padding.
        """
        sealed = self._mac(position) + position.encode()
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def decode(self, cursor: str) -> str:
        """Decode a cursor.

        Returns
        -------
        str
            The listing position after which to continue.

        Raises
        ------
        InvalidCursorError
            If the text is not a cursor, was altered, or belongs to another listing or caller.
        """
        if len(cursor) > _MAX_LENGTH:
            raise InvalidCursorError
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            sealed = base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
            position = sealed[_MAC_BYTES:].decode("ascii")
        except ValueError:
            raise InvalidCursorError from None
        # The last character has several spellings for the same bytes; only ours is accepted.
        is_ours = hmac.compare_digest(sealed[:_MAC_BYTES], self._mac(position))
        if not is_ours or not is_index_position(position) or self.encode(position) != cursor:
            raise InvalidCursorError
        return position

    def _mac(self, position: str) -> bytes:
        text = "\n".join((_VERSION, self.listing, self.caller, position))
        return hmac.digest(self.key, text.encode(), hashlib.sha256)
