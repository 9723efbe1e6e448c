"""What the load benchmark makes of what it was told."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.benchmarks.load.accounting import Handled, account, handled_in
from tests.benchmarks.load.memory import descendants
from tests.benchmarks.load.sending import Sent
from tooling.errors import OperatorError

if TYPE_CHECKING:
    from tooling.images.api_client import MediaClient

BEGAN = datetime(2026, 11, 24, 8, tzinfo=UTC)
LINE = (
    '{"level":"INFO","message":"event handled","timestamp":"2026-11-24 09:00:01,250+0100",'
    '"image_id":"a","result":"ready","milliseconds":120.5}'
)


class Listed:
    """An API that lists what it is given."""

    def __init__(self, **images: str) -> None:
        self._images = images

    def images(self, limit: int | None) -> list[dict[str, Any]]:
        assert limit is None
        return [{"image_id": key, "status": status} for key, status in self._images.items()]


def test_the_processors_log_tells_when_each_image_was_done() -> None:
    found = list(handled_in(iter(["START", LINE, '{"message": "other"}'])))
    assert found == [Handled("a", BEGAN + timedelta(milliseconds=1250), "ready", 120.5)]


def test_what_is_lost_and_what_came_twice_is_counted() -> None:
    sent = [Sent(key, BEGAN, f"{key}.jpg", "ready") for key in "abcd"]
    handled = [
        Handled(key, BEGAN + timedelta(seconds=second), result, 100.0)
        for key, second, result in (
            ("a", 1, "ready"),
            ("a", 2, "ready"),
            ("b", 3, "rejected"),
            ("c", 4, "superseded"),
            ("stranger", 9, "ready"),
        )
    ]
    listed = Listed(a="ready", b="rejected", c="failed", stranger="ready")
    found = account("burst", sent, cast("MediaClient", listed), handled)
    counted = {name: found[name] for name in ("uploads", "ready", "rejected", "lost", "twice")}
    assert counted == {"uploads": 4, "ready": 1, "rejected": 1, "lost": 2, "twice": 1}
    assert found["other_than_expected"] == ["b.jpg: rejected", "c.jpg: failed", "d.jpg: lost"]
    assert (found["p50_ms"], found["p99_ms"], found["seconds"]) == (2000, 3000, 3.0)


def test_figures_of_some_are_not_told_as_those_of_all() -> None:
    sent = [Sent(key, BEGAN, f"{key}.jpg", "ready") for key in "ab"]
    handled = [Handled("a", BEGAN + timedelta(seconds=1), "ready", 100.0)]
    listed = Listed(a="ready", b="ready")
    with pytest.raises(OperatorError, match="nothing of 1 of 2 uploads"):
        account("burst", sent, cast("MediaClient", listed), handled)


def test_memory_is_that_of_a_programs_own_children() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        found = descendants(os.getpid())
        child.communicate(b"\n")
    assert len(found) >= 1
    assert all(size > 0 for size in found)
    assert descendants(child.pid) == []
