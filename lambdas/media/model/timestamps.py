"""RFC 3339 timestamps in UTC with milliseconds, the one form the table stores and sorts."""

import re
from datetime import UTC, datetime

_FORM = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z", re.ASCII)


def format_timestamp(moment: datetime) -> str:
    """Write a moment as ``2026-11-23T06:00:27.000Z``.

    Parameters
    ----------
    moment
        An aware datetime in any zone; anything below a millisecond is cut off.

    Returns
    -------
    str
        Fixed-width text, so that text order is time order.
    """
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def is_stored_timestamp(text: str) -> bool:
    """Return whether a text has the form that `format_timestamp` writes."""
    return _FORM.fullmatch(text) is not None


def parse_timestamp(text: str) -> datetime:
    """Read an RFC 3339 timestamp.

    Parameters
    ----------
    text
        A timestamp with a zone, for example ``2026-11-23T06:00:27Z``.

    Returns
    -------
    datetime
        The aware moment in UTC.

    Raises
    ------
    ValueError
        If the text is no timestamp or names no zone.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        message = f"the timestamp {text!r} names no time zone: write it with a trailing Z"
        raise ValueError(message)
    return moment.astimezone(UTC)
