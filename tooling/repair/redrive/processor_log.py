"""The processor's log: how each message was handled, or why it failed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mypy_boto3_logs.client import CloudWatchLogsClient
    from mypy_boto3_logs.type_defs import FilterLogEventsResponseTypeDef

# Pages may be empty; don't read days of log for a single reason.
PAGES_MAX = 10
REASON_CHARACTERS = 200
SILENT = "its log says nothing: stopped by time or memory, or no longer kept"


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line about a message.

    Parameters
    ----------
    message_id : str
        Which message.
    at : int
        When it was written, in milliseconds since 1970.
    result : str
        How the message was handled; empty if it failed.
    fault : str
        The last line of the exception; empty if it was handled.
    """

    message_id: str
    at: int
    result: str
    fault: str


@dataclass(frozen=True)
class ProcessorLog:
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
        """Return the last line of the latest exception over a message sent at `since`."""
        pages = self._pages(message_id, int(since.timestamp() * 1000))
        found = SILENT
        for _, page in zip(range(PAGES_MAX), pages, strict=False):
            for event in page["events"]:
                found = _raised(_entry(event["message"])) or found
        return found

    def lines(self, since: int) -> Iterator[LogLine]:
        """Yield what was said about any message since a moment, in milliseconds since 1970."""
        for page in self._pages("message_id", since):
            for event in page["events"]:
                entry = _entry(event["message"])
                if "message_id" in entry:
                    result = str(entry.get("result", ""))
                    fault = "" if result else _raised(entry)
                    yield LogLine(str(entry["message_id"]), event["timestamp"], result, fault)

    def _pages(self, phrase: str, since: int) -> Iterator[FilterLogEventsResponseTypeDef]:
        paginator = self.logs.get_paginator("filter_log_events")
        wanted = f'"{phrase}"'
        yield from paginator.paginate(
            logGroupName=self.group, startTime=since, filterPattern=wanted
        )


def _entry(line: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}


def _raised(entry: dict[str, Any]) -> str:
    return str(entry.get("exception", "")).strip().rpartition("\n")[2][:REASON_CHARACTERS]
