"""Giving up, in the process that decodes, all that decoding doesn't need.

Each measure stands for itself, since a kernel, or what a function runs in, may refuse some. What
was refused is told to the parent.
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
    """Confine the calling process, for good.

    Parameters
    ----------
    memory_bytes
        How much it may write to.
    parent
        The process that is to outlive it.

    Returns
    -------
    frozenset of Measure
        What the system refused.
    """
    measures: dict[Measure, Callable[[], None]] = {
        Measure.ENDS_WITH_PARENT: lambda: _end_with(parent),
        Measure.NOT_DUMPABLE: lambda: set_process_option(ProcessOption.DUMPABLE, 0),
        Measure.NO_NEW_PRIVILEGES: lambda: set_process_option(ProcessOption.NO_NEW_PRIVILEGES, 1),
        Measure.NO_CORE_FILE: lambda: _limit(resource.RLIMIT_CORE, 0),
        # Not the address space: allocators and thread stacks reserve more than they ever touch.
        Measure.MEMORY: lambda: _limit_memory(memory_bytes),
        Measure.NO_FILE_GROWS: lambda: _limit(resource.RLIMIT_FSIZE, 0),
        # What is open stays so. A limit on processes would count all of the user's.
        Measure.NOTHING_OPENS: lambda: _limit(resource.RLIMIT_NOFILE, 0),
        # Last, for it forbids the others.
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
        # It ended before it was asked for.
        os.kill(os.getpid(), signal.SIGKILL)


def _limit_memory(highest: int) -> None:
    # The stack is no data to the kernel, and may be unlimited.
    _, allowed = resource.getrlimit(resource.RLIMIT_STACK)
    if allowed == resource.RLIM_INFINITY or allowed > STACK_BYTES:
        _limit(resource.RLIMIT_STACK, STACK_BYTES)
    _limit(resource.RLIMIT_DATA, highest)


def _limit(kind: int, highest: int) -> None:
    resource.setrlimit(kind, (highest, highest))
