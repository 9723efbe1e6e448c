"""Moments as an operator writes them."""

from __future__ import annotations

from datetime import UTC, datetime

from tooling.errors import OperatorError


def read_timestamp(text: str) -> datetime:
    """Return a date or a moment; without a zone it is UTC, as rows are.

    Raises
    ------
    OperatorError
        It is neither.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise OperatorError(
            f"'{text}' is no date.",
            reason=str(error),
            remedy="Write 2026-11-24, or 2026-11-24T06:00:00Z.",
        ) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
