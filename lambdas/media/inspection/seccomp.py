"""A seccomp filter: the kernel refuses a decoder every system call that decoding does not need.

It is a BPF program, which sees the number and the arguments of each system call. It cannot follow
pointers, so it allows calls by number and by plain arguments only.
"""

import ctypes
import errno
import os
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from media.inspection.kernel import STACK_BYTES, call, stack_address
from media.inspection.syscalls import ALLOWED, FATAL, MACHINES, Machine

_LOAD, _MASK, _RETURN = 0x20, 0x54, 0x06
_JUMP_IF_EQUAL, _JUMP_IF_NOT_BELOW = 0x15, 0x35
_NUMBER_AT, _MACHINE_AT, _ARGUMENTS_AT, _ARGUMENT_BYTES = 0, 4, 16, 8
_ALL_BITS = 0xFFFFFFFF
_ALLOW, _REFUSE, _END_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
_SET_FILTER, _ALL_THREADS = 1, 1

_EXECUTABLE = 0x4
_SHARING, _PRIVATE = 0x3, 0x2
# The kernel does not count memory that grows like a stack as data, so no data limit applies.
_GROWS_DOWN = 0x100
# Twice the stack limit of `confinement`.
_STACK_BYTES_MAX = 2 * STACK_BYTES
_NAME_THREAD = 15
# What a thread shares with its process: memory, signal handlers, and the thread group.
_OF_A_THREAD = 0x100 | 0x800 | 0x10000
_NEW_NAMESPACES = 0x7E020000


@dataclass(frozen=True, slots=True)
class Condition:
    """A test of some bits of an argument, or of its upper half: equal to a value, or below it."""

    argument: int
    mask: int
    value: int
    upper_half: bool = False
    below: bool = False

    def instructions(self, to_failure: int) -> Iterator[bytes]:
        """Return the instructions that jump to the failure unless the condition holds."""
        at = _ARGUMENTS_AT + self.argument * _ARGUMENT_BYTES + 4 * self.upper_half
        yield _instruction(_LOAD, at)
        yield _instruction(_MASK, self.mask)
        if self.below:
            yield _instruction(_JUMP_IF_NOT_BELOW, self.value, then=to_failure)
        else:
            yield _instruction(_JUMP_IF_EQUAL, self.value, otherwise=to_failure)

    LENGTH = 3


def conditions(process: int, stack: int) -> dict[str, tuple[tuple[Condition, ...], int]]:
    """Return the conditional calls, each with its conditions and the action if one fails.

    Parameters as for `build_filter`.
    """
    no_code = Condition(2, _EXECUTABLE, 0)
    stack_from = stack - _STACK_BYTES_MAX
    refused = _REFUSE | errno.EPERM
    return {
        "mmap": ((no_code, Condition(3, _SHARING | _GROWS_DOWN, _PRIVATE)), refused),
        # Not of the stack, which could otherwise move to free space and outgrow all limits. It is
        # above everything else; what shares its 4 GiB, the C library copies instead.
        "mremap": (
            (Condition(0, _ALL_BITS, stack_from >> 32, upper_half=True, below=True),),
            refused,
        ),
        "mprotect": ((no_code,), refused),
        "clone": ((Condition(0, _OF_A_THREAD | _NEW_NAMESPACES, _OF_A_THREAD),), _END_PROCESS),
        # A filter cannot read its flags; the C library falls back to clone.
        "clone3": ((Condition(0, 0, 1),), _REFUSE | errno.ENOSYS),
        "prctl": ((Condition(0, _ALL_BITS, _NAME_THREAD),), refused),
        # Limits may be read, but not set.
        "prlimit64": (
            (Condition(2, _ALL_BITS, 0), Condition(2, _ALL_BITS, 0, upper_half=True)),
            refused,
        ),
        # A library that aborts may signal its own process.
        "tgkill": ((Condition(0, _ALL_BITS, process),), _END_PROCESS),
    }


def build_filter(machine: Machine, process: int, stack: int) -> bytes:
    """Build the filter of a process for an architecture.

    Parameters
    ----------
    machine
        Its numbers of system calls.
    process
        The id of the process, which may signal itself.
    stack
        An address at the upper end of its stack.

    Returns
    -------
    bytes
        The kernel's ``struct sock_filter`` one after the other.
    """
    program = [
        _instruction(_LOAD, _MACHINE_AT),
        _instruction(_JUMP_IF_EQUAL, machine.audit_name, then=1),
        _instruction(_RETURN, _END_PROCESS),
        _instruction(_LOAD, _NUMBER_AT),
    ]
    if machine.foreign_from is not None:
        program += [
            _instruction(_JUMP_IF_NOT_BELOW, machine.foreign_from, otherwise=1),
            _instruction(_RETURN, _END_PROCESS),
        ]
    for name in ALLOWED:
        program += _rule(machine, name, (), _ALLOW)
    for name in FATAL:
        program += _rule(machine, name, (), _END_PROCESS)
    for name, (required, otherwise) in conditions(process, stack).items():
        program += _rule(machine, name, required, otherwise)
    program.append(_instruction(_RETURN, _REFUSE | errno.EPERM))
    return b"".join(program)


def install_filter() -> None:
    """Install the filter irrevocably on the calling process, including all its threads.

    Raises
    ------
    OSError
        If the kernel refuses, or the machine is none that the filter is written for.
    """
    machine = MACHINES.get(os.uname().machine)
    if machine is None:
        raise OSError("there is no filter for this kind of machine")
    code = build_filter(machine, os.getpid(), stack_address())
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // _INSTRUCTION.size, ctypes.addressof(buffer))
    unable = call(
        "syscall",
        *map(ctypes.c_long, (machine.numbers["seccomp"], _SET_FILTER, _ALL_THREADS)),
        ctypes.byref(program),
    )
    if unable:
        raise OSError("a thread could not be put behind the filter")


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


_INSTRUCTION = struct.Struct("=HBBI")


def _instruction(code: int, operand: int, then: int = 0, otherwise: int = 0) -> bytes:
    return _INSTRUCTION.pack(code, then, otherwise, operand)


def _rule(
    machine: Machine, name: str, required: tuple[Condition, ...], otherwise: int
) -> Iterable[bytes]:
    """Build the instructions for one call; for other calls its number stays loaded."""
    if name not in machine.numbers:
        return
    body = [
        step
        for position, condition in enumerate(required)
        for step in condition.instructions((len(required) - position - 1) * Condition.LENGTH + 1)
    ]
    if required:
        body.append(_instruction(_RETURN, _ALLOW))
    body.append(_instruction(_RETURN, otherwise))
    yield _instruction(_JUMP_IF_EQUAL, machine.numbers[name], otherwise=len(body))
    yield from body
