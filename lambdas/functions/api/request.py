"""The HTTP API event as a request."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from functions.api.problems import invalid_json


@dataclass(frozen=True, slots=True)
class Request:
    """A request, as the gateway passes it on.

    Parameters
    ----------
    method, path
        As sent; the path without the stage.
    query
        Names and values in order, including repeated ones.
    headers
        By lower-case name.
    claims
        The verified claims of the caller's token; empty without a token.
    event
        The event itself, for the body.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    claims: Mapping[str, Any]
    event: Mapping[str, Any]

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> "Request":
        """Read an event of payload format 2.0."""
        context = event["requestContext"]
        authorizer = context.get("authorizer") or {}
        query = parse_qsl(event.get("rawQueryString") or "", keep_blank_values=True)
        return cls(
            method=context["http"]["method"],
            path=event["rawPath"],
            query=tuple(query),
            headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
            claims=(authorizer.get("jwt") or {}).get("claims") or {},
            event=event,
        )

    @property
    def body(self) -> str:
        """The body as text, empty if there is none.

        Raises
        ------
        ProblemError
            400 if it is not UTF-8.
        """
        body: str = self.event.get("body") or ""
        if not self.event.get("isBase64Encoded"):
            return body
        try:
            return base64.b64decode(body).decode()
        except ValueError:
            raise invalid_json() from None
