"""The port on loopback that the embedded AWS is reached by."""

from __future__ import annotations

import socket

from tooling.errors import OperatorError

USUAL_PORT = 4566


def take_port(remembered: int | None, *, inhabited: bool) -> socket.socket:
    """Take the port to listen on: the usual one or a free one at first, then always that.

    It is handed on open: of two that start at once for the first time, one would find it taken.

    Parameters
    ----------
    remembered : int or None
        The port that it had before; None before the first start.
    inhabited : bool
        Whether something is deployed there already.

    Raises
    ------
    OperatorError
        Something is, and another program has taken the port. Queues keep their full URL, so on
        another port every message in them would lie unseen, and clients would send their tokens to
        that program.
    """
    wanted = remembered or USUAL_PORT
    listener = listen(wanted)
    if remembered is None or not inhabited or listener.getsockname()[1] == wanted:
        return listener
    listener.close()
    raise OperatorError(
        f"Port {wanted} is taken by another program; the embedded AWS was not started.",
        reason="What is deployed there is bound to that port.",
        remedy=f"End the program that listens on 127.0.0.1:{wanted}, or delete what is "
        "deployed: nox -s emulator -- reset",
    )


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
