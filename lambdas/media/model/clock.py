"""The present, which is given to whatever asks for it, so that a test may tell another."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def now() -> datetime:
    """Tell the present, in UTC."""
    return datetime.now(UTC)
