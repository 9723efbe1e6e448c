"""Run a command that is killed the moment it has written a step into the ledger.

``python -m tests.e2e.promotion.killed STEP COMMAND...``. Nobody could hit from outside the moment
between two entries that follow each other at once.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from tooling.cli import main
from tooling.ledger.ledger import Ledger


def die_after(step: str) -> None:
    """Let the first entry of a step be the last that this process writes."""
    append: Any = Ledger.append

    def append_and_die(ledger: Ledger, entry: Any) -> Any:
        written = append(ledger, entry)
        if written.step == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return written

    setattr(Ledger, "append", append_and_die)  # noqa: B010 - mypy knows a method


if __name__ == "__main__":
    die_after(sys.argv.pop(1))
    main()
