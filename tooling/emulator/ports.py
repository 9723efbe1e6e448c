"""The port on loopback that the embedded AWS is reached by."""

from __future__ import annotations

import socket

from tooling.errors import OperatorError


def listen(wanted: int) -> socket.socket:
    """Listen on the wanted port if it is free, else on one that the system picks.

    Raises
    ------
    OperatorError
        Not even that is possible.
    """
    for port in (wanted, 0):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen()
        except OSError:
            listener.close()
        else:
            return listener
    raise OperatorError(
        "No port on 127.0.0.1 can be used.",
        remedy="Check what this machine allows programs to listen on.",
    )
