"""The parent's end of the connection to a decoder process: every wait has a deadline.

The process may be compromised. Its end is a `multiprocessing.connection.Connection`, whose message
format this module speaks.
"""

import socket
import struct
import time
from contextlib import suppress

_LENGTH = struct.Struct("!i")
_CHUNK_BYTES = 1024 * 1024


class DeadlineConnection:
    """Messages over a socket, with a deadline.

    Parameters
    ----------
    line
        A connected stream socket; this object closes it.
    """

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._deadline = time.monotonic()

    def allow(self, seconds: float) -> None:
        """Set the deadline of the calls that follow; a late one raises `TimeoutError`."""
        self._deadline = time.monotonic() + seconds

    def send_bytes(self, buf: bytes, /) -> None:
        """Send a message.

        Raises
        ------
        TimeoutError, ConnectionError
            If the message is not taken in time, or the other end is closed.
        """
        self._set_timeout()
        self._line.sendall(_LENGTH.pack(len(buf)))
        # A socket's timeout covers the whole of sendall.
        self._set_timeout()
        self._line.sendall(buf)

    def recv_bytes(self, maxlength: int | None = None, /) -> bytes:
        """Receive a message.

        Raises
        ------
        EOFError
            If the other end was closed before the message began.
        TimeoutError, OSError
            If the message is late, truncated, or longer than `maxlength`.
        """
        (length,) = _LENGTH.unpack(self._receive(_LENGTH.size, is_start=True))
        if length < 0 or (maxlength is not None and length > maxlength):
            raise OSError("the message has an unacceptable length")
        return self._receive(length)

    def close(self) -> None:
        """Close both directions, even if another process holds a copy of either end."""
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
                raise OSError("the message is truncated")
            parts += part
        return bytes(parts)

    def _set_timeout(self) -> None:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        self._line.settimeout(remaining)
