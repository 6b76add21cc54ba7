"""What a child process of ours does right after the fork. Linux only; elsewhere a no-op.

Owns the two system calls (prctl, unshare) that Python 3.11 has no function for.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

PR_SET_PDEATHSIG: Final = 1
CLONE_NEWUSER: Final = 0x10000000
INNER_ID: Final = 1000  # the ordinary uid and gid that root appears as inside the user namespace


def die_with_parent(signal_number: int = signal.SIGKILL, *, parent: int | None = None) -> None:
    """Ask the kernel to signal this process when its parent dies.

    The signal follows the thread that forked us, so children are started from the main thread.
    Given the parent's pid, a parent that died before we could ask is noticed too.
    """
    if sys.platform == "linux":
        _libc().prctl(PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0)
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def child_setup(
    *, death_signal: int | None, as_ordinary_user: bool = False, drop_to: tuple[int, int] | None = None
) -> Callable[[], None]:
    """Return the function a child runs between fork and exec.

    The libraries are loaded before the fork. Changing credentials clears the death signal, so that
    comes first. A process group of its own keeps a terminal's Ctrl-C from reaching the child before
    the supervisor has decided the order. Without a death signal the child outlives its starter.
    """
    _libc()
    parent = os.getpid()

    def run() -> None:
        if death_signal is None:
            os.setsid()
        else:
            os.setpgid(0, 0)
        if as_ordinary_user:
            enter_user_namespace()
        if drop_to is not None:
            os.setgroups([])
            os.setgid(drop_to[1])
            os.setuid(drop_to[0])
        if death_signal is not None:
            die_with_parent(death_signal, parent=parent)

    return run


def enter_user_namespace() -> None:
    """Map root to an ordinary uid for this process and its children. Raises OSError where forbidden."""
    if _libc().unshare(CLONE_NEWUSER) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{INNER_ID} 0 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{INNER_ID} 0 1", encoding="ascii")


def is_alive(pid: int) -> bool:
    """Whether a process with this id exists and is not a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return sys.platform != "linux"
    return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}


_library: ctypes.CDLL | None = None


def _libc() -> ctypes.CDLL:
    global _library
    if _library is None:
        _library = ctypes.CDLL(None, use_errno=True)
    return _library
