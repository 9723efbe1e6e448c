"""``GET /images``: pages of images, newest first."""

from dataclasses import dataclass
from datetime import timedelta

from functions.api.caller import Caller
from functions.api.presenter import Presenter
from functions.api.problems import FieldError, forbidden, invalid_fields
from functions.api.query import ListQuery, read_list_query
from functions.api.request import Request
from functions.api.response import Response, respond
from media.model.clock import Clock
from media.model.images import ImageRecord
from media.model.indexes import month_of
from media.model.timestamps import format_timestamp
from media.rows.cursors import CursorSeal, InvalidCursorError
from media.rows.items import listing_position
from media.rows.listings import ImageListings
from media.rows.verification import verified
from media.urls.signing import Signer

# Clocks differ, so the newest image may belong to a month that has not begun here yet.
_CLOCK_TOLERANCE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ListingRoute:
    """The route of listings.

    Parameters
    ----------
    listings, signer
        Lists images, and signs their URLs.
    clock
        Returns the current time, aware.
    cursor_key
        Signs cursors.
    first_month
        The first month with images, as ``YYYY-MM``.
    """

    listings: ImageListings
    signer: Signer
    clock: Clock
    cursor_key: bytes
    first_month: str

    def list_images(self, caller: Caller, request: Request) -> Response:
        """``GET /images``: the caller's images; administrators may list another owner's, or all."""
        parameters = read_list_query(request)
        _require_rights(caller, parameters)
        owner = None if parameters.everyone else parameters.owner or caller.owner
        seal = CursorSeal(
            key=self.cursor_key,
            listing="all" if owner is None else f"owner:{owner}",
            caller=caller.owner,
        )
        after = _position_after(seal, parameters.cursor)
        # One row more than the page shows whether there is a next page; LastEvaluatedKey would
        # not, since nothing may follow it.
        records = self._read(owner, parameters.limit + 1, after)
        page = records[: parameters.limit]
        has_more = len(records) > parameters.limit
        next_cursor = seal.encode(_position(page[-1])) if has_more else None
        shown = [row for row in map(self._verified, page) if row and owner in (None, row.owner)]
        return respond(Presenter(self.signer).page(shown, next_cursor))

    def _verified(self, record: ImageRecord) -> ImageRecord | None:
        return verified(record, self.signer.bucket)

    def _read(self, owner: str | None, limit: int, after: str | None) -> list[ImageRecord]:
        if owner is not None:
            return self.listings.list_by_owner(owner, limit, after)
        newest_month = month_of(format_timestamp(self.clock() + _CLOCK_TOLERANCE))
        return self.listings.list_all(newest_month, self.first_month, limit, after)


def _require_rights(caller: Caller, parameters: ListQuery) -> None:
    if caller.is_admin:
        return
    if parameters.everyone:
        raise forbidden("the images of all owners")
    if parameters.owner not in (None, caller.owner):
        raise forbidden("the images of another owner")


def _position_after(seal: CursorSeal, cursor: str | None) -> str | None:
    try:
        return None if cursor is None else seal.decode(cursor)
    except InvalidCursorError as error:
        raise invalid_fields(FieldError(field="cursor", message=str(error))) from None


def _position(record: ImageRecord) -> str:
    if record.uploaded_at is None:
        message = f"image {record.image_id} is listed without a time"
        raise ValueError(message)
    return listing_position(record.uploaded_at, record.image_id)
