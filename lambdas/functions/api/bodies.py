"""Validates request bodies, with messages that name the field."""

import json
import unicodedata
from collections.abc import Mapping
from email.message import Message
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from functions.api.problems import FieldError, ProblemError, invalid_fields, invalid_json
from functions.api.request import Request
from functions.api.response import JSON
from media.model.formats import ANNOUNCED_CONTENT_TYPES

BODY_BYTES_MAX = 16 * 1024
_TITLE_MAX, _TAG_MAX, _TAGS_MAX = 200, 50, 20
_ERRORS_MAX, _NAME_MAX = 10, 100
_MESSAGES = {
    "extra_forbidden": "unknown field: leave it out",
    "missing": "this field is required",
    "string_pattern_mismatch": "write 64 hexadecimal digits",
    "string_unicode": "write text without unpaired surrogates",
}
Body = TypeVar("Body", bound=BaseModel)


def _plain_text(text: str) -> str:
    normal = unicodedata.normalize("NFC", text).strip()
    if not normal or not normal.isprintable():
        raise ValueError("write visible text on one line")
    return normal


def _short_title(title: str) -> str:
    # Normalisation may turn one character into several.
    return _within(title, _TITLE_MAX)


def _short_tag(tag: str) -> str:
    return _within(tag, _TAG_MAX)


def _within(text: str, length_max: int) -> str:
    if len(text) > length_max:
        message = f"write at most {length_max} characters"
        raise ValueError(message)
    return text


def _distinct(tags: list[str]) -> list[str]:
    return list(dict.fromkeys(tags))


def _accepted_type(content_type: str) -> str:
    if content_type not in ANNOUNCED_CONTENT_TYPES:
        message = f"write one of {', '.join(sorted(ANNOUNCED_CONTENT_TYPES))}"
        raise ValueError(message)
    return content_type


ContentType = Annotated[
    str,
    AfterValidator(_accepted_type),
    Field(json_schema_extra={"enum": sorted(ANNOUNCED_CONTENT_TYPES)}),
]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$", to_lower=True)]
Title = Annotated[
    str,
    StringConstraints(min_length=1, max_length=_TITLE_MAX),
    AfterValidator(_plain_text),
    AfterValidator(_short_title),
]
Tag = Annotated[
    str,
    StringConstraints(min_length=1, max_length=_TAG_MAX),
    AfterValidator(_plain_text),
    AfterValidator(_short_tag),
]
Tags = Annotated[list[Tag], Field(max_length=_TAGS_MAX), AfterValidator(_distinct)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class AnnounceRequest(_Body):
    """The file to be uploaded; `bytes` is its exact size."""

    content_type: ContentType
    bytes: Annotated[int, Field(ge=1)]
    sha256: Annotated[
        Sha256 | None, Field(description="64 hexadecimal digits; other bytes are rejected.")
    ] = None
    title: Title | None = None
    tags: Tags = []


class DescribeRequest(_Body):
    """New values for an image; omitted fields stay as they are, and a null title removes it."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    title: Title | None = None
    tags: Tags = []

    @model_validator(mode="after")
    def _changes_something(self) -> "DescribeRequest":
        if not self.model_fields_set:
            raise ValueError("write title or tags")
        return self


def read_body(request: Request, model: type[Body]) -> Body:
    """Read a JSON body.

    Parameters
    ----------
    request
        The request.
    model
        The model of its body.

    Raises
    ------
    ProblemError
        415 for another media type, 413 for a body that is too long, 400 for one that is not JSON,
        422 for invalid fields.
    """
    _require_json(request.headers.get("content-type"))
    text = request.body
    if len(text.encode(errors="surrogatepass")) > BODY_BYTES_MAX:
        raise ProblemError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "body-too-large",
            f"the body is larger than {BODY_BYTES_MAX} bytes: announce the image here, and upload "
            "the file with the request in the response",
        )
    try:
        return model.model_validate(_parse(text))
    except ValidationError as error:
        raise _explain(error) from None


def _require_json(content_type: str | None) -> None:
    declared = Message()
    declared["content-type"] = content_type or "none/none"
    charset = declared.get_content_charset("utf-8")
    if declared.get_content_type() != JSON or charset not in ("utf-8", "us-ascii"):
        raise ProblemError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            f"send the body as {JSON} in UTF-8, with a matching Content-Type header",
        )


def _parse(text: str) -> Any:  # noqa: ANN401 - JSON of unknown shape
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise invalid_json() from None


def _object(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise invalid_json("it contains a field twice")
    if not all(name.isprintable() for name in names):
        raise invalid_json("it contains a field whose name is not printable")
    return dict(pairs)


def _no_constant(name: str) -> None:
    message = f"{name} is not JSON"
    raise ValueError(message)


def _explain(error: ValidationError) -> ProblemError:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return invalid_fields(
        *(
            FieldError(
                field=".".join(str(part) for part in one["loc"])[:_NAME_MAX] or "body",
                message=_MESSAGES.get(one["type"], one["msg"].removeprefix("Value error, ")),
            )
            for one in found[:_ERRORS_MAX]
        )
    )
