"""RFC 3339 timestamps in UTC with milliseconds, the only form that the table stores."""

import re
from datetime import UTC, datetime

_FORM = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z", re.ASCII)


def format_timestamp(moment: datetime) -> str:
    """Format a time as ``2026-11-23T06:00:27.000Z``.

    Parameters
    ----------
    moment
        An aware datetime in any zone; it is truncated to milliseconds.

    Returns
    -------
    str
        Fixed-width text that sorts by time.
    """
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def is_stored_timestamp(text: str) -> bool:
    """Return whether text has the form that `format_timestamp` returns."""
    return _FORM.fullmatch(text) is not None


def parse_timestamp(text: str) -> datetime:
    """Parse an RFC 3339 timestamp.

    Parameters
    ----------
    text
        A timestamp with a zone, for example ``2026-11-23T06:00:27Z``.

    Returns
    -------
    datetime
        An aware datetime in UTC.

    Raises
    ------
    ValueError
        If the text is not a timestamp or has no time zone.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        message = f"the timestamp {text!r} has no time zone: end it with Z"
        raise ValueError(message)
    return moment.astimezone(UTC)
