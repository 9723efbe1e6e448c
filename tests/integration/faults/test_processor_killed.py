"""The processor is killed at each of its AWS calls, as by a timeout or for lack of memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from media.model.images import Status
from tests.integration.faults.test_processor_faults import CALLS

if TYPE_CHECKING:
    from media.reconciliation import Reconciler
    from tests.integration.faults.conftest import Store
    from tests.integration.faults.proxy import FaultProxy

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", CALLS, ids=str)
def test_a_killed_processor_leaves_all_or_nothing(
    store: Store,
    proxy: FaultProxy,
    reconciler: Reconciler,
    variables: dict[str, str],
    call: tuple[str, int],
    moment: str,
) -> None:
    change = store.put()
    workers: list[subprocess.Popen[bytes]] = []

    def kill(name: str, number: int) -> None:
        if (name, number) == call:
            workers[0].send_signal(signal.SIGKILL)
            workers[0].wait()

    proxy.watch(**{moment: kill})  # type: ignore[arg-type]
    workers.append(
        subprocess.Popen(
            [sys.executable, "-m", "tests.integration.faults.worker", store.name, change.key],
            cwd=ROOT,
            env={**os.environ, **variables, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'lambdas'}"},
        )
    )
    assert workers[0].wait(timeout=60) == -signal.SIGKILL
    row = store.row(change)
    assert (row is not None) == (call[0] == "UpdateItem")
    assert row is None or row.status is Status.READY

    # The message is still in the queue, so it comes again.
    proxy.watch()
    reconciler.reconcile(change)
    store.require_ready(change)
