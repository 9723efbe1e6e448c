"""An HTTP proxy on loopback that makes chosen calls to AWS fail."""

from __future__ import annotations

import http.client
import socket
import struct
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ALWAYS = 1_000_000
FORWARD_TIMEOUT_SECONDS = 30.0
HOP_BY_HOP = frozenset({"connection", "transfer-encoding", "content-length", "date", "server"})
RESET = struct.pack("ii", 1, 0)


class Fault(StrEnum):
    """What happens to a call."""

    THROTTLED = "throttled"
    BROKEN = "answered with 500"
    RESET = "reset before it arrived"
    LOST = "done, and its answer lost"
    SILENT = "never answered"
    SLOW = "answered late"


@dataclass(frozen=True)
class Spoiled:
    """Which calls are spoiled: the `nth` of an operation, from 1, and some after it."""

    operation: str
    fault: Fault
    nth: int = 1
    times: int = 1


@dataclass
class FaultProxy:
    """Forwards calls, and makes the chosen ones fail.

    Parameters
    ----------
    target
        URL of the AWS behind it.
    slow_seconds
        How late a slow answer comes.
    """

    target: str
    slow_seconds: float
    spoiled: Spoiled | None = None
    before: Callable[[str, int], object] | None = None
    """Called with the operation and its number before a call is forwarded."""
    after: Callable[[str, int], object] | None = None
    """The same once it is done, before it is answered."""
    calls: list[str] = field(default_factory=list)
    port: int = 0
    _counts: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)
    _ending: Event = field(default_factory=Event)

    @property
    def url(self) -> str:
        """Where the proxy listens."""
        return f"http://127.0.0.1:{self.port}"

    def watch(
        self,
        spoiled: Spoiled | None = None,
        before: Callable[[str, int], object] | None = None,
        after: Callable[[str, int], object] | None = None,
    ) -> None:
        """Begin to count anew, with another call spoiled or watched."""
        with self._lock:
            self.spoiled, self.before, self.after = spoiled, before, after
            self.calls.clear()
            self._counts.clear()

    def take(self, operation: str) -> tuple[int, Fault | None]:
        """Count a call; return its number and what is to happen to it."""
        with self._lock:
            self.calls.append(operation)
            self._counts[operation] += 1
            number, spoiled = self._counts[operation], self.spoiled
        is_meant = spoiled is not None and spoiled.operation == operation
        if is_meant and spoiled and spoiled.nth <= number < spoiled.nth + spoiled.times:
            return number, spoiled.fault
        return number, None

    def wait(self) -> None:
        """Keep a caller waiting until the proxy ends."""
        self._ending.wait(FORWARD_TIMEOUT_SECONDS)

    def pause(self) -> None:
        """Keep a caller waiting for as long as a slow answer takes."""
        self._ending.wait(self.slow_seconds)

    @contextmanager
    def running(self) -> Iterator[FaultProxy]:
        """Listen until the block ends."""
        proxy = self

        class Handler(_Handler):
            faults = proxy

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            self.port = server.server_address[1]
            thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            try:
                yield self
            finally:
                self._ending.set()
                server.shutdown()
                thread.join()


class _Handler(BaseHTTPRequestHandler):
    faults: FaultProxy
    protocol_version = "HTTP/1.1"
    timeout = FORWARD_TIMEOUT_SECONDS

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        operation = _operation(self.command, self.headers.get("X-Amz-Target", ""))
        number, fault = self.faults.take(operation)
        if fault in {Fault.RESET, Fault.SILENT}:
            if fault is Fault.SILENT:
                self.faults.wait()
            self._reset()
            return
        if fault in {Fault.THROTTLED, Fault.BROKEN}:
            self._refuse(fault)
            return
        if fault is Fault.SLOW:
            self.faults.pause()
        if self.faults.before:
            self.faults.before(operation, number)
        status, headers, answer = self._forward(body)
        if self.faults.after:
            self.faults.after(operation, number)
        if fault is Fault.LOST:
            self._reset()
            return
        self._answer(status, headers, answer)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _serve  # noqa: N815 - http.server's names

    def _forward(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(
            urlsplit(self.faults.target).netloc, timeout=FORWARD_TIMEOUT_SECONDS
        )
        headers = {name: value for name, value in self.headers.items() if name != "Expect"}
        try:
            connection.request(self.command, self.path, body, headers)
            response = connection.getresponse()
            return response.status, response.getheaders(), response.read()
        finally:
            connection.close()

    def _refuse(self, fault: Fault) -> None:
        is_dynamodb = "X-Amz-Target" in self.headers
        if fault is Fault.BROKEN:
            status, code = 500, "InternalServerError" if is_dynamodb else "InternalError"
        else:
            status = 400 if is_dynamodb else 503
            code = "ProvisionedThroughputExceededException" if is_dynamodb else "SlowDown"
        text = f"<Error><Code>{code}</Code><Message>no</Message></Error>"
        if is_dynamodb:
            text = f'{{"__type": "com.amazonaws.dynamodb.v20120810#{code}", "message": "no"}}'
        self._answer(status, [("Content-Type", "text/plain")], text.encode())

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _reset(self) -> None:
        self.close_connection = True  # and with this option closing is resetting
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

    def log_message(self, *_: object) -> None:
        pass


def _operation(method: str, target: str) -> str:
    if target:
        return target.rpartition(".")[2]
    return {"GET": "GetObject", "PUT": "PutObject"}.get(method, method)
