"""What clients get: the documents of the API, and the source of their schemas."""

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
    """A document; it holds what its model names and nothing else."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class HealthView(View):
    """That the function runs."""

    status: Literal["ok"]


class SignedUrlView(View):
    """A URL that needs no token until it expires."""

    url: Url
    expires_at: Timestamp


class PutView(View):
    """A pre-signed PUT: send the file as its body, with these headers, once."""

    url: Url
    headers: dict[str, str]


class UploadView(View):
    """How to send the file until `expires_at`: by `put`, or by a form where `url` and `fields` are.

    A form is a POST of `fields` and then the file, as multipart form data, to `url`.
    """

    put: PutView
    expires_at: Timestamp
    url: Url | None = None
    fields: dict[str, str] | None = None


class AnnouncedView(View):
    """An image that is waited for, and the request to send it with."""

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
    """What is wrong with an image, for a program and for a person."""

    reason: Reason
    message: str


class SummaryView(View):
    """An image as a listing shows it; what is unknown is null."""

    image_id: ImageId
    status: StatusName
    degraded: Annotated[
        bool, Field(description="Whether the image's record is missing and only its object known.")
    ]
    owner: Annotated[str | None, Field(description="Null for an image that is nobody's.")]
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
    """All that is known of an image."""

    exif: dict[str, str | int | float]
    original: SignedUrlView | None
    gps: Annotated[
        LocationView | None,
        Field(default=None, description="There for the image's owner alone."),
    ]


class PageView(View):
    """One page of a listing; `next_cursor` is null on the last."""

    images: list[SummaryView]
    next_cursor: str | None


class FieldErrorView(View):
    """What is wrong with one field or parameter of a request."""

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
