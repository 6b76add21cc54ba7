"""Where the embedded services keep things. Read by the settings too, so that everybody agrees.

Owns the layout of the `var` folder and nothing in it.
"""

import hashlib
import os
from pathlib import Path
from typing import Final
from urllib.parse import quote

CHECKOUT: Final = Path(__file__).resolve().parents[2]
SOCKET_PATH_LIMIT: Final = 107  # bytes of sun_path without the closing zero
LONGEST_SOCKET_NAME: Final = len(".s.PGSQL.5432.lock")
DATABASE: Final = "portolan"
DATABASE_USER: Final = "portolan"


def var_dir() -> Path:
    """The folder of everything that is made at run time: PORTOLAN_VAR, else `var` in the checkout."""
    return Path(os.environ.get("PORTOLAN_VAR") or CHECKOUT / "var").absolute()


def socket_dir(var: Path) -> Path:
    """The folder of the sockets: inside `var`, or a short one named by a hash where that is too long."""
    inside = var / "run"
    if len(os.fsencode(inside)) + 1 + LONGEST_SOCKET_NAME <= SOCKET_PATH_LIMIT:
        return inside
    name = hashlib.sha256(os.fsencode(var)).hexdigest()[:12]
    return Path("/tmp") / f"portolan-{name}"


def make_private(folder: Path) -> Path:
    """Make the folder for its owner only; refuse one that somebody else put there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stat = folder.lstat()
    if folder.is_symlink() or stat.st_uid != os.geteuid():
        message = f"{folder} belongs to somebody else; remove it or set PORTOLAN_VAR to a shorter path."
        raise PermissionError(message)
    folder.chmod(0o700)
    return folder


def postgres_url(sockets: Path, database: str = DATABASE) -> str:
    """The address of a database behind a unix socket, as DATABASE_URL takes it."""
    return f"postgres://{DATABASE_USER}@/{database}?host={quote(str(sockets), safe='/')}"


def valkey_socket(sockets: Path) -> Path:
    """The unix socket of the embedded Valkey."""
    return sockets / "valkey.sock"


def redis_url(sockets: Path) -> str:
    """The address of the embedded Valkey, as REDIS_URL takes it."""
    return f"unix://{quote(str(valkey_socket(sockets)), safe='/')}"
