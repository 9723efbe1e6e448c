"""Run ministack as the embedded AWS, with the few repairs it needs.

Run it as a program (``python -m tooling.emulator.launcher`` or by its path) in an environment that
holds nothing but what the emulator should see: the functions it runs inherit all of it. It needs
``STATE_DIR`` and ``LISTENER``, the number of an open socket that listens; ministack itself reads
the rest (``GATEWAY_PORT``, which that socket is on, ``AUTH``, ``PERSIST_STATE``, ``S3_PERSIST``,
``S3_DATA_DIR`` and so on).

Everything lands below ``STATE_DIR`` and ``S3_DATA_DIR``. The server answers
``GET /_ministack/health`` once its saved state is loaded, and SIGTERM or SIGINT saves and stops it.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import logging
import os
import re
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeAlias
from urllib.parse import quote
from xml.sax.saxutils import escape, unescape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

SAVE_INTERVAL_SECONDS = 3.0
# A large state takes long to write: saving may use this share of the time and no more.
SAVE_TIME_SHARE = 0.05
KEEP_ALIVE_SECONDS = 75.0
# Whoever asks whether the lock is held holds it for a moment.
LOCK_PATIENCE_SECONDS = 1.0
LISTED_NAME = re.compile(r"<(Key|Prefix|Delimiter|KeyMarker|NextKeyMarker)>([^<]*)</\1>")
CLOUDWATCH_NAMESPACE = "http://monitoring.amazonaws.com/doc/2010-08-01/"

JsonValue: TypeAlias = "str | int | float | bool | list[Any] | dict[str, Any] | None"
Response: TypeAlias = tuple[int, dict[str, str], bytes]


class LauncherError(Exception):
    """The embedded AWS cannot start; the message says why and what to do."""


def main() -> int:
    """Serve until told to stop.

    Returns
    -------
    int
        Exit code: 0 after an orderly stop, 1 if the server could not start.
    """
    try:
        state_folder = Path(_required("STATE_DIR"))
        listener = socket.socket(fileno=int(_required("LISTENER")))
        listener.set_inheritable(False)  # not for the functions
        listener.settimeout(0)
        with _exclusive(state_folder), _scratch_folder(state_folder / "tmp"):
            # ministack reads its environment while it is imported, so not before here.
            application = import_module("ministack.app")
            answer_alarm_queries_in_full()
            encode_version_listings()
            let_alarms_treat_missing_data()
            quiet_routine_logging()
            asyncio.run(_serve(application, listener))
    except LauncherError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def answer_alarm_queries_in_full() -> None:
    """Make DescribeAlarms over the query protocol as complete as over JSON.

    ministack's XML answer leaves out period, statistic, dimensions, actions and the treatment of
    missing data, so Terraform, which asks that way, would plan a change to every alarm for ever.
    """
    cloudwatch: Any = import_module("ministack.services.cloudwatch")
    describe_alarms = cloudwatch._describe_alarms  # noqa: SLF001 - the fault is in there

    def describe_in_full(
        params: dict[str, Any],
        request: dict[str, Any],
        is_cbor: bool,  # noqa: FBT001 - called by ministack, by position
        is_json: bool = False,  # noqa: FBT001, FBT002
    ) -> Response:
        if is_cbor or is_json:
            answer: Response = describe_alarms(params, request, is_cbor, is_json)
            return answer
        status, headers, body = describe_alarms(
            params, _query_as_json(params), is_cbor=False, is_json=True
        )
        if status != HTTPStatus.OK:
            failure: Response = describe_alarms(params, request, is_cbor, is_json)
            return failure
        return status, {**headers, "Content-Type": "text/xml"}, _describe_alarms_xml(body)

    cloudwatch._describe_alarms = describe_in_full  # noqa: SLF001


def encode_version_listings() -> None:
    """Honour ``encoding-type=url`` when object versions are listed.

    ministack honours it for objects only. Terraform's provider asks for it when it empties a bucket
    and decodes what it gets: ``a+b`` becomes ``a b``, which is not there, and it asks for ever.
    """
    s3: Any = import_module("ministack.services.s3")
    list_object_versions = s3._list_object_versions  # noqa: SLF001 - the fault is in there

    def list_encoded(bucket: str, params: dict[str, Any]) -> Response:
        status, headers, body = list_object_versions(bucket, params)
        if status == HTTPStatus.OK and "url" in params.get("encoding-type", ""):
            body = _encode_names(body.decode()).encode()
        return status, headers, body

    s3._list_object_versions = list_encoded  # noqa: SLF001


def let_alarms_treat_missing_data() -> None:
    """Take a new alarm for what its treatment of missing data says, as AWS soon does.

    ministack leaves an alarm without figures at INSUFFICIENT_DATA for ever, which would say of
    every environment that nobody knows how it is.
    """
    cloudwatch: Any = import_module("ministack.services.cloudwatch")
    evaluate_alarm = cloudwatch._evaluate_alarm  # noqa: SLF001 - the fault is in there

    def evaluate_in_full(alarm: dict[str, Any]) -> None:
        evaluate_alarm(alarm)
        unchecked = alarm["StateValue"] == "INSUFFICIENT_DATA"
        if unchecked and alarm.get("TreatMissingData") == "notBreaching":
            alarm["StateValue"] = "OK"
            alarm["StateReason"] = "No figures, which this alarm treats as not breaching."

    cloudwatch._evaluate_alarm = evaluate_in_full  # noqa: SLF001


def quiet_routine_logging() -> None:
    """Keep the log to what happened: no line for each saved file and each health check."""
    logging.getLogger("persistence").setLevel(logging.WARNING)

    def is_news(record: logging.LogRecord) -> bool:
        return "/_ministack/" not in record.getMessage()

    logging.getLogger("hypercorn.access").addFilter(is_news)


class StateSaver:
    """Writes ministack's state every few seconds.

    ministack saves on an orderly stop only: after a crash, or when the machine goes down, every
    table and function would be gone while Terraform's state still names them.

    Parameters
    ----------
    application
        The module ``ministack.app``.
    """

    def __init__(self, application: ModuleType) -> None:
        self._application = application
        self._persistence = import_module("ministack.core.persistence")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="state-saver", daemon=True)

    def start(self) -> None:
        """Begin to save."""
        self._thread.start()

    def stop(self) -> None:
        """End, once a save under way is complete; ministack's own last save comes after it."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        pause = SAVE_INTERVAL_SECONDS
        while not self._stopping.wait(pause):
            began = time.monotonic()
            services = self._application._build_persistence_save_dict()  # noqa: SLF001
            self._persistence.save_all(services)
            pause = max(SAVE_INTERVAL_SECONDS, (time.monotonic() - began) / SAVE_TIME_SHARE)


async def _serve(application: ModuleType, listener: socket.socket) -> None:
    """Serve on the bound socket until a signal, saving all the while."""
    config = import_module("hypercorn.config").Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.keep_alive_timeout = KEEP_ALIVE_SECONDS
    config.loglevel = os.environ.get("LOG_LEVEL", "INFO").upper()

    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    saver = StateSaver(application)

    async def wait_for_stop() -> None:
        # The server asks for this when the saved state is loaded: to save earlier would write
        # an empty state over it.
        saver.start()
        await stopped.wait()
        await asyncio.to_thread(saver.stop)

    serve = import_module("hypercorn.asyncio").serve
    await serve(application.app, config, shutdown_trigger=wait_for_stop)


def _required(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        message = f"{name} is not set: the embedded AWS needs it in its environment."
        raise LauncherError(message)
    return value


@contextmanager
def _exclusive(state_folder: Path) -> Iterator[None]:
    """Hold the state folder: two servers would overwrite each other's files."""
    state_folder.mkdir(parents=True, exist_ok=True)
    with (state_folder / "lock").open("a") as lock:
        deadline = time.monotonic() + LOCK_PATIENCE_SECONDS
        while not _locked(lock):
            if time.monotonic() > deadline:
                message = f"{state_folder} belongs to an embedded AWS that is running: stop that."
                raise LauncherError(message)
            time.sleep(0.05)
        # Whoever finds the lock held reads here which process to ask to stop.
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _scratch_folder(folder: Path) -> Iterator[None]:
    """Give ministack and its functions a temporary folder of their own, empty before and after.

    ministack unpacks a function into the temporary folder for every worker and leaves it there
    when it is killed.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["TMPDIR"] = str(folder)
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _encode_names(listing: str) -> str:
    """Percent-encode the keys, prefixes and markers of a listing, and say so in it."""

    def encode(element: re.Match[str]) -> str:
        tag, name = element.groups()
        return f"<{tag}>{quote(unescape(name), safe='/')}</{tag}>"

    encoded = LISTED_NAME.sub(encode, listing)
    return encoded.replace("<IsTruncated>", "<EncodingType>url</EncodingType><IsTruncated>", 1)


def _query_as_json(params: Mapping[str, str | list[str]]) -> dict[str, Any]:
    """Turn DescribeAlarms' query parameters into the JSON request that asks the same."""
    flat = {key: value[0] if isinstance(value, list) else value for key, value in params.items()}
    request: dict[str, Any] = {
        name: flat[name]
        for name in ("AlarmNamePrefix", "StateValue", "MaxRecords", "NextToken")
        if flat.get(name)
    }
    for name in ("AlarmNames", "AlarmTypes"):
        members = {key: value for key, value in flat.items() if key.startswith(f"{name}.member.")}
        if members:
            request[name] = list(members.values())
    return request


def _describe_alarms_xml(body: bytes) -> bytes:
    """Render the JSON answer of DescribeAlarms as the query protocol's XML."""
    answer: dict[str, Any] = json.loads(body)
    for alarm in answer.get("MetricAlarms", []):
        _drop_absent_settings(alarm)
    result = _xml_children(answer)
    return (
        f'<DescribeAlarmsResponse xmlns="{CLOUDWATCH_NAMESPACE}">'
        f"<DescribeAlarmsResult>{result}</DescribeAlarmsResult>"
        "<ResponseMetadata><RequestId>embedded</RequestId></ResponseMetadata>"
        "</DescribeAlarmsResponse>"
    ).encode()


def _drop_absent_settings(alarm: dict[str, Any]) -> None:
    """Take out the defaults that ministack fills in where AWS has no such setting."""
    if alarm.get("ExtendedStatistic"):
        alarm.pop("Statistic", None)
    if not alarm.get("MetricName"):
        alarm.pop("Period", None)
        alarm.pop("Statistic", None)


def _xml_children(fields: Mapping[str, JsonValue]) -> str:
    return "".join(
        f"<{name}>{_xml_value(name, value)}</{name}>"
        for name, value in fields.items()
        if value is not None and not name.startswith("_")
    )


def _xml_value(name: str, value: JsonValue) -> str:
    if isinstance(value, dict):
        return _xml_children(value)
    if isinstance(value, list):
        return "".join(f"<member>{_xml_value(name, item)}</member>" for item in value)
    if isinstance(value, bool):
        return str(value).lower()
    if name.endswith("Timestamp") and isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return escape(str(value))


if __name__ == "__main__":
    sys.exit(main())
