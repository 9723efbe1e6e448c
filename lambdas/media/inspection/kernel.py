"""The few Linux system calls for which Python has no function."""

import ctypes
import os
from enum import IntEnum

# The usual system limit; decoding needs no more.
STACK_BYTES = 8 * 1024**2
# AT_RANDOM of the auxiliary vector: the address of random bytes above the stack.
_RANDOM_BYTES_AT = 25


class ProcessOption(IntEnum):
    """Options of the calling process that ``prctl`` sets, by the kernel's numbers."""

    SIGNAL_WHEN_PARENT_ENDS = 1
    DUMPABLE = 4
    CHILD_SUBREAPER = 36
    NO_NEW_PRIVILEGES = 38


def set_process_option(option: ProcessOption, value: int) -> None:
    """Set an option of the calling process.

    Raises
    ------
    OSError
        If the kernel refuses, or does not know the option.
    """
    _prctl(option, value)


def _prctl(option: int, value: int) -> int:
    return call("prctl", ctypes.c_int(option), *map(ctypes.c_ulong, (value, 0, 0, 0)))


def stack_address() -> int:
    """Return an address at the upper end of this process's stack.

    Raises
    ------
    OSError
        If the system does not report it.
    """
    ask = getattr(ctypes.CDLL(None), "getauxval", None)
    if ask is None:
        raise OSError("this system has no getauxval")
    ask.restype = ctypes.c_ulong
    address = int(ask(ctypes.c_ulong(_RANDOM_BYTES_AT)))
    if not address:
        raise OSError("this system does not report where the stack is")
    return address


def call(name: str, *arguments: object) -> int:
    """Call a function of the C library that returns -1 on failure.

    Raises
    ------
    OSError
        If it fails or does not exist.
    """
    function = getattr(ctypes.CDLL(None, use_errno=True), name, None)
    if function is None:
        message = f"this system has no {name}"
        raise OSError(message)
    answer = int(function(*arguments))
    if answer == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return answer
