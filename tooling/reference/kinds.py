"""What kind of value a JSON schema describes, in words with links."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tooling.reference.document import SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Iterator

# Keyword of a schema, and how its value is told.
LIMITS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} entries",
    "maxItems": "at most {} entries",
    "pattern": "matching {}",
    "default": "{} by default",
}


@dataclass(frozen=True)
class Word:
    """A part of a description.

    Parameters
    ----------
    text : str
        As it is shown.
    schema : str
        The schema that it leads to; empty if it leads nowhere.
    """

    text: str
    schema: str = ""


def words(schema: dict[str, Any]) -> list[Word]:
    """Return what kind of value a schema describes; a schema with a name is named, not spread."""
    return list(_words(schema))


def limits(schema: dict[str, Any]) -> str:
    """Return what else must be true of a value."""
    return "; ".join(
        text.format(schema[name] if name == "pattern" else json.dumps(schema[name]))
        for name, text in LIMITS.items()
        if name in schema
    )


def _words(schema: dict[str, Any]) -> Iterator[Word]:
    choices = schema.get("oneOf") or schema.get("anyOf")
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(SCHEMAS)
        yield Word(name, name)
    elif choices or "allOf" in schema:
        yield from _joined(choices or schema["allOf"], " or " if choices else " with ")
    elif "const" in schema:
        yield Word(json.dumps(schema["const"]))
    elif "enum" in schema:
        values = ", ".join(json.dumps(value) for value in schema["enum"])
        yield Word(values if len(schema["enum"]) == 1 else f"one of {values}")
    else:
        yield from _by_type(schema)


def _joined(schemas: list[dict[str, Any]], conjunction: str) -> Iterator[Word]:
    for number, schema in enumerate(schemas):
        if number:
            yield Word(conjunction)
        yield from _words(schema)


def _by_type(schema: dict[str, Any]) -> Iterator[Word]:
    types = schema.get("type", "anything")
    for number, name in enumerate([types] if isinstance(types, str) else types):
        if number:
            yield Word(" or ")
        yield from _of_type(name, schema)


def _of_type(name: str, schema: dict[str, Any]) -> Iterator[Word]:
    further = schema.get("additionalProperties")
    if name == "array":
        yield Word("list of ")
        yield from _words(schema.get("items") or {})
    elif name == "object" and isinstance(further, dict):
        yield Word("object of ")
        yield from _words(further)
    elif "format" in schema and name != "null":
        yield Word(f"{name} ({schema['format']})")
    else:
        yield Word(name)
