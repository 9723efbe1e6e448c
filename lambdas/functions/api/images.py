"""The image routes: each checks what was sent, asks the domain, and shows what it said."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from aws_lambda_powertools.event_handler.api_gateway import Response

from functions.api.caller import Caller
from functions.api.problems import FieldError, image_not_found, invalid_fields
from functions.api.requests import (
    read_announcement,
    read_page_size,
    refuse_unknown_parameters,
)
from functions.api.responses import image_view, page_view, respond, upload_view
from media.announcements import Announcement, PendingUpload, announce_upload
from media.cursors import InvalidCursorError, decode_cursor, encode_cursor
from media.images import ImageRecord, Status
from media.items import listing_position
from media.keys import is_canonical_uuid
from media.signing import Clock, Signer
from media.table import ImageTable


@dataclass(frozen=True, slots=True)
class ImageRoutes:
    """The routes below ``/images``.

    Parameters
    ----------
    table, signer
        Where images are, and who signs what is served.
    clock
        Tells the present, aware.
    upload_bytes_max
        The largest upload in bytes that may be announced.
    """

    table: ImageTable
    signer: Signer
    clock: Clock
    upload_bytes_max: int

    def announce(self, caller: Caller, body: str | None) -> Response[str]:
        """``POST /images``: 201 with a form to upload with, 200 with an image already there."""
        request = read_announcement(body, self.upload_bytes_max)
        announcement = Announcement(
            owner=caller.owner,
            content_type=request.content_type,
            bytes=request.bytes,
            sha256=request.sha256,
            title=request.title,
            tags=tuple(request.tags),
        )
        answer = announce_upload(announcement, self.table, self.signer, self.clock)
        if isinstance(answer, PendingUpload):
            location = f"/images/{answer.image_id}"
            return respond(HTTPStatus.CREATED, upload_view(answer), location)
        return respond(HTTPStatus.OK, image_view(answer, caller, self.signer))

    def list_own(self, caller: Caller, query: Mapping[str, str]) -> Response[str]:
        """``GET /images``: one page of the caller's images, newest first."""
        refuse_unknown_parameters(query, "limit", "cursor")
        size = read_page_size(query.get("limit"))
        scope = f"owner:{caller.owner}"
        try:
            after = decode_cursor(scope, query["cursor"]) if "cursor" in query else None
        except InvalidCursorError as error:
            raise invalid_fields(FieldError("cursor", str(error))) from None
        # One row more than the page tells whether there is a next one; the table's own
        # LastEvaluatedKey may point at nothing.
        records = self.table.list_by_owner(caller.owner, size + 1, after)
        page = records[:size]
        next_cursor = encode_cursor(scope, _position(page[-1])) if len(records) > size else None
        return respond(HTTPStatus.OK, page_view(page, next_cursor, self.signer))

    def show(self, caller: Caller, image_id: str) -> Response[str]:
        """``GET /images/{id}``: all that is known of an image, with URLs where it is ready."""
        record = self._find(caller, image_id)
        return respond(HTTPStatus.OK, image_view(record, caller, self.signer))

    def trash(self, caller: Caller, image_id: str) -> Response[str]:
        """``DELETE /images/{id}``: into the trash; a second time it is not found."""
        record = self._find(caller, image_id)
        if not self.table.trash(record.image_id, self.clock()):
            raise image_not_found()
        return respond(HTTPStatus.NO_CONTENT)

    def _find(self, caller: Caller, image_id: str) -> ImageRecord:
        record = self.table.get(image_id) if is_canonical_uuid(image_id) else None
        if record is None or record.status is Status.TRASHED or not caller.may_see(record):
            raise image_not_found()
        return record


def _position(record: ImageRecord) -> str:
    if record.uploaded_at is None:
        message = f"image {record.image_id} is listed without a time"
        raise ValueError(message)
    return listing_position(record.uploaded_at, record.image_id)
