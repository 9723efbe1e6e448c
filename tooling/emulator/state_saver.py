"""Saving the state of the embedded AWS while it runs."""

from __future__ import annotations

import threading
import time
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

SAVE_INTERVAL_SECONDS = 3.0
# A large state takes long to write: saving may use this share of the time and no more.
SAVE_TIME_SHARE = 0.05


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
            services = self._application._build_persistence_save_dict()
            self._persistence.save_all(services)
            pause = max(SAVE_INTERVAL_SECONDS, (time.monotonic() - began) / SAVE_TIME_SHARE)
