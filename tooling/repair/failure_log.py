"""Why the processor failed on a message, from its log."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_logs.client import CloudWatchLogsClient

# A page may be empty although there are more; a log of days is not read for one reason.
PAGES_MAX = 10
REASON_CHARACTERS = 200
SILENT = "its log says nothing: stopped by time or memory, or no longer kept"


@dataclass(frozen=True)
class FailureLog:
    """The processor's log.

    Parameters
    ----------
    logs : CloudWatchLogsClient
        The client to read with.
    group : str
        The log group of the processor.
    """

    logs: CloudWatchLogsClient
    group: str

    def reason(self, message_id: str, since: datetime) -> str:
        """Return the last line of what was raised last over a message that was sent at `since`."""
        pages = self.logs.get_paginator("filter_log_events").paginate(
            logGroupName=self.group,
            startTime=int(since.timestamp() * 1000),
            filterPattern=f'"{message_id}"',
            PaginationConfig={"PageSize": 100},
        )
        found = SILENT
        for _, page in zip(range(PAGES_MAX), pages, strict=False):
            for event in page["events"]:
                found = _raised(event["message"]) or found
        return found


def _raised(line: str) -> str:
    try:
        exception = json.loads(line)["exception"]
    except (ValueError, KeyError, TypeError):
        return ""
    return str(exception).strip().rpartition("\n")[2][:REASON_CHARACTERS]
