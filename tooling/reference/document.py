"""An OpenAPI document, with its references resolved and its faults told to a person."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from tooling.errors import OperatorError

if TYPE_CHECKING:
    from pathlib import Path

VERSION = "3.1."
SCHEMAS = "#/components/schemas/"


@dataclass(frozen=True)
class Document:
    """An OpenAPI 3.1 document.

    Parameters
    ----------
    content : dict
        What the file holds.
    """

    content: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> Document:
        """Read the document.

        Raises
        ------
        OperatorError
            There is none, or it is of another kind.
        """
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise OperatorError(
                f"There is no OpenAPI document at {path}.",
                remedy="Check out docs/openapi.json again: it is kept with the sources.",
            ) from error
        except ValueError as error:
            raise OperatorError(f"{path} is not JSON.", reason=str(error)) from error
        if not isinstance(content, dict) or not str(content.get("openapi")).startswith(VERSION):
            raise OperatorError(
                f"{path} is no OpenAPI document of version {VERSION}x.",
                remedy=f'Its field "openapi" must begin with {VERSION}',
            )
        return cls(content)

    def resolved(self, value: dict[str, Any]) -> dict[str, Any]:
        """Return what a value refers to, or itself where it is no reference.

        Raises
        ------
        OperatorError
            It refers to nothing, or in a circle.
        """
        seen: list[str] = []
        while "$ref" in value:
            reference = value["$ref"]
            if reference in seen:
                raise OperatorError(f"The OpenAPI document refers in a circle: {reference}.")
            seen.append(reference)
            value = self._at(reference)
        return value

    def _at(self, reference: str) -> dict[str, Any]:
        place: Any = self.content if reference.startswith("#/") else None
        for part in reference.removeprefix("#/").split("/"):
            name = unquote(part).replace("~1", "/").replace("~0", "~")
            place = place.get(name) if isinstance(place, dict) else None
        if not isinstance(place, dict):
            raise OperatorError(f"The OpenAPI document refers to {reference}, which is not there.")
        return place
