"""What ministack logs although nothing happened."""

from __future__ import annotations

import logging


def quiet_routine_logging() -> None:
    """Keep the log to what happened: no line for each saved file and each health check."""
    logging.getLogger("persistence").setLevel(logging.WARNING)

    def is_news(record: logging.LogRecord) -> bool:
        return "/_ministack/" not in record.getMessage()

    logging.getLogger("hypercorn.access").addFilter(is_news)
