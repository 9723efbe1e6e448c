import importlib
import io
import json
import traceback
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from media.inspection import Measure
from media.model.images import RejectionReason
from media.reconciliation import ObjectChange, Outcome, ReprocessRequest, Result

ReadEvent = Callable[[str], dict[str, Any]]


class ScriptedReconciler:
    """Answers by key: an outcome, or a fault."""

    def __init__(self, answers: dict[str, Outcome | Exception]) -> None:
        self._answers = answers

    def reconcile(self, change: ObjectChange) -> Outcome:
        answer = self._answers[change.key]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def reprocess(self, request: ReprocessRequest) -> Outcome:
        return Outcome(Result.CURRENT, request.key.rpartition("/")[2])


@pytest.fixture(scope="module")
def processor(environment: None) -> Iterator[ModuleType]:  # noqa: ARG001 - sets what the import reads
    module = importlib.import_module("functions.processor.handler")
    yield module
    module.inspector.close()


def batch(read_event: ReadEvent, *keys: str) -> dict[str, Any]:
    records = []
    for number, key in enumerate(keys):
        event, record = read_event("object-created"), read_event("queue-message")
        event["detail"]["object"]["key"] = key
        records.append(record | {"messageId": f"m{number}", "body": json.dumps(event)})
    return {"Records": records}


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def away(key: str) -> Exception:
    return EndpointConnectionError(endpoint_url=f"https://media-test.s3.amazonaws.com/{key}")


def test_a_batch_that_fails_whole_fails_without_its_keys(
    processor: ModuleType,
    read_event: ReadEvent,
    lambda_context: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key = "uploads/secret-name"
    monkeypatch.setattr(processor, "reconciler", ScriptedReconciler({key: away(key)}))
    with pytest.raises(processor.BatchFailedError) as caught:
        processor.handler(batch(read_event, key), lambda_context)
    # As Lambda's runtime prints it, beside the function's own log.
    assert "secret-name" not in "".join(traceback.format_exception(caught.value))


def test_only_what_failed_goes_back_to_the_queue(
    processor: ModuleType,
    read_event: ReadEvent,
    lambda_context: object,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    answers: dict[str, Outcome | Exception] = {
        "uploads/secret-name/good": Outcome(Result.READY, "i1", bytes_in=10),
        "uploads/secret-name/bad": Outcome(
            Result.REJECTED, "i2", RejectionReason.CORRUPT, bytes_in=5
        ),
        "uploads/secret-name/fault": away("uploads/secret-name/fault"),
        "uploads/secret-name/gone": Outcome(Result.TOMBSTONED, "i3"),
        "uploads/secret-name/late": Outcome(Result.SUPERSEDED, "i4"),
    }
    monkeypatch.setattr(processor, "reconciler", ScriptedReconciler(answers))
    log = io.StringIO()
    processor.logger.registered_handler.setStream(log)
    answer = processor.handler(batch(read_event, *answers), lambda_context)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m2"}]}

    logged = lines(log.getvalue())
    (metrics,) = lines(capsys.readouterr().out)
    for name in (
        *("ImagesReady", "ImagesRejected", "ImagesTombstoned"),
        *("EventsSuperseded", "EventsFailed"),
    ):
        assert metrics[name] == [1.0]
    assert metrics["BytesIn"] == [10.0, 5.0]
    assert len(metrics["ProcessingMilliseconds"]) == 2
    results = {line["image_id"]: line["result"] for line in logged if "image_id" in line}
    assert results == {"i1": "ready", "i2": "rejected", "i3": "tombstoned", "i4": "superseded"}
    # By these `redrive` follows the messages that it has sent.
    followed = {line["message_id"]: line.get("result") for line in logged if "message_id" in line}
    assert followed == {
        "m0": "ready",
        "m1": "rejected",
        "m2": None,
        "m3": "tombstoned",
        "m4": "superseded",
    }
    assert "secret-name" not in json.dumps(logged)


def test_an_operators_request_is_no_event(
    processor: ModuleType,
    read_event: ReadEvent,
    lambda_context: object,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(processor, "reconciler", ScriptedReconciler({}))
    body = json.dumps(read_event("reprocess-requested"))
    event = {"Records": [read_event("queue-message") | {"body": body}]}
    assert processor.handler(event, lambda_context) == {"batchItemFailures": []}
    (metrics,) = lines(capsys.readouterr().out)
    assert metrics["ImagesCurrent"] == [1.0]


def test_a_folder_marker_is_no_file(
    processor: ModuleType,
    read_event: ReadEvent,
    lambda_context: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(processor, "reconciler", ScriptedReconciler({}))
    log = io.StringIO()
    processor.logger.registered_handler.setStream(log)
    answer = processor.handler(batch(read_event, "uploads/", "uploads/trip/"), lambda_context)
    assert answer == {"batchItemFailures": []}
    outcomes = [(line["message_id"], line["result"]) for line in lines(log.getvalue())]
    assert outcomes == [("m0", "folder_marker"), ("m1", "folder_marker")]


def test_a_message_that_is_no_event_goes_back_too(
    processor: ModuleType,
    read_event: ReadEvent,
    lambda_context: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    good = "uploads/a"
    answers: dict[str, Outcome | Exception] = {good: Outcome(Result.READY, "i1", bytes_in=10)}
    monkeypatch.setattr(processor, "reconciler", ScriptedReconciler(answers))
    event = batch(read_event, good)
    event["Records"].append(read_event("queue-message") | {"messageId": "m9", "body": "{}"})
    answer = processor.handler(event, lambda_context)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m9"}]}


def test_what_the_system_refuses_the_decoder_is_a_warning(processor: ModuleType) -> None:
    log = io.StringIO()
    processor.logger.registered_handler.setStream(log)
    processor.warn_of_refused(frozenset({Measure.SYSTEM_CALLS, Measure.MEMORY}))
    (line,) = lines(log.getvalue())
    assert line["level"] == "WARNING"
    assert line["message"] == "decoder not fully confined"
    assert line["refused"] == ["memory", "system_calls"]


def test_the_decoder_may_take_what_the_function_has(processor: ModuleType) -> None:
    assert processor.settings.memory_bytes == 2304 * 1024**2
    assert processor.inspector.decoders.on_refused is processor.warn_of_refused


@pytest.mark.parametrize(
    ("name", "value"), [("MEDIA_RENDITIONS", "[]"), ("MEDIA_PIXELS_MAX", "many")]
)
def test_wrong_settings_stop_the_function_at_its_start(
    processor: ModuleType, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=r"rendition|many"):
        importlib.reload(processor)
