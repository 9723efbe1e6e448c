"""Generates the OpenAPI document from the routes and the models of their bodies.

``python -m functions.api.openapi`` prints it; ``docs/openapi.json`` is its output.
"""

import json
import sys
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from functions.api.query import PAGE_DEFAULT, PAGE_MAX
from functions.api.response import JSON, PROBLEM_JSON
from functions.api.routes import ROUTES, Route, Success
from functions.api.views import ProblemView

_REFERENCE = "#/components/schemas/{model}"
_DESCRIPTION = """\
Stores images, makes renditions of them, and serves both by pre-signed URLs. The owner of an image
is the subject of the token that announced it; members of the group admins see the images of all
owners. Errors are RFC 9457 problem details. The gateway itself answers with a member `message`: 401
without a valid token, 429 to a caller that is too fast, 500 and 503 if the function failed."""
_UUID = {"type": "string", "format": "uuid"}
_STATE = "The value of the `ETag` header."
_PARAMETERS: dict[str, dict[str, Any]] = {
    "limit": {
        "description": "The maximum number of images.",
        "schema": {"type": "integer", "minimum": 1, "maximum": PAGE_MAX, "default": PAGE_DEFAULT},
    },
    "cursor": {
        "description": "`next_cursor` of the previous page, for the same listing and caller.",
        "schema": {"type": "string"},
    },
    "owner": {
        "description": "The owner; only administrators may name another than themselves.",
        "schema": _UUID,
    },
    "all": {
        "description": "List the images of all owners; only for administrators.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "rendition": {
        "description": "The name of a rendition; leave it out for the original.",
        "schema": {"type": "string"},
    },
    "If-Match": {"description": _STATE, "required": True, "schema": {"type": "string"}},
    "If-None-Match": {"description": _STATE, "schema": {"type": "string"}},
}
_RESPONSE_HEADERS: dict[str, dict[str, Any]] = {
    "ETag": {
        "description": "An opaque tag of the image's state; a degraded image has none.",
        "schema": {"type": "string"},
    },
    "Location": {
        "description": "The URL to go to.",
        "required": True,
        "schema": {"type": "string"},
    },
    "X-Request-Id": {
        "description": "Identifies this request in the logs.",
        "required": True,
        "schema": {"type": "string"},
    },
}
_GATEWAY_ANSWERS = {
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests: slow down, and send it again later.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The fault is ours: report the request id.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The fault is ours: send it again later.",
}


def build_document() -> dict[str, Any]:
    """Build the document.

    Returns
    -------
    dict
        OpenAPI 3.1, in reading order.
    """
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Media storage",
            "version": "1",
            "description": _DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "The output `api_url` of an environment."}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "An access token of the environment's user pool.",
                }
            },
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {"operationId": route.operation, "summary": route.summary}
    if not route.needs_token:
        operation["security"] = []
    parameters = [
        *(
            [{"name": "id", "in": "path", "required": True, "schema": _UUID}]
            if "{" in route.path
            else []
        ),
        *({"name": name, "in": "query", **_PARAMETERS[name]} for name in route.parameters),
        *({"name": name, "in": "header", **_PARAMETERS[name]} for name in route.request_headers),
    ]
    if parameters:
        operation["parameters"] = parameters
    if route.body:
        operation["requestBody"] = {"required": True, "content": _content(JSON, route.body)}
    operation["responses"] = _responses(route)
    return operation


def _responses(route: Route) -> dict[str, Any]:
    responses = {status: _success(success) for status, success in route.successes.items()}
    for status, description in route.problems.items():
        responses[status] = {
            "description": description,
            "headers": _headers(
                "X-Request-Id", *(["ETag"] if status is HTTPStatus.PRECONDITION_FAILED else [])
            ),
            "content": _content(PROBLEM_JSON, ProblemView),
        }
    if route.needs_token:
        responses[HTTPStatus.UNAUTHORIZED] = _gateway("The token is missing, expired or invalid.")
    responses |= {status: _gateway(said) for status, said in _GATEWAY_ANSWERS.items()}
    return {str(status.value): responses[status] for status in sorted(responses)}


def _success(success: Success) -> dict[str, Any]:
    response: dict[str, Any] = {
        "description": success.description,
        "headers": _headers("X-Request-Id", *success.headers),
    }
    if success.view:
        response["content"] = _content(JSON, success.view)
    return response


def _gateway(description: str) -> dict[str, Any]:
    # The gateway has its own format, and ours may come with these statuses too.
    return {
        "description": description,
        "content": {
            JSON: {"schema": {"type": "object", "properties": {"message": {"type": "string"}}}},
            **_content(PROBLEM_JSON, ProblemView),
        },
    }


def _headers(*names: str) -> dict[str, Any]:
    return {name: _RESPONSE_HEADERS[name] for name in sorted(names)}


def _content(media_type: str, model: type[BaseModel]) -> dict[str, Any]:
    return {media_type: {"schema": {"$ref": _REFERENCE.format(model=model.__name__)}}}


def _schemas() -> dict[str, Any]:
    bodies = {route.body for route in ROUTES if route.body}
    views: set[type[BaseModel]] = {ProblemView}
    for route in ROUTES:
        views.update(success.view for success in route.successes.values() if success.view)
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        *((body, "validation") for body in bodies),
        *((view, "serialization") for view in views),
    ]
    _, definitions = models_json_schema(models, ref_template=_REFERENCE)
    schemas: dict[str, Any] = definitions["$defs"]
    return {name: schemas[name] for name in sorted(schemas)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(build_document(), indent=2, ensure_ascii=False) + "\n")
