"""What a decoder asks of the kernel once all is loaded, and what no decoder ever asks.

The numbers are the kernel's for each machine, ``asm/unistd_64.h`` and ``asm-generic/unistd.h``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

# Work on what is open, memory, threads, time and signals of its own.
ALLOWED = (
    *("read", "write", "readv", "writev", "close", "fstat", "lseek", "ppoll", "poll"),
    *("munmap", "mremap", "madvise", "brk"),
    *("futex", "set_robust_list", "rseq", "membarrier", "sched_yield", "exit", "exit_group"),
    *("sched_getaffinity", "sched_getattr", "getcpu", "getpid", "gettid", "sysinfo", "uname"),
    *("clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time"),
    *("getitimer", "setitimer", "getrusage", "times", "getrandom", "restart_syscall"),
    # Pillow asks for it before it writes to memory.
    "getcwd",
    *("rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack"),
)
# Who asks for these is no decoder any more. All that stands in neither list is refused.
FATAL = (
    *("fork", "vfork", "execve", "execveat"),
    *("socket", "socketpair", "connect", "bind"),
    *("kill", "ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd"),
    *("unshare", "setns", "mount", "bpf", "keyctl", "io_uring_setup", "userfaultfd"),
)


@dataclass(frozen=True, slots=True)
class Machine:
    """A processor architecture: the kernel's name for it, and its numbers of system calls.

    Parameters
    ----------
    audit_name
        The ``AUDIT_ARCH`` constant.
    numbers
        By name; what the architecture lacks is left out.
    foreign_from
        Where the numbers of a second set of calls begin; None where there is none.
    """

    audit_name: int
    numbers: Mapping[str, int]
    foreign_from: int | None = None


MACHINES = {
    "x86_64": Machine(
        audit_name=0xC000003E,
        foreign_from=0x40000000,  # x32
        numbers={
            **{"read": 0, "write": 1, "close": 3, "fstat": 5, "poll": 7, "lseek": 8, "mmap": 9},
            **{"mprotect": 10, "munmap": 11, "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14},
            **{"rt_sigreturn": 15, "readv": 19, "writev": 20, "sched_yield": 24, "mremap": 25},
            **{"madvise": 28, "nanosleep": 35, "getitimer": 36, "setitimer": 38, "getpid": 39},
            **{"socket": 41, "connect": 42, "bind": 49, "socketpair": 53, "clone": 56, "fork": 57},
            **{"vfork": 58, "execve": 59, "exit": 60, "kill": 62, "uname": 63, "gettimeofday": 96},
            **{"getcwd": 79, "getrusage": 98, "sysinfo": 99, "times": 100, "ptrace": 101, "sigaltstack": 131},
            **{"prctl": 157, "mount": 165, "gettid": 186, "time": 201, "futex": 202},
            **{"sched_getaffinity": 204, "restart_syscall": 219, "clock_gettime": 228},
            **{"clock_getres": 229, "clock_nanosleep": 230, "exit_group": 231, "tgkill": 234},
            **{"keyctl": 250, "ppoll": 271, "unshare": 272, "set_robust_list": 273},
            **{"prlimit64": 302, "setns": 308, "getcpu": 309, "process_vm_readv": 310},
            **{"process_vm_writev": 311, "sched_getattr": 315, "seccomp": 317, "getrandom": 318},
            **{"bpf": 321, "execveat": 322, "userfaultfd": 323, "membarrier": 324, "rseq": 334},
            **{"io_uring_setup": 425, "clone3": 435, "pidfd_getfd": 438},
        },
    ),
    "aarch64": Machine(
        audit_name=0xC00000B7,
        numbers={
            **{"getcwd": 17, "mount": 40, "close": 57, "lseek": 62, "read": 63, "write": 64, "readv": 65},
            **{"writev": 66, "ppoll": 73, "fstat": 80, "exit": 93, "exit_group": 94, "unshare": 97},
            **{"futex": 98, "set_robust_list": 99, "nanosleep": 101, "getitimer": 102},
            **{"setitimer": 103, "clock_gettime": 113, "clock_getres": 114},
            **{"clock_nanosleep": 115, "ptrace": 117, "sched_getaffinity": 123, "sched_yield": 124},
            **{"restart_syscall": 128, "kill": 129, "tgkill": 131, "sigaltstack": 132},
            **{"rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139, "times": 153},
            **{"uname": 160, "getrusage": 165, "prctl": 167, "getcpu": 168, "gettimeofday": 169},
            **{"getpid": 172, "gettid": 178, "sysinfo": 179, "socket": 198, "socketpair": 199},
            **{"bind": 200, "connect": 203, "brk": 214, "munmap": 215, "mremap": 216},
            **{"keyctl": 219, "clone": 220, "execve": 221, "mmap": 222, "mprotect": 226},
            **{"madvise": 233, "prlimit64": 261, "setns": 268, "process_vm_readv": 270},
            **{"process_vm_writev": 271, "sched_getattr": 275, "seccomp": 277, "getrandom": 278},
            **{"bpf": 280, "execveat": 281, "userfaultfd": 282, "membarrier": 283, "rseq": 293},
            **{"io_uring_setup": 425, "clone3": 435, "pidfd_getfd": 438},
        },
    ),
}
