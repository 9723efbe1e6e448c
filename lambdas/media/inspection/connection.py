"""The parent's end of the line to a process that may be anybody's: nothing is waited for for ever.

The messages are those of `multiprocessing.connection.Connection`, which is the other end.
"""

import socket
import struct
import time
from contextlib import suppress

_LENGTH = struct.Struct("!i")
_CHUNK_BYTES = 1024 * 1024


class DeadlineConnection:
    """Messages over a socket, each until a deadline.

    Parameters
    ----------
    line
        A connected stream socket, which becomes this object's own.
    """

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._deadline = time.monotonic()

    def allow(self, seconds: float) -> None:
        """Set the deadline of what follows; `TimeoutError` is raised by what is late."""
        self._deadline = time.monotonic() + seconds

    def send_bytes(self, buf: bytes, /) -> None:
        """Send a message.

        Raises
        ------
        TimeoutError, ConnectionError
            If it isn't taken in time, or the other end is closed.
        """
        self._set_timeout()
        self._line.sendall(_LENGTH.pack(len(buf)))
        # The time that a socket is given is that of the whole call.
        self._set_timeout()
        self._line.sendall(buf)

    def recv_bytes(self, maxlength: int | None = None, /) -> bytes:
        """Receive a message.

        Raises
        ------
        EOFError
            If the other end was closed before it began.
        TimeoutError, OSError
            If it isn't whole in time, is cut off, or longer than `maxlength`.
        """
        (length,) = _LENGTH.unpack(self._receive(_LENGTH.size, is_start=True))
        if length < 0 or (maxlength is not None and length > maxlength):
            raise OSError("a message of such a length is not accepted")
        return self._receive(length)

    def close(self) -> None:
        """Close both directions, also for who else may hold the other end or a copy of this."""
        # The other end may have closed it already.
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
        self._line.close()

    def _receive(self, length: int, *, is_start: bool = False) -> bytes:
        parts = bytearray()
        while len(parts) < length:
            self._set_timeout()
            part = self._line.recv(min(length - len(parts), _CHUNK_BYTES))
            if not part:
                if is_start and not parts:
                    raise EOFError
                raise OSError("the message is cut off")
            parts += part
        return bytes(parts)

    def _set_timeout(self) -> None:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        self._line.settimeout(remaining)
