"""Describing a fault of an environment file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


def describe_fault(detail: ErrorDetails) -> str:
    """Return one fault of a file as 'field: what is wrong; what to write'."""
    field = re.sub(r"\.(\d+)", r"[\1]", ".".join(str(part) for part in detail["loc"]))
    where = f"  {field}: " if field else "  "
    kind, given = detail["type"], detail["input"]
    if kind == "missing":
        return f"{where}missing; add it (environments/dev.yaml shows an example)"
    if kind == "extra_forbidden":
        return f"{where}unknown field; remove it or correct its spelling"
    if field == "aws.account_id":
        return (
            f"{where}{given!r} is not an account id; write its twelve digits in quotes, "
            'or "" for the embedded AWS'
        )
    if kind == "value_error":
        return f"{where}{detail['ctx']['error']}"
    if kind == "string_pattern_mismatch":
        return f"{where}{given!r} does not match {detail['ctx']['pattern']}"
    return f"{where}{detail['msg'].lower()}, but {given!r} stands there"
