"""What the page shows: operations and schemas, laid out for its template."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tooling.reference.kinds import Word, limits, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tooling.reference.document import Document

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True)
class Field:
    """A parameter, a header, or a property."""

    name: str
    place: str
    kind: list[Word]
    required: bool
    limits: str
    description: str


@dataclass(frozen=True)
class Content:
    """A body in one media type."""

    media_type: str
    kind: list[Word]
    fields: list[Field]
    example: str


@dataclass(frozen=True)
class Reply:
    """What an operation may answer."""

    status: str
    description: str
    headers: list[Field]
    contents: list[Content]


@dataclass(frozen=True)
class Operation:
    """A method of a path."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    is_open: bool
    parameters: list[Field]
    body: list[Content]
    replies: list[Reply]


@dataclass(frozen=True)
class Schema:
    """A named schema."""

    name: str
    description: str
    kind: list[Word]
    limits: str
    fields: list[Field]
    example: str


def operations(document: Document) -> list[Operation]:
    """Return all operations, in the order of the document."""
    return list(_operations(document))


def schemas(document: Document) -> list[Schema]:
    """Return all named schemas."""
    named = document.content.get("components", {}).get("schemas", {})
    return [
        Schema(
            name=name,
            description=schema.get("description", ""),
            kind=words(schema),
            limits=limits(schema),
            fields=_properties(schema),
            example=_example(schema),
        )
        for name, schema in named.items()
    ]


def _operations(document: Document) -> Iterator[Operation]:
    security = document.content.get("security", [])
    for path, found in document.content.get("paths", {}).items():
        item = document.resolved(found)
        for method in (name for name in METHODS if name in item):
            operation = item[method]
            body = document.resolved(operation.get("requestBody", {}))
            yield Operation(
                anchor=f"{method}-{path.strip('/').replace('/', '-')}",
                method=method.upper(),
                path=path,
                summary=operation.get("summary", ""),
                description=operation.get("description", ""),
                is_open=not operation.get("security", security),
                parameters=[
                    _field(document, each["name"], each)
                    for each in map(
                        document.resolved,
                        [*item.get("parameters", []), *operation.get("parameters", [])],
                    )
                ],
                body=_contents(document, body),
                replies=[
                    _reply(document, status, document.resolved(reply))
                    for status, reply in operation.get("responses", {}).items()
                ],
            )


def _reply(document: Document, status: str, reply: dict[str, Any]) -> Reply:
    headers = [
        _field(document, name, document.resolved(header))
        for name, header in reply.get("headers", {}).items()
    ]
    return Reply(status, reply.get("description", ""), headers, _contents(document, reply))


def _contents(document: Document, body: dict[str, Any]) -> list[Content]:
    return [
        Content(
            media_type=media_type,
            kind=words(content.get("schema", {})),
            # One with a name is described below, once.
            fields=_properties(content.get("schema", {})),
            example=_example(content) or _first_example(document, content),
        )
        for media_type, content in body.get("content", {}).items()
    ]


def _field(document: Document, name: str, parameter: dict[str, Any]) -> Field:
    schema = parameter.get("schema", {})
    return Field(
        name=name,
        place=parameter.get("in", ""),
        kind=words(schema),
        required=parameter.get("required", False),
        limits=limits(document.resolved(schema)),
        description=parameter.get("description") or schema.get("description", ""),
    )


def _properties(schema: dict[str, Any]) -> list[Field]:
    required = schema.get("required", [])
    return [
        Field(
            name=name,
            place="",
            kind=words(value),
            required=name in required,
            limits=_all_limits(value),
            description=value.get("description", ""),
        )
        for name, value in schema.get("properties", {}).items()
    ]


def _all_limits(schema: dict[str, Any]) -> str:
    """Return the limits of a value and, where it is one of several or a list, of those in it."""
    parts = [schema, *schema.get("anyOf", []), *schema.get("oneOf", [])]
    parts += [part["items"] for part in parts if isinstance(part.get("items"), dict)]
    return "; ".join(text for text in map(limits, parts) if text)


def _example(value: dict[str, Any]) -> str:
    if "example" in value:
        return _json(value["example"])
    listed = value.get("examples")
    return _json(listed[0]) if isinstance(listed, list) and listed else ""


def _first_example(document: Document, content: dict[str, Any]) -> str:
    named = content.get("examples")
    if not isinstance(named, dict):
        return ""
    return next((_example({"example": document.resolved(e)["value"]}) for e in named.values()), "")


def _json(value: Any) -> str:  # noqa: ANN401 - whatever JSON can hold
    return json.dumps(value, indent=2, ensure_ascii=False)
