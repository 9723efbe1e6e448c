"""The routes of single images: each validates the request and presents the domain's answer."""

from dataclasses import dataclass, replace
from http import HTTPStatus

from functions.api.bodies import AnnounceRequest, DescribeRequest, read_body
from functions.api.caller import Caller
from functions.api.preconditions import (
    entity_tag,
    is_known,
    precondition_failed,
    require_match,
)
from functions.api.presenter import Presenter
from functions.api.problems import (
    FieldError,
    ProblemError,
    image_not_found,
    invalid_fields,
    not_recorded,
)
from functions.api.query import read_query
from functions.api.request import Request
from functions.api.response import REVALIDATED, Response, respond
from media.lifecycle.announce import Announcement, PendingUpload, announce_upload
from media.model.clock import Clock
from media.model.images import ImageRecord, Status
from media.model.keys import is_canonical_uuid
from media.objects.orphans import OrphanedOriginal, OrphanFinder
from media.rows.table import ImageTable
from media.rows.verification import verified
from media.urls.signing import Signer

# A redirect may be cached for this fraction of the URL's life, so that there is time to fetch.
_REDIRECT_LIFE_SHARE = 4


@dataclass(frozen=True, slots=True)
class ImageRoutes:
    """The routes of single images.

    Parameters
    ----------
    table, orphans
        The image table, and the finder of orphaned originals.
    signer
        Signs the URLs.
    clock
        Returns the current time, aware.
    upload_bytes_max
        The largest upload in bytes.
    gives_forms
        Whether announcements also return a form.
    """

    table: ImageTable
    orphans: OrphanFinder
    signer: Signer
    clock: Clock
    upload_bytes_max: int
    gives_forms: bool

    def announce(self, caller: Caller, request: Request) -> Response:
        """``POST /images``: 201 with an upload request, or 200 with the existing image."""
        read_query(request)
        announced = read_body(request, AnnounceRequest)
        if announced.bytes > self.upload_bytes_max:
            message = f"uploads may have at most {self.upload_bytes_max} bytes"
            raise invalid_fields(FieldError(field="bytes", message=message))
        announcement = Announcement(
            owner=caller.owner,
            content_type=announced.content_type,
            bytes=announced.bytes,
            sha256=announced.sha256,
            title=announced.title,
            tags=tuple(announced.tags),
        )
        answer = announce_upload(
            announcement, self.table, self.signer, self.clock, with_form=self.gives_forms
        )
        if isinstance(answer, PendingUpload):
            view = self._presenter.upload(answer)
            return respond(view, HTTPStatus.CREATED, Location=f"/images/{answer.image_id}")
        return self.shown(answer, caller)

    def show(self, caller: Caller, request: Request, image_id: str) -> Response:
        """``GET /images/{id}``: all that is known of an image, with URLs if it is ready."""
        read_query(request)
        record = self.find(caller, image_id)
        if isinstance(record, OrphanedOriginal):
            return respond(self._presenter.orphan(record))
        answer = replace(self.shown(record, caller), cache_control=REVALIDATED)
        if is_known(request, answer.headers["ETag"]):
            return replace(answer, status=HTTPStatus.NOT_MODIFIED, body="")
        return answer

    def content(self, caller: Caller, request: Request, image_id: str) -> Response:
        """``GET /images/{id}/content``: 307 to the original, or to a rendition."""
        wanted = read_query(request, "rendition").get("rendition")
        record = self.find(caller, image_id)
        life = int(self.signer.expiry.total_seconds()) // _REDIRECT_LIFE_SHARE
        return Response(
            HTTPStatus.TEMPORARY_REDIRECT,
            cache_control=f"private, max-age={life}",
            headers={"Location": self._location(record, wanted)},
        )

    def describe(self, caller: Caller, request: Request, image_id: str) -> Response:
        """``PATCH /images/{id}``: new title or tags, if the image is unchanged since the read."""
        read_query(request)
        changes = read_body(request, DescribeRequest)
        seen = self.find_recorded(caller, image_id)
        require_match(request, seen, self._tag(seen))
        wanted = replace(
            seen,
            title=changes.title if "title" in changes.model_fields_set else seen.title,
            tags=tuple(changes.tags) if "tags" in changes.model_fields_set else seen.tags,
        )
        changed = self.table.describe(wanted, seen)
        if changed is None:
            raise precondition_failed(self._tag(self.find_recorded(caller, image_id)))
        return self.shown(changed, caller)

    def find(self, caller: Caller, image_id: str) -> ImageRecord | OrphanedOriginal:
        """Find an image that the caller may see: its row, or at least its object.

        Raises
        ------
        ProblemError
            404 if there is none, it belongs to another owner, or it is in the trash.
        """
        record = self.read(image_id)
        if record is None and is_canonical_uuid(image_id):
            original = self.orphans.find(caller.owner, image_id)
            if original is not None:
                return original
        if record is None or record.status is Status.TRASHED or not caller.may_see(record):
            raise image_not_found()
        return record

    def read(self, image_id: str) -> ImageRecord | None:
        """Read the row of an image; a forged one counts as none."""
        if not is_canonical_uuid(image_id):
            return None
        return verified(self.table.get(image_id), self.signer.bucket)

    def find_recorded(self, caller: Caller, image_id: str) -> ImageRecord:
        """Find an image that the caller may see and change.

        Raises
        ------
        ProblemError
            As `find` does, and 409 if the image has an object but no row.
        """
        record = self.find(caller, image_id)
        if isinstance(record, OrphanedOriginal):
            raise not_recorded()
        return record

    def shown(self, record: ImageRecord, caller: Caller) -> Response:
        """Respond with an image and the tag of its current state."""
        # First, so that the tag does not outlive the URLs if the window ends meanwhile.
        tag = self._tag(record)
        view = self._presenter.image(record, with_location=caller.owns(record))
        return respond(view, ETag=tag)

    @property
    def _presenter(self) -> Presenter:
        return Presenter(self.signer)

    def _tag(self, record: ImageRecord) -> str:
        return entity_tag(record, self.signer.window())

    def _location(self, record: ImageRecord | OrphanedOriginal, rendition: str | None) -> str:
        if isinstance(record, OrphanedOriginal):
            if rendition is not None:
                raise _rendition_not_found([])
            return self.signer.orphan(record).url
        if record.status is not Status.READY:
            raise ProblemError(
                HTTPStatus.CONFLICT,
                "not-ready",
                f"the image is {record.status.value}, and only a ready image has content: "
                "GET /images/{id} shows details",
            )
        if rendition is None:
            return self.signer.original(record).url
        if rendition not in record.renditions:
            raise _rendition_not_found(sorted(record.renditions))
        return self.signer.rendition(record.renditions[rendition]).url


def _rendition_not_found(available: list[str]) -> ProblemError:
    known = f"it has {', '.join(available)}" if available else "it has none"
    return ProblemError(
        HTTPStatus.NOT_FOUND,
        "rendition-not-found",
        f"the image has no such rendition: {known}; leave rendition out for the original",
        renditions=available,
    )
