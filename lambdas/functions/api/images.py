"""The routes of single images: each checks what was sent, asks the domain, shows what it said."""

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

# Of a URL's life: whoever follows a redirect that it kept must still have time to fetch.
_REDIRECT_LIFE_SHARE = 4


@dataclass(frozen=True, slots=True)
class ImageRoutes:
    """The routes of single images.

    Parameters
    ----------
    table, orphans
        Where images are, and where those without a row are looked for.
    signer
        Who signs what is served.
    clock
        Tells the present, aware.
    upload_bytes_max
        The largest upload in bytes that may be announced.
    gives_forms
        Whether an announcement is answered with a form as well.
    """

    table: ImageTable
    orphans: OrphanFinder
    signer: Signer
    clock: Clock
    upload_bytes_max: int
    gives_forms: bool

    def announce(self, caller: Caller, request: Request) -> Response:
        """``POST /images``: 201 with a request to upload with, 200 with an image already there."""
        read_query(request)
        announced = read_body(request, AnnounceRequest)
        if announced.bytes > self.upload_bytes_max:
            message = f"at most {self.upload_bytes_max} bytes may be uploaded"
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
        """``GET /images/{id}``: all that is known of an image, with URLs where it is ready."""
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
        """``PATCH /images/{id}``: another title or other tags, where nobody changed it before."""
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
        """Find an image that the caller may see, its row or at least its object.

        Raises
        ------
        ProblemError
            404 where there is none, it is somebody else's, or it is in the trash.
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
        """Read the row of an image; a forged one is as good as none."""
        if not is_canonical_uuid(image_id):
            return None
        return verified(self.table.get(image_id), self.signer.bucket)

    def find_recorded(self, caller: Caller, image_id: str) -> ImageRecord:
        """Find an image that the caller may see and change.

        Raises
        ------
        ProblemError
            As `find` does, and 409 where only the image's object is there.
        """
        record = self.find(caller, image_id)
        if isinstance(record, OrphanedOriginal):
            raise not_recorded()
        return record

    def shown(self, record: ImageRecord, caller: Caller) -> Response:
        """Answer with an image and the tag of its present state."""
        # First: where the window ends meanwhile, the tag must not outlive the URLs.
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
                f"the image is {record.status.value}, and only a ready one has content: "
                "GET /images/{id} says more",
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
        f"the image has no such rendition: {known}; without rendition the original is answered",
        renditions=available,
    )
