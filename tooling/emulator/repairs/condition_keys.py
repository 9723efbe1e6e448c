"""Condition keys of policies that ministack leaves out, so that it refuses what AWS refuses.

It tells policies of the attributes that a read asks for, and of none that a write names; of an
upload it tells neither whether it is conditional nor how its signature was sent and how old it is.
"""

from __future__ import annotations

import json
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

EXPRESSIONS = ("UpdateExpression", "ConditionExpression")
# A path's first name; a dot before it makes it a nested one, a colon the name of a value.
NAME = re.compile(r"(?<![\w.:#])#?[A-Za-z_]\w*(?!\w*\s*\()")
KEYWORDS = frozenset({"SET", "REMOVE", "ADD", "DELETE", "AND", "OR", "NOT", "BETWEEN", "IN"})
ANY_OBJECT = "*"
SIGNED_AT = "%Y%m%dT%H%M%SZ"
IN_FORM = ContextVar("IN_FORM", default=False)


def tell_policies_of_writes() -> None:
    """Give policies the condition keys that DynamoDB and S3 set on AWS."""
    actions: Any = import_module("ministack.core.iam_actions")
    of_rows, of_objects = actions.dynamodb_service_context, actions.s3_service_context

    def rows(body: bytes) -> dict[str, Any]:
        context: dict[str, Any] = of_rows(body)
        named = written_attributes(body)
        return context | ({"dynamodb:Attributes": named} if named else {})

    def objects(
        action: str,
        query: Mapping[str, Any] | None,
        path: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        context: dict[str, Any] = of_objects(action, query, path, headers)
        signature = signature_keys(query or {}, datetime.now(UTC))
        return context | write_condition(headers or {}) | signature

    actions.dynamodb_service_context, actions.s3_service_context = rows, objects
    _tell_policies_of_forms()


def _tell_policies_of_forms() -> None:
    """Give policies the condition keys of a form upload, which ministack authorizes itself."""
    evaluator: Any = import_module("ministack.core.iam_evaluator")
    s3: Any = import_module("ministack.services.s3")
    enforce, check_form = evaluator.enforce, s3._enforce_signed_post_policy

    def enforce_as_form(*arguments: object, **named: Any) -> object:  # noqa: ANN401 - ministack's
        if IN_FORM.get():
            keys = {**(named.get("service_context") or {}), "s3:authType": "POST"}
            named = {**named, "service_context": keys}
        return enforce(*arguments, **named)

    def check(*arguments: object, **named: object) -> object:
        within = IN_FORM.set(True)
        try:
            return check_form(*arguments, **named)
        finally:
            IN_FORM.reset(within)

    evaluator.enforce, s3._enforce_signed_post_policy = enforce_as_form, check


def written_attributes(body: bytes) -> list[str]:
    """Return the top-level attributes that a write names, in its key, item and expressions."""
    try:
        request = json.loads(body or b"{}")
    except ValueError:
        return []
    if not isinstance(request, dict):
        return []
    return sorted({name for write in _writes(request) for name in _names(write)})


def write_condition(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the key on what must not be there, where ministack keeps to it.

    S3 knows no other value than ``*``, ministack takes one that any object fulfils; and of a copy
    ministack does not look at it.
    """
    condition = headers.get("if-none-match")
    if condition != ANY_OBJECT or "x-amz-copy-source" in headers:
        return {}
    return {"s3:if-none-match": condition}


def signature_keys(query: Mapping[str, Any], now: datetime) -> dict[str, str]:
    """Return the keys on how a request was signed; a form's ministack checks elsewhere."""
    dates = query.get("X-Amz-Date")
    date = dates[0] if isinstance(dates, list) and dates else dates
    if not date:
        return {"s3:authType": "REST-HEADER"}
    try:
        age = now - datetime.strptime(date, SIGNED_AT).replace(tzinfo=UTC)
    except ValueError:
        return {}  # it is refused as malformed
    milliseconds = str(int(age.total_seconds() * 1000))
    return {"s3:authType": "REST-QUERY-STRING", "s3:signatureAge": milliseconds}


def _writes(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "Item" in request or request.keys() & {*EXPRESSIONS, "AttributeUpdates", "Expected"}:
        yield request
    for item in request.get("TransactItems", ()):
        yield from item.values()


def _names(write: dict[str, Any]) -> Iterator[str]:
    for member in ("Key", "Item", "AttributeUpdates", "Expected"):
        yield from write.get(member) or ()
    placeholders = write.get("ExpressionAttributeNames") or {}
    for expression in EXPRESSIONS:
        for name in NAME.findall(write.get(expression) or ""):
            if name.upper() not in KEYWORDS:
                yield placeholders.get(name, name)
