"""A web server on this machine that answers what a test tells it to."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class WebServer:
    """Answers by method and path with query; anything else with 404."""

    url: str = ""
    answers: dict[str, tuple[int, bytes, dict[str, str]]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)

    def answer(
        self, request: str, body: bytes | dict[str, Any] = b"", status: int = 200, **headers: str
    ) -> None:
        """Set what a request such as ``GET /images?limit=2`` is answered with."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        length = {"Content-Length": str(len(content))}
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[request] = (status, content, length | given)


@contextmanager
def serving() -> Iterator[WebServer]:
    """Serve until the block ends."""
    server = WebServer()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            request = f"{self.command} {self.path}"
            server.requests.append(request)
            status, body, headers = server.answers.get(request, (404, b"", {}))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - the base class's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        server.url = f"http://127.0.0.1:{listening.server_port}"
        thread = Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join()
