"""Drops, in a decoder process, every right that decoding does not need.

The measures are independent, because a kernel or a sandbox may refuse some of them. The process
reports the refused ones to its parent.
"""

import os
import resource
import signal
from collections.abc import Callable
from enum import StrEnum

from media.inspection.kernel import STACK_BYTES, ProcessOption, set_process_option
from media.inspection.seccomp import install_filter


class Measure(StrEnum):
    """A part of the confinement."""

    ENDS_WITH_PARENT = "ends_with_parent"
    NOT_DUMPABLE = "not_dumpable"
    NO_NEW_PRIVILEGES = "no_new_privileges"
    NO_CORE_FILE = "no_core_file"
    MEMORY = "memory"
    NO_FILE_GROWS = "no_file_grows"
    NOTHING_OPENS = "nothing_opens"
    SYSTEM_CALLS = "system_calls"


def confine(memory_bytes: int, parent: int) -> frozenset[Measure]:
    """Confine the calling process irrevocably.

    Parameters
    ----------
    memory_bytes
        How much memory it may write to.
    parent
        The id of its parent: when the parent ends, so does the process.

    Returns
    -------
    frozenset of Measure
        The measures that the system refused.
    """
    measures: dict[Measure, Callable[[], None]] = {
        Measure.ENDS_WITH_PARENT: lambda: _end_with(parent),
        Measure.NOT_DUMPABLE: lambda: set_process_option(ProcessOption.DUMPABLE, 0),
        Measure.NO_NEW_PRIVILEGES: lambda: set_process_option(ProcessOption.NO_NEW_PRIVILEGES, 1),
        Measure.NO_CORE_FILE: lambda: _limit(resource.RLIMIT_CORE, 0),
        # Not the address space: allocators and thread stacks reserve more than they ever use.
        Measure.MEMORY: lambda: _limit_memory(memory_bytes),
        Measure.NO_FILE_GROWS: lambda: _limit(resource.RLIMIT_FSIZE, 0),
        # Open files stay open. A limit on processes would count all processes of the user.
        Measure.NOTHING_OPENS: lambda: _limit(resource.RLIMIT_NOFILE, 0),
        # Last, because it forbids the other measures.
        Measure.SYSTEM_CALLS: install_filter,
    }
    return frozenset(name for name, take in measures.items() if not _taken(take))


def _taken(take: Callable[[], None]) -> bool:
    try:
        take()
    except (OSError, ValueError):
        return False
    return True


def _end_with(parent: int) -> None:
    set_process_option(ProcessOption.SIGNAL_WHEN_PARENT_ENDS, signal.SIGKILL)
    if os.getppid() != parent:
        # The parent ended before the option was set.
        os.kill(os.getpid(), signal.SIGKILL)


def _limit_memory(highest: int) -> None:
    # The kernel does not count the stack as data, and it may be unlimited.
    _, allowed = resource.getrlimit(resource.RLIMIT_STACK)
    if allowed == resource.RLIM_INFINITY or allowed > STACK_BYTES:
        _limit(resource.RLIMIT_STACK, STACK_BYTES)
    _limit(resource.RLIMIT_DATA, highest)


def _limit(kind: int, highest: int) -> None:
    resource.setrlimit(kind, (highest, highest))
