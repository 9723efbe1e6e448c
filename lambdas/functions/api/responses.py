"""What clients get: the JSON shapes of images, uploads and pages."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from functions.api.caller import Caller
from functions.api.problems import CONTENT_TYPE as PROBLEM_CONTENT_TYPE
from functions.api.problems import ProblemError
from media.announcements import PendingUpload
from media.images import ImageRecord, Status
from media.signing import SignedUrl, Signer
from media.timestamps import format_timestamp

_HEADERS = {
    # Answers carry pre-signed URLs and what one owner alone may see.
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


def respond(
    status: HTTPStatus, document: dict[str, Any] | None = None, location: str | None = None
) -> Response[str]:
    """Answer with a JSON document, or with none."""
    headers = dict(_HEADERS) if location is None else {**_HEADERS, "Location": location}
    return Response(
        status_code=status.value,
        content_type=None if document is None else "application/json",
        body="" if document is None else _dump(document),
        headers=headers,
    )


def respond_problem(problem: ProblemError, request_id: str) -> Response[str]:
    """Answer with problem details."""
    return Response(
        status_code=problem.status.value,
        content_type=PROBLEM_CONTENT_TYPE,
        body=_dump(problem.document(request_id)),
        headers=dict(_HEADERS),
    )


def upload_view(upload: PendingUpload) -> dict[str, Any]:
    """Show an announced image and the form to send it with."""
    return {
        "image_id": upload.image_id,
        "status": Status.PENDING.value,
        "upload": {
            "url": upload.form.url,
            "fields": upload.form.fields,
            "expires_at": format_timestamp(upload.form.expires_at),
        },
    }


def image_view(record: ImageRecord, caller: Caller, signer: Signer) -> dict[str, Any]:
    """Show all of an image, with URLs where it is ready and its location to its owner alone."""
    view = summary_view(record, signer)
    view["exif"] = dict(record.exif)
    view["original"] = _signed(signer.original(record)) if record.status is Status.READY else None
    if caller.owns(record):
        view["gps"] = asdict(record.gps) if record.gps else None
    return view


def summary_view(record: ImageRecord, signer: Signer) -> dict[str, Any]:
    """Show what a listing shows of an image: all but its EXIF, its location and its original."""
    return {
        "image_id": record.image_id,
        "status": record.status.value,
        "owner": record.owner,
        "uploaded_at": record.uploaded_at and format_timestamp(record.uploaded_at),
        "title": record.title,
        "tags": list(record.tags),
        "format": record.format and record.format.value,
        "content_type": record.content_type,
        "bytes": record.bytes,
        "sha256": record.sha256,
        "width": record.width,
        "height": record.height,
        "frames": record.frames,
        "duration_ms": record.duration_ms,
        "placeholder": record.placeholder,
        "average_colour": record.average_colour,
        "error": asdict(record.error) if record.error else None,
        "renditions": {
            name: {
                "url": signer.rendition(rendition).url,
                "width": rendition.width,
                "height": rendition.height,
                "bytes": rendition.bytes,
                "content_type": rendition.content_type,
            }
            for name, rendition in record.renditions.items()
        },
    }


def page_view(
    records: Sequence[ImageRecord], next_cursor: str | None, signer: Signer
) -> dict[str, Any]:
    """Show one page of a listing."""
    return {
        "images": [summary_view(record, signer) for record in records],
        "next_cursor": next_cursor,
    }


def _signed(signed: SignedUrl) -> dict[str, str]:
    return {"url": signed.url, "expires_at": format_timestamp(signed.expires_at)}


def _dump(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), default=_number)


def _number(value: object) -> int | float:
    if not isinstance(value, Decimal):
        message = f"{type(value).__name__} has no place in an answer"
        raise TypeError(message)
    return int(value) if value == value.to_integral_value() else float(value)
