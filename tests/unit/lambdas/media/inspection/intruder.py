"""A decoder that was taken over after it was confined: it does what the file tells it to.

What comes of it goes back as the name of a fault, ``Escaped`` where nothing held it.
"""

import ctypes
import mmap
import os
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from media.inspection import confinement, worker
from media.inspection.confinement import Measure
from media.inspection.kernel import call, stack_address
from media.inspection.syscalls import MACHINES
from media.inspection.wire import Answer, Assignment, Fault

PNG = b"\x89PNG\r\n\x1a\n"
UNCONFINED = "tests.unit.lambdas.media.inspection.intruder_unconfined"
UNFILTERED = "tests.unit.lambdas.media.inspection.intruder_unfiltered"
# What Python and its libraries go by; the last the process sets itself.
NEEDED = frozenset(
    {
        *("PATH", "PYTHONPATH", "PYTHONHOME", "PYTHONPYCACHEPREFIX", "LD_LIBRARY_PATH"),
        *("LANG", "LC_ALL", "LC_CTYPE", "VIPS_CONCURRENCY", "OMP_NUM_THREADS", "VIPS_WARNING"),
    }
)
_X32_GETPID = 0x40000000 | 39
_DUMPABLE, _PTRACE_SEIZE = 4, 0x4206
_GIBIBYTE = 1024**3
_GROWS_DOWN, _MAY_MOVE = 0x100, 1
_seen: list[bytes] = []


def order(attack: str, *arguments: object) -> bytes:
    """Write a file that begins like an image and tells the intruder what to do."""
    return PNG + " ".join([attack, *map(str, arguments)]).encode()


def fork(_parent: int) -> None:
    if os.fork() == 0:
        os._exit(0)


def read_memory_of(parent: int) -> None:
    here = ctypes.create_string_buffer(8)
    local = (ctypes.c_size_t * 2)(ctypes.addressof(here), 8)
    call("process_vm_readv", parent, local, 1, local, 1, 0)


def write_file(_parent: int) -> None:
    Path("/tmp/left-by-an-intruder").write_text("x")  # noqa: S108 - what it must not be able to


def start_thread(_parent: int) -> None:
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()


def find_settings(_parent: int) -> None:
    """Look for anything in its own environment that it doesn't need."""
    if not set(os.environ) - NEEDED:
        raise LookupError


def become_ordinary() -> None:
    """Give up root's rights, where the tests run as root: a function's user has none of them."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    # Who is confined may not even ask for less.
    with suppress(PermissionError):
        call("capset", header, (ctypes.c_uint32 * 6)())


def read_environment_of(parent: int) -> None:
    become_ordinary()
    Path(f"/proc/{parent}/environ").read_bytes()


def open_memory_of(parent: int) -> None:
    become_ordinary()
    with Path(f"/proc/{parent}/mem").open("rb"):
        pass


def attach_to(parent: int) -> None:
    become_ordinary()
    call("ptrace", ctypes.c_long(_PTRACE_SEIZE), ctypes.c_long(parent), None, None)


def take_another_stack(_parent: int) -> None:
    """Take memory that the kernel counts as a stack, and so not against the limit."""
    kind = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _GROWS_DOWN
    mmap.mmap(-1, _GIBIBYTE, flags=kind)


def move_stack(_parent: int) -> None:
    """Move a page of the stack to where there is room for as much as one likes."""
    page = stack_address() & -mmap.PAGESIZE
    numbers = (MACHINES[os.uname().machine].numbers["mremap"], page, mmap.PAGESIZE, _GIBIBYTE)
    call("syscall", *map(ctypes.c_long, (*numbers, _MAY_MOVE)))


def grow_memory(_parent: int) -> None:
    """Have the C library move what it holds, as decoders do."""
    memory = bytearray(32 * 1024**2)
    for _ in range(4):
        memory += bytes(16 * 1024**2)


ATTACKS: dict[str, Callable[[int], object]] = {
    "nothing": lambda _: None,
    "start_thread": start_thread,
    "grow_memory": grow_memory,
    "take_another_stack": take_another_stack,
    "move_stack": move_stack,
    "read_environment": read_environment_of,
    "open_memory": open_memory_of,
    "find_settings": find_settings,
    "read_file": lambda _: Path(__file__).read_bytes(),
    "list_folder": lambda _: list(Path("/").iterdir()),
    "write_file": write_file,
    "attach": attach_to,
    "read_memory": read_memory_of,
    "open_socket": lambda _: socket.socket(),
    "open_pipe": lambda _: os.pipe(),
    "open_memory_file": lambda _: os.memfd_create("x"),
    "fork": fork,
    "execute": lambda _: os.execv(sys.executable, [sys.executable]),  # noqa: S606 - the attack
    "signal_parent": lambda parent: os.kill(parent, 0),
    "signal_thread_of_parent": lambda parent: call("tgkill", parent, parent, 0),
    "run_own_code": lambda _: mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC),
    "take_shared_memory": lambda _: mmap.mmap(-1, 4096),
    "become_dumpable": lambda _: call("prctl", _DUMPABLE, 1, 0, 0, 0),
    "outlive_parent": lambda _: call("prctl", 1, 0, 0, 0, 0),
    "raise_limit": lambda _: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)),
    "other_calls": lambda _: call("syscall", ctypes.c_long(_X32_GETPID)),
    "allocate": lambda _: bytearray(_GIBIBYTE),
}


def daemonise(connection: Connection, trace: str) -> None:
    """Leave a process behind that has left group and parent, and holds the line; then end."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
                signal.signal(number, signal.SIG_IGN)
            Path(trace).write_text(str(os.getpid()))
            while True:
                time.sleep(60)
        os._exit(0)
    while not Path(trace).exists() or not Path(trace).read_text():
        time.sleep(0.01)
    connection.close()
    os._exit(1)


def attack(data: bytes, assignment: Assignment, connection: Connection) -> Answer:
    name, *arguments = data.removeprefix(PNG).decode().split(" ")
    if name == "remember":
        _seen.append(data)
        return Fault("Fresh" if len(_seen) == 1 else "Escaped", "intruder:1")
    if name == "daemonise":
        daemonise(connection, *arguments)
    try:
        ATTACKS[name](assignment.parent)
    except (Exception, MemoryError) as error:  # noqa: BLE001 - what came of it is the answer
        return Fault.of(error)
    return Fault("Escaped", "intruder:1")


def serve(descriptor: int) -> None:
    worker.leave_terminal()
    with suppress(EOFError, BrokenPipeError), Connection(descriptor) as connection:
        worker.run(connection, lambda data, work: attack(data, work, connection))


def serve_unconfined(descriptor: int) -> None:
    """Serve as on a system that refuses every measure."""
    worker.confine = lambda *_: frozenset(Measure)  # type: ignore[attr-defined]  # for this process
    serve(descriptor)


def serve_unfiltered(descriptor: int) -> None:
    """Serve as on a system that refuses the filter, and nothing else."""

    def refuse() -> None:
        raise OSError

    confinement.install_filter = refuse  # type: ignore[attr-defined]  # for this process
    serve(descriptor)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
