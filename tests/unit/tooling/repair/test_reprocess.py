from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from tooling.console import Screen
from tooling.repair.queue import QueueFeeder
from tooling.repair.reprocess import Progress, Reprocess, Selection

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class Table:
    """Three pages of two rows."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []

    def scan(self, **request: Any) -> dict[str, Any]:
        self.requests.append(request)
        page = int(request.get("ExclusiveStartKey", {}).get("page", 0))
        more = {"LastEvaluatedKey": {"page": page + 1}} if page < 2 else {}
        return {"Items": [{"key": {"S": f"uploads/{page}{n}"}} for n in "ab"], **more}

    query = scan


class Feeder(QueueFeeder):
    """Keeps what it is fed, and fails at a given count."""

    def __init__(self, fails_at: int = 0) -> None:
        self.bodies: list[str] = []
        self.fails_at = fails_at

    def feed(self, bodies: Iterable[str]) -> int:
        self.bodies += bodies
        if self.fails_at and len(self.bodies) > self.fails_at:
            raise KeyboardInterrupt
        return len(self.bodies)


def run(table: Table, feeder: Feeder | None, progress: Progress) -> int:
    client = cast("Any", table)
    return Reprocess(client, "images", "media", feeder).run(progress, Screen(json_wanted=True))


def test_a_run_that_was_stopped_goes_on_from_the_last_whole_page(tmp_path: Path) -> None:
    path, selection = tmp_path / "reprocess.json", Selection()
    with pytest.raises(KeyboardInterrupt):
        run(Table(), Feeder(fails_at=3), Progress.read(path, selection))
    other = Progress.read(path, Selection(is_forced=True))
    assert (other.offered, other.position) == (0, None)
    feeder = Feeder()
    assert run(Table(), feeder, Progress.read(path, selection)) == 6
    assert [body.count("uploads/1") + body.count("uploads/2") for body in feeder.bodies] == [1] * 4
    assert not path.exists()


@pytest.mark.parametrize(("hours", "offered"), [(23, 2), (25, 0)])
def test_a_run_that_was_stopped_long_ago_begins_anew(
    tmp_path: Path, hours: int, offered: int
) -> None:
    path, began = tmp_path / "reprocess.json", datetime.now(UTC) - timedelta(hours=hours)
    Progress(path, Selection(), began, offered=2, position={"page": 1}).write()
    found = Progress.read(path, Selection())
    assert (found.offered, found.position) == (offered, {"page": 1} if offered else None)


def test_a_dry_run_counts_from_the_beginning_and_keeps_nothing(tmp_path: Path) -> None:
    path = tmp_path / "reprocess.json"
    kept = Progress(path, Selection(), offered=2, position={"page": 1})
    kept.write()
    assert run(Table(), None, Progress.read(path, Selection())) == 6
    assert Progress.read(path, Selection()).position == {"page": 1}


@pytest.mark.parametrize(
    ("selection", "statuses"),
    [
        (Selection(), {"ready"}),
        (Selection(is_forced=True, owner="o"), {"ready", "rejected", "failed"}),
        (Selection(since="2026-11-24T00:00:00.000Z"), {"ready"}),
    ],
)
def test_every_placeholder_of_a_request_is_defined_and_used(
    selection: Selection, statuses: set[str]
) -> None:
    table = Table()
    next(iter(selection.pages(cast("Any", table), "images", None)))
    [request] = table.requests
    text = " ".join(str(value) for name, value in request.items() if name.endswith("Expression"))
    words = {word.strip("(),") for word in text.split()}
    for defined, mark in (("Names", "#"), ("Values", ":")):
        used = {word for word in words if word.startswith(mark)}
        assert used == set(request[f"ExpressionAttribute{defined}"])
    values = request["ExpressionAttributeValues"].items()
    assert {value["S"] for name, value in values if "status" in name} == statuses
