"""The routes of the trash, which trash and restore images."""

from dataclasses import dataclass
from http import HTTPStatus

from functions.api.caller import Caller
from functions.api.images import ImageRoutes
from functions.api.problems import ProblemError, contention, image_not_found
from functions.api.query import read_query
from functions.api.request import Request
from functions.api.response import Response
from media.lifecycle.trash import NotRestorableError, Trash
from media.model.images import ImageRecord
from media.rows.table import RowContentionError


@dataclass(frozen=True, slots=True)
class TrashRoutes:
    """The routes of the trash.

    Parameters
    ----------
    trash
        Trashes and restores images.
    images
        Finds and presents images.
    """

    trash: Trash
    images: ImageRoutes

    def discard(self, caller: Caller, request: Request, image_id: str) -> Response:
        """``DELETE /images/{id}``: move to the trash; a second time it is not found."""
        read_query(request)
        record = self.images.find_recorded(caller, image_id)
        try:
            was_there = self.trash.discard(record)
        except RowContentionError:
            raise contention() from None
        if not was_there:
            raise image_not_found()
        return Response(HTTPStatus.NO_CONTENT)

    def restore(self, caller: Caller, request: Request, image_id: str) -> Response:
        """``POST /images/{id}/restore``: restore from the trash; other images stay unchanged."""
        read_query(request)
        record = self._find_including_trashed(caller, image_id)
        try:
            return self.images.shown(self.trash.restore(record), caller)
        except NotRestorableError:
            raise ProblemError(
                HTTPStatus.CONFLICT,
                "not-restorable",
                "the image can no longer be restored: its original was deleted, or its time in the "
                "trash is over; upload it again",
            ) from None
        except RowContentionError:
            raise contention() from None

    def _find_including_trashed(self, caller: Caller, image_id: str) -> ImageRecord:
        record = self.images.read(image_id)
        if record is None or not caller.may_see(record):
            raise image_not_found()
        return record
