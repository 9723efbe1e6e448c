"""The response documents of the API, which also define their schemas."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from media.model.formats import ImageFormat
from media.model.images import RejectionReason

ImageId = Annotated[
    str, Field(json_schema_extra={"format": "uuid"}, description="A UUID in lower case.")
]
Timestamp = Annotated[
    str, Field(json_schema_extra={"format": "date-time"}, description="RFC 3339 in UTC.")
]
Url = Annotated[str, Field(json_schema_extra={"format": "uri"})]
StatusName = Literal["pending", "ready", "rejected", "failed"]
Reason = RejectionReason | Literal["internal"]


class View(BaseModel):
    """A document; it has the fields of its model and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class HealthView(View):
    """Reports that the API is running."""

    status: Literal["ok"]


class SignedUrlView(View):
    """A URL that works without a token until it expires."""

    url: Url
    expires_at: Timestamp


class PutView(View):
    """A pre-signed PUT: send the file once as the body, with these headers."""

    url: Url
    headers: dict[str, str]


class UploadView(View):
    """How to upload the file before `expires_at`: with `put`, or with a form if there are `fields`.

    To use the form, POST `fields` and then the file to `url`, as multipart form data.
    """

    put: PutView
    expires_at: Timestamp
    url: Url | None = None
    fields: dict[str, str] | None = None


class AnnouncedView(View):
    """An announced image, and the request that uploads it."""

    image_id: ImageId
    status: Literal["pending"]
    upload: UploadView


class RenditionView(View):
    """A rendition, its size in pixels and bytes."""

    url: Url
    width: int
    height: int
    bytes: int
    content_type: str


class LocationView(View):
    """Degrees north and east, metres above the sea."""

    latitude: float
    longitude: float
    altitude: float | None


class ErrorView(View):
    """Why an image was rejected or failed, for programs and for people."""

    reason: Reason
    message: str


class SummaryView(View):
    """An image in a listing; unknown values are null."""

    image_id: ImageId
    status: StatusName
    degraded: Annotated[bool, Field(description="Whether the image has an object but no record.")]
    owner: Annotated[str | None, Field(description="Null for an image without an owner.")]
    uploaded_at: Timestamp | None
    title: str | None
    tags: list[str]
    format: ImageFormat | None
    content_type: str | None
    bytes: int | None
    sha256: str | None
    width: int | None
    height: int | None
    frames: int | None
    duration_ms: int | None
    placeholder: Annotated[str | None, Field(description="A ThumbHash in base64.")]
    average_colour: Annotated[str | None, Field(description="As #rrggbb.")]
    error: ErrorView | None
    renditions: dict[str, RenditionView]


class ImageView(SummaryView):
    """An image in full."""

    exif: dict[str, str | int | float]
    original: SignedUrlView | None
    gps: Annotated[
        LocationView | None,
        Field(default=None, description="Only the owner of the image gets this."),
    ]


class PageView(View):
    """One page of a listing; `next_cursor` is null on the last page."""

    images: list[SummaryView]
    next_cursor: str | None


class FieldErrorView(View):
    """An invalid field or parameter of a request."""

    field: str
    message: str


class ProblemView(View):
    """RFC 9457 problem details."""

    type: Annotated[str, Field(pattern=r"^urn:media:problem:[a-z-]+$")]
    title: str
    status: int
    detail: str
    request_id: str
    errors: Annotated[list[FieldErrorView], Field(default_factory=list)]
    current_etag: Annotated[str | None, Field(default=None)]
    renditions: Annotated[list[str], Field(default_factory=list)]
