"""The guard in front of ministack: admission, and CORS for browsers."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeAlias

from tooling.emulator.admission import Request, why_refused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

    Message: TypeAlias = dict[str, Any]
    Receive: TypeAlias = Callable[[], Awaitable[Message]]
    Send: TypeAlias = Callable[[Message], Awaitable[None]]
    Application: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]

POLICY_VIOLATION = 1008
ALLOW_ORIGIN = b"access-control-allow-origin"


class Guard:
    """An ASGI application that lets another one answer what may pass.

    Parameters
    ----------
    application : callable
        ministack.
    origins : callable
        Returns the origins whose pages may call, as they are now.
    """

    def __init__(self, application: Application, origins: Callable[[], Collection[str]]) -> None:
        self._application = application
        self._origins = origins

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)
        else:
            # Nothing here uses WebSockets, and no browser asks before it opens one.
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})

    async def _serve(self, scope: Message, receive: Receive, send: Send) -> None:
        request = _request(scope)
        reason = why_refused(request, self._origins())
        if reason is not None:
            await _refuse(send, reason)
            return
        await self._application(scope, receive, _answering(send, request.header("origin")))


def _request(scope: Message) -> Request:
    headers = (
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]
    )
    return Request(
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"].decode("latin-1"),
        headers=tuple((name.lower(), value) for name, value in headers),
    )


async def _refuse(send: Send, reason: str) -> None:
    body = json.dumps({"message": reason}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send(
        {"type": "http.response.start", "status": int(HTTPStatus.FORBIDDEN), "headers": headers}
    )
    await send({"type": "http.response.body", "body": body})


def _answering(send: Send, origin: str | None) -> Send:
    """Return a sender that tells a browser of the one origin that was let in.

    ministack says "any" for what is not an API's or a bucket's own answer.
    """

    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": _for_one_origin(message.get("headers", []), origin)}
        await send(message)

    return answer


def _for_one_origin(
    headers: list[tuple[bytes, bytes]], origin: str | None
) -> list[tuple[bytes, bytes]]:
    if not any(name.lower() == ALLOW_ORIGIN and value == b"*" for name, value in headers):
        return headers
    if origin is None:
        return [pair for pair in headers if not pair[0].lower().startswith(b"access-control-")]
    others = [pair for pair in headers if pair[0].lower() != ALLOW_ORIGIN]
    return [*others, (ALLOW_ORIGIN, origin.encode("latin-1")), (b"vary", b"Origin")]
