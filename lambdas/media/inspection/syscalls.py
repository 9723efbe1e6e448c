"""The system calls of a decoder once all is loaded, and those that no decoder ever makes.

The numbers are the kernel's for each machine, ``asm/unistd_64.h`` and ``asm-generic/unistd.h``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

# Work on open files, memory, threads, time, and signals to itself.
ALLOWED = (
    *("read", "write", "readv", "writev", "close", "fstat", "lseek", "ppoll", "poll"),
    *("munmap", "madvise", "brk"),
    *("futex", "set_robust_list", "rseq", "membarrier", "sched_yield", "exit", "exit_group"),
    *("sched_getaffinity", "sched_getattr", "getcpu", "getpid", "gettid", "sysinfo", "uname"),
    *("clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time"),
    *("getitimer", "setitimer", "getrusage", "times", "getrandom", "restart_syscall"),
    # Pillow makes this call before it writes to memory.
    "getcwd",
    *("rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack"),
)
# Only a compromised decoder makes these calls. Calls in neither list are refused.
FATAL = (
    *("fork", "vfork", "execve", "execveat"),
    *("socket", "socketpair", "connect", "bind"),
    *("kill", "ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd"),
    *("unshare", "setns", "mount", "bpf", "keyctl", "io_uring_setup", "userfaultfd"),
)


@dataclass(frozen=True, slots=True)
class Machine:
    """A processor architecture: its audit name in the kernel, and its system call numbers.

    Parameters
    ----------
    audit_name
        The ``AUDIT_ARCH`` constant.
    numbers
        By name; what the architecture lacks is left out.
    foreign_from
        Where the numbers of a second set of calls begin, x32 on x86-64; None where there is none.
    """

    audit_name: int
    numbers: Mapping[str, int]
    foreign_from: int | None = None


# Name, number on x86-64, number on aarch64.
_NUMBERS = """
bind                49  200
bpf                321  280
brk                 12  214
clock_getres       229  114
clock_gettime      228  113
clock_nanosleep    230  115
clone               56  220
clone3             435  435
close                3   57
connect             42  203
execve              59  221
execveat           322  281
exit                60   93
exit_group         231   94
fork                57    -
fstat                5   80
futex              202   98
getcpu             309  168
getcwd              79   17
getitimer           36  102
getpid              39  172
getrandom          318  278
getrusage           98  165
gettid             186  178
gettimeofday        96  169
io_uring_setup     425  425
keyctl             250  219
kill                62  129
lseek                8   62
madvise             28  233
membarrier         324  283
mmap                 9  222
mount              165   40
mprotect            10  226
mremap              25  216
munmap              11  215
nanosleep           35  101
pidfd_getfd        438  438
poll                 7    -
ppoll              271   73
prctl              157  167
prlimit64          302  261
process_vm_readv   310  270
process_vm_writev  311  271
ptrace             101  117
read                 0   63
readv               19   65
restart_syscall    219  128
rseq               334  293
rt_sigaction        13  134
rt_sigprocmask      14  135
rt_sigreturn        15  139
sched_getaffinity  204  123
sched_getattr      315  275
sched_yield         24  124
seccomp            317  277
set_robust_list    273   99
setitimer           38  103
setns              308  268
sigaltstack        131  132
socket              41  198
socketpair          53  199
sysinfo             99  179
tgkill             234  131
time               201    -
times              100  153
uname               63  160
unshare            272   97
userfaultfd        323  282
vfork               58    -
write                1   64
writev              20   66
"""


def _numbers(column: int) -> dict[str, int]:
    rows = (line.split() for line in _NUMBERS.strip().splitlines())
    return {row[0]: int(row[column]) for row in rows if row[column] != "-"}


MACHINES = {
    "x86_64": Machine(audit_name=0xC000003E, numbers=_numbers(1), foreign_from=0x40000000),
    "aarch64": Machine(audit_name=0xC00000B7, numbers=_numbers(2)),
}
