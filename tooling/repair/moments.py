"""Moments as an operator writes them and as rows hold them."""

from __future__ import annotations

from datetime import UTC, datetime

from tooling.errors import OperatorError


def read_moment(text: str) -> datetime:
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


def stored(moment: datetime) -> str:
    """Return a moment in the form in which rows hold and sort it."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
