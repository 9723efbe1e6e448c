"""What a client may send, checked at the edge with messages that name the field."""

import base64
import re
import unicodedata
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from functions.api.problems import FieldError, ProblemError, invalid_fields
from media.formats import ANNOUNCED_CONTENT_TYPES

_BODY_BYTES_MAX = 16 * 1024
_TAGS_MAX = 20
_PAGE_DEFAULT, _PAGE_MAX = 20, 100
_MESSAGES = {
    "extra_forbidden": "there is no such field: leave it out",
    "missing": "this field is needed",
    "string_pattern_mismatch": "write 64 hexadecimal digits",
}
_WHOLE_NUMBER = re.compile(r"[0-9]{1,3}")


def _plain_text(text: str) -> str:
    normal = unicodedata.normalize("NFC", text).strip()
    if not normal or not all(c.isprintable() for c in normal):
        raise ValueError("write visible text on one line")
    return normal


def _distinct(tags: list[str]) -> list[str]:
    return list(dict.fromkeys(tags))


def _accepted_type(content_type: str) -> str:
    if content_type not in ANNOUNCED_CONTENT_TYPES:
        message = f"write one of {', '.join(sorted(ANNOUNCED_CONTENT_TYPES))}"
        raise ValueError(message)
    return content_type


Title = Annotated[str, StringConstraints(max_length=200), AfterValidator(_plain_text)]
Tag = Annotated[str, StringConstraints(max_length=50), AfterValidator(_plain_text)]


class AnnounceRequest(BaseModel):
    """The body of ``POST /images``; unknown fields are refused, numbers are not guessed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    content_type: Annotated[str, AfterValidator(_accepted_type)]
    bytes: Annotated[int, Field(ge=1)]
    sha256: (
        Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$", to_lower=True)] | None
    ) = None
    title: Title | None = None
    tags: Annotated[list[Tag], Field(max_length=_TAGS_MAX), AfterValidator(_distinct)] = []


def decode_body(event: Mapping[str, Any]) -> str | None:
    """Take the body out of an HTTP API event, which encodes what it takes for binary.

    Raises
    ------
    ProblemError
        400 where the body is no UTF-8.
    """
    body: str | None = event.get("body")
    if not body or not event.get("isBase64Encoded"):
        return body
    try:
        return base64.b64decode(body).decode()
    except ValueError:
        raise _invalid_json() from None


def read_announcement(body: str | None, bytes_max: int) -> AnnounceRequest:
    """Read the body of ``POST /images``.

    Parameters
    ----------
    body
        The body as text.
    bytes_max
        The largest upload in bytes that may be announced.

    Raises
    ------
    ProblemError
        413 for a body that is too long, 400 for one that is no JSON, 422 for wrong fields.
    """
    text = body or ""
    if len(text.encode(errors="surrogatepass")) > _BODY_BYTES_MAX:
        raise ProblemError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "body-too-large",
            f"the body has more than {_BODY_BYTES_MAX} bytes: announce the image here and send "
            "the file itself with the form in the answer",
        )
    try:
        announced = AnnounceRequest.model_validate_json(text)
    except ValidationError as error:
        raise _explain(error) from None
    if announced.bytes > bytes_max:
        raise invalid_fields(FieldError("bytes", f"at most {bytes_max} bytes may be uploaded"))
    return announced


def read_page_size(text: str | None) -> int:
    """Read the ``limit`` of a listing, 20 where it is left out.

    Raises
    ------
    ProblemError
        422 where it is no whole number from 1 to 100.
    """
    if text is None:
        return _PAGE_DEFAULT
    if _WHOLE_NUMBER.fullmatch(text) and 1 <= int(text) <= _PAGE_MAX:
        return int(text)
    raise invalid_fields(FieldError("limit", f"write a whole number from 1 to {_PAGE_MAX}"))


def refuse_unknown_parameters(given: Mapping[str, str], *known: str) -> None:
    """Refuse query parameters that the route doesn't have, so that a typo is not ignored.

    Raises
    ------
    ProblemError
        422 that names them.
    """
    unknown = sorted(set(given) - set(known))
    if unknown:
        message = f"unknown parameter: this route takes {', '.join(known)}"
        raise invalid_fields(*(FieldError(name[:100], message) for name in unknown[:10]))


def _explain(error: ValidationError) -> ProblemError:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    if any(one["type"] == "json_invalid" for one in found):
        return _invalid_json()
    return invalid_fields(
        *(
            FieldError(
                field=".".join(str(part) for part in one["loc"])[:100] or "body",
                message=_MESSAGES.get(one["type"], one["msg"].removeprefix("Value error, ")),
            )
            for one in found[:10]
        )
    )


def _invalid_json() -> ProblemError:
    return ProblemError(
        HTTPStatus.BAD_REQUEST, "invalid-json", "the body is no JSON: send one JSON object"
    )
