import importlib
import io
import json
from collections.abc import Callable
from types import ModuleType

import pytest

from media.purging import PurgedImage, PurgeResult


@pytest.fixture(scope="module")
def purger(environment: None) -> ModuleType:  # noqa: ARG001 - sets what the import reads
    return importlib.reload(importlib.import_module("functions.purger.handler"))


class ScriptedPurger:
    """Reports what it was told to, and asks whether there is time."""

    def __init__(self, *reports: PurgedImage) -> None:
        self._reports = reports
        self.had_time: bool | None = None

    def run(self, has_time: Callable[[], bool], report: Callable[[PurgedImage], None]) -> bool:
        for purged in self._reports:
            report(purged)
        self.had_time = has_time()
        return self.had_time


def run(
    purger: ModuleType, context: object, *reports: PurgedImage, log: io.StringIO
) -> dict[str, object]:
    purger.purger = ScriptedPurger(*reports)  # type: ignore[attr-defined]
    purger.logger.registered_handler.setStream(log)
    answer: dict[str, object] = purger.handler({"source": "aws.events"}, context)
    return answer


def test_a_run_tells_what_it_did(
    purger: ModuleType, lambda_context: object, capsys: pytest.CaptureFixture[str]
) -> None:
    reports = [PurgedImage("i1", PurgeResult.PURGED), PurgedImage("i2", PurgeResult.SPARED)]
    log = io.StringIO()
    answer = run(purger, lambda_context, *reports, log=log)
    # The context says that 30 seconds are left, and 60 are kept in reserve.
    assert answer == {
        "purged": 1,
        "forgotten": 0,
        "spared": 1,
        "failed": 0,
        "finished": False,
    }
    metrics = json.loads(capsys.readouterr().out)
    assert (metrics["ImagesPurged"], metrics["PurgesFailed"]) == ([1.0], [0.0])
    assert [json.loads(line)["result"] for line in log.getvalue().splitlines()] == [
        "purged",
        "spared",
    ]


def test_a_failure_fails_the_run_so_that_its_alarm_is_raised(
    purger: ModuleType, lambda_context: object, capsys: pytest.CaptureFixture[str]
) -> None:
    log = io.StringIO()
    failed = PurgedImage("i1", PurgeResult.FAILED, ConnectionError("S3 is away"))
    with pytest.raises(purger.PurgeFailedError, match="tried again by the next run"):
        run(purger, lambda_context, failed, log=log)
    assert "S3 is away" in log.getvalue()
    assert json.loads(capsys.readouterr().out)["PurgesFailed"] == [1.0]
