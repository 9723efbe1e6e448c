import importlib
import io
import json
from collections.abc import Callable
from types import ModuleType

import pytest

from media.lifecycle.purge import PurgedImage, PurgeResult, RunEnd


@pytest.fixture(scope="module")
def purger(environment: None) -> ModuleType:  # noqa: ARG001 - sets what the import reads
    return importlib.reload(importlib.import_module("functions.purger.handler"))


class ScriptedPurger:
    """Reports what it was message to, and asks whether there is time."""

    def __init__(self, *reports: PurgedImage) -> None:
        self._reports = reports
        self.end: RunEnd | None = None

    def run(self, has_time: Callable[[], bool], report: Callable[[PurgedImage], None]) -> RunEnd:
        for purged in self._reports:
            report(purged)
        return self.end or (RunEnd.FINISHED if has_time() else RunEnd.OUT_OF_TIME)


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
    with pytest.raises(purger.PurgeFailedError, match="the next run tries again"):
        run(purger, lambda_context, failed, log=log)
    assert "S3 is away" in log.getvalue()
    assert json.loads(capsys.readouterr().out)["PurgesFailed"] == [1.0]


def test_more_than_a_run_may_purge_raises_an_alarm_and_is_no_fault_to_try_again(
    purger: ModuleType, lambda_context: object, capsys: pytest.CaptureFixture[str]
) -> None:
    log = io.StringIO()
    scripted = ScriptedPurger(PurgedImage("i1", PurgeResult.PURGED))
    scripted.end = RunEnd.HELD_BACK
    purger.purger = scripted  # type: ignore[attr-defined]
    purger.logger.registered_handler.setStream(log)
    assert purger.handler({}, lambda_context)["finished"] is False
    assert json.loads(capsys.readouterr().out)["PurgesHeldBack"] == [1.0]
    assert json.loads(log.getvalue().splitlines()[-1])["level"] == "ERROR"


@pytest.mark.parametrize(
    "message",
    [
        'Connect timeout on endpoint URL: "https://b.s3.amazonaws.com/uploads/jos%C3%A9/me.jpg"',
        'Could not connect: "https://b.s3.amazonaws.com/?versions&prefix=uploads%2Fjos%C3%A9/me"',
        "Could not connect: http://x/?prefix=uploads%252Fjos%C3%A9/me",
        "no object uploads/jos\u00e9 and me.jpg",
    ],
)
def test_no_key_is_in_the_line_of_a_fault(
    purger: ModuleType, lambda_context: object, message: str
) -> None:
    log = io.StringIO()
    failed = PurgedImage("i1", PurgeResult.FAILED, ConnectionError(message))
    with pytest.raises(purger.PurgeFailedError):
        run(purger, lambda_context, failed, log=log)
    assert "uploads" in log.getvalue()
    assert "jos" not in log.getvalue()
    assert "me.jpg" not in log.getvalue()
    assert json.loads(log.getvalue().splitlines()[0])["image_id"] == "i1"
