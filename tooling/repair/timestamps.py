"""Timestamps as an operator types them."""

from __future__ import annotations

from datetime import UTC, datetime

from tooling.errors import OperatorError


def read_timestamp(text: str) -> datetime:
    """Read a date or a timestamp; without a time zone it is UTC, as in rows.

    Raises
    ------
    OperatorError
        It is neither.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise OperatorError(
            f"'{text}' is not a date.",
            reason=str(error),
            remedy="Write 2026-11-24, or 2026-11-24T06:00:00Z.",
        ) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
