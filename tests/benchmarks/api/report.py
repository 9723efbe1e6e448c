"""The tables of the ``api`` benchmark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tooling.console import Screen

COLUMNS = ("p50", "p95", "work of a core", "until AWS answered", "calls to AWS", "status")


def show(screen: Screen, document: dict[str, Any]) -> None:
    """Print all tables."""
    cold = document["cold_start"]
    screen.wide_table(
        f"Cold start: {cold['milliseconds']} ms of imports as deployed, "
        f"{cold['milliseconds_with_bytecode']} ms with bytecode",
        ("library", "ms of its own modules, by the clock"),
        [*cold["libraries"].items()][:10],
    )
    screen.wide_table(
        "Warm requests, in process, ms",
        ("request", *COLUMNS),
        [_cells(row) for row in document["routes"]],
    )
    signing = document["signing"]
    screen.say(
        f"Signing the {signing['urls']} URLs of a page of {signing['images']} takes "
        f"{signing['milliseconds']} ms of a core, {signing['microseconds_per_url']} us each."
    )
    screen.wide_table(
        "A page of 10 in a table that grows, ms",
        ("rows in the table", "list", *COLUMNS),
        [[f"{row['rows']:,}", *_cells(row)] for row in document["pages"]],
    )
    screen.wide_table(
        "Through HTTP",
        ("request", "clients", "requests a second", "p50 ms", "p95 ms"),
        [
            (row["request"], row["clients"], row["per_second"], row["p50_ms"], row["p95_ms"])
            for row in document["load"]
        ],
    )


def _cells(row: dict[str, Any]) -> list[Any]:
    statuses = ", ".join(map(str, row["statuses"]))
    return [
        *(row["request"], row["p50_ms"], row["p95_ms"], row["core_p50_ms"], row["aws_p50_ms"]),
        *(row["aws_calls"], statuses),
    ]
