"""The filter program of each architecture, run on a simulated BPF machine."""

import errno
import platform
import re
import struct
from pathlib import Path

import pytest

from media.inspection.seccomp import build_filter
from media.inspection.syscalls import ALLOWED, FATAL, MACHINES

ALLOW, REFUSE, END = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x80000000
UNKNOWN = 0x00050000 | errno.ENOSYS
PROCESS = 4242
STACK = 0x7FFD_0020_0000
THREAD, FORK = 0x3D0F00, 17
NEW_USER_NAMESPACE = 0x10000000
NUMBERS = Path("/usr/include", f"{platform.machine()}-linux-gnu", "asm", "unistd_64.h")


def answer(machine: str, number: int, *arguments: int, audit_name: int | None = None) -> int:
    """Run the program on a call, as the kernel does."""
    program = build_filter(MACHINES[machine], PROCESS, STACK)
    name = MACHINES[machine].audit_name if audit_name is None else audit_name
    values = (*arguments, *(0,) * (6 - len(arguments)))
    call = struct.pack("<IIQ6Q", number, name, 0, *values)
    accumulator, at = 0, 0
    while True:
        code, then, otherwise, operand = struct.unpack_from("<HBBI", program, 8 * at)
        at += 1
        match code:
            case 0x20:
                (accumulator,) = struct.unpack_from("<I", call, operand)
            case 0x54:
                accumulator &= operand
            case 0x15:
                at += then if accumulator == operand else otherwise
            case 0x35:
                at += then if accumulator >= operand else otherwise
            case 0x06:
                return int(operand)
            case _:
                pytest.fail(f"no such instruction: {code:#x}")


@pytest.mark.parametrize("machine", MACHINES)
def test_each_call_gets_the_answer_of_its_list(machine: str) -> None:
    numbers = MACHINES[machine].numbers
    for name in (each for each in ALLOWED if each in numbers):
        assert answer(machine, numbers[name]) == ALLOW, name
    for name in (each for each in FATAL if each in numbers):
        assert answer(machine, numbers[name]) == END, name
    for number in set(range(500)) - set(numbers.values()):
        assert answer(machine, number) == REFUSE, number


@pytest.mark.parametrize("machine", MACHINES)
def test_another_architecture_ends_the_process(machine: str) -> None:
    for other in {0x40000003, 0x40000028} | {each.audit_name for each in MACHINES.values()}:
        if other != MACHINES[machine].audit_name:
            assert answer(machine, MACHINES[machine].numbers["read"], audit_name=other) == END


def test_the_second_set_of_calls_of_x86_64_ends_the_process() -> None:
    for number in (0, 39, 520):
        assert answer("x86_64", 0x40000000 | number) == END


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("mmap", (0, 1, 3, 0x22), ALLOW),
        ("mmap", (0, 1, 7, 0x22), REFUSE),
        ("mmap", (0, 1, 3, 0x21), REFUSE),
        ("mmap", (0, 1, 3, 0x23), REFUSE),
        ("mmap", (0, 1, 3, 0x122), REFUSE),
        ("mremap", (0x7F00_FFFF_F000, 1, 2, 1), ALLOW),
        # The limit reaches below the 4 GiB in which the stack's upper end is.
        ("mremap", (0x7FFC_0000_1000, 1, 2, 1), REFUSE),
        ("mremap", (STACK, 1, 2, 1), REFUSE),
        ("mprotect", (0, 1, 3), ALLOW),
        ("mprotect", (0, 1, 5), REFUSE),
        ("clone", (THREAD,), ALLOW),
        ("clone", (FORK,), END),
        ("clone", (THREAD | NEW_USER_NAMESPACE,), END),
        ("clone", (0x100 | 0x800,), END),
        ("clone3", (0x1000,), UNKNOWN),
        ("prctl", (15,), ALLOW),
        ("prctl", (4, 1), REFUSE),
        ("prlimit64", (0, 7, 0), ALLOW),
        ("prlimit64", (0, 7, 0x1000), REFUSE),
        ("prlimit64", (0, 7, 0x1_0000_0000), REFUSE),
        ("tgkill", (PROCESS, PROCESS, 6), ALLOW),
        ("tgkill", (1, 1, 6), END),
        ("seccomp", (1,), REFUSE),
    ],
)
def test_arguments_decide(
    machine: str, name: str, arguments: tuple[int, ...], expected: int
) -> None:
    assert answer(machine, MACHINES[machine].numbers[name], *arguments) == expected


@pytest.mark.skipif(not NUMBERS.is_file(), reason="the kernel's headers are not installed")
def test_the_numbers_are_the_kernels() -> None:
    defined = dict(re.findall(r"#define __NR_(\w+)\s+(\d+)", NUMBERS.read_text()))
    for name, number in MACHINES[platform.machine()].numbers.items():
        assert defined[name] == str(number), name
