"""Faults that the operator can act on."""

from __future__ import annotations

import signal

# Ctrl-C, a plain kill, and a terminal that is closed: all end a command in the same orderly way.
INTERRUPTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class OperatorError(Exception):
    """A foreseeable fault, shown as a message instead of a traceback.

    Parameters
    ----------
    what : str
        What happened, in one plain sentence.
    reason : str
        Why it happened; may have several lines. Empty when `what` says it all.
    remedy : str
        What to type or change next.
    """

    def __init__(self, what: str, *, reason: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.reason = reason
        self.remedy = remedy

    def __str__(self) -> str:
        return "\n".join(part for part in (self.what, self.reason, self.remedy) if part)


class Interrupted(BaseException):
    """The operator stopped the command; raised by the signal handlers, so no fault swallows it.

    Parameters
    ----------
    what : str
        What was stopped, and in which state it was left.
    """

    def __init__(self, what: str = "Stopped.") -> None:
        super().__init__(what)
        self.what = what
