"""Watch whom a command talks to, by its system calls; the command runs at its usual speed.

Belongs here: the words before the command, and reading what strace wrote. Does not belong here:
which command.
"""

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

# With a filter in the kernel only these calls stop the command; without one, every call would.
_TRACE = ("strace", "-f", "-qq", "--seccomp-bpf", "-e", "trace=connect,sendto,sendmsg,sendmmsg")
_FAMILY = re.compile(r"sa_family=(\w+)")
# Sockets of this machine: by name, in the loopback network, or the kernel's own.
_HERE = re.compile(
    r"sa_family=(AF_UNIX|AF_LOCAL|AF_NETLINK|AF_UNSPEC)"
    r'|sin_addr=inet_addr\("127\.|inet_pton\(AF_INET6, "::1"'
)


def watched(log: Path) -> tuple[str, ...]:
    """Return what stands before a command to be watched; nothing where that cannot be."""
    return (*_TRACE, "-o", str(log), "--") if _can_watch() else ()


def outbound(log: Path) -> list[str]:
    """Return every call that names a place outside this machine; skip the test if none was seen."""
    if not _can_watch():
        pytest.skip("strace is not here or may not trace: apt install strace")
    lines = log.read_text(errors="replace").splitlines()
    return [line for line in lines if _FAMILY.search(line) and not _HERE.search(line)]


@cache
def _can_watch() -> bool:
    if shutil.which("strace") is None:
        return False
    done = subprocess.run([*_TRACE, "-o", "/dev/null", "--", "true"], capture_output=True)
    return done.returncode == 0
