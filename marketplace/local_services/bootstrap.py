"""Makes the Python environment from requirements.lock. Standard library only.

Run by path with the system's Python before anything is installed; must not import anything of ours.
Works without python3-venv and without pip: then pip itself is fetched, by pinned hash from the index that
pip is configured with, or where none is configured from Debian's archive, checked by apt's signatures.
A stamp makes the second run instant.
"""

import base64
import configparser
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
LOCK = CHECKOUT / "requirements.lock"
OLDEST = (3, 11)
PIP_WHEEL = "pip-26.3-py3-none-any.whl"
PIP_SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"
DEBIAN_PACKAGE = "python3-pip-whl"  # holds nothing but the wheel of pip
CONNECT_SECONDS = 60


class BootstrapError(Exception):
    """A sentence for the person at the terminal."""


def main() -> int:
    """Make or confirm the environment; say what happens and why it failed."""
    try:
        _use_new_enough_python()
        environment = Path(os.environ.get("PORTOLAN_VENV") or CHECKOUT / ".venv").absolute()
        make_environment(environment)
    except BootstrapError as problem:
        print(f"portolan: {problem}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"portolan: the environment cannot be written: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def make_environment(environment: Path) -> bool:
    """Install the lock into the environment. Returns False when it was already there."""
    stamp = environment / "portolan-lock.sha256"
    wanted = _stamp_text()
    if _read(stamp) == wanted and (environment / "bin" / "python").exists():
        return False
    environment.parent.mkdir(parents=True, exist_ok=True)
    with environment.with_name(f"{environment.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _read(stamp) == wanted and (environment / "bin" / "python").exists():
            return False
        _refuse_anothers(environment, _read(stamp))
        started = time.monotonic()
        _say("making the Python environment (once; about half a minute)")
        installer = _fresh_environment(environment)
        _install(environment, installer)
        stamp.write_text(wanted, encoding="ascii")
        _say(f"environment ready after {time.monotonic() - started:.0f} s")
    return True


def _refuse_anothers(environment: Path, stamp: str) -> None:
    """An environment that another checkout made, and that checkout is still there: it is not ours to delete."""
    _digest, _version, owner = [*stamp.split(" ", 2), "", "", ""][:3]
    if owner and owner != str(CHECKOUT) and Path(owner).exists():
        raise BootstrapError(
            f"{environment} belongs to the checkout in {owner}; set PORTOLAN_VENV to another folder."
        )


def _use_new_enough_python() -> None:
    """Go on with a newer Python on the search path when this one is too old."""
    if sys.version_info >= OLDEST:
        return
    for minor in (13, 12, 11):
        if newer := shutil.which(f"python3.{minor}"):
            os.execv(newer, [newer, __file__, *sys.argv[1:]])
    raise BootstrapError("Portolan needs Python 3.11 or newer; set PYTHON= to one.")


def _stamp_text() -> str:
    try:
        digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    except FileNotFoundError:
        raise BootstrapError(f"{LOCK} is missing; is this a whole checkout?") from None
    return f"{digest} {sys.version_info.major}.{sys.version_info.minor} {CHECKOUT}"


def _fresh_environment(environment: Path) -> list[str]:
    """Make an empty environment; return the command that runs pip inside it."""
    python = environment / "bin" / "python"
    if (environment / "pyvenv.cfg").exists():
        shutil.rmtree(
            environment
        )  # of another lock or another Python: made anew, nothing of anybody's is in it
    elif environment.exists() and any(environment.iterdir()):
        raise BootstrapError(
            f"{environment} exists and is no Python environment; move it away or set PORTOLAN_VENV."
        )
    if importlib.util.find_spec("venv") is None:
        raise BootstrapError("This Python has no venv module; install python3 in full.")
    _run(
        [sys.executable, "-m", "venv", "--without-pip", str(environment)], "The environment could not be made"
    )
    if _has_ensurepip() and _succeeds([str(python), "-m", "ensurepip"]):
        return [str(python), "-m", "pip"]
    wheel = _fetch_pip(environment / "share")
    return [str(python), str(wheel / "pip")]


def _has_ensurepip() -> bool:
    return os.environ.get("PORTOLAN_FETCH_PIP") != "1" and importlib.util.find_spec("ensurepip") is not None


def _install(environment: Path, pip: list[str]) -> None:
    """Install every locked package by hash, with a line of progress."""
    total = len(re.findall(r"^[A-Za-z0-9][^=\s]*==", LOCK.read_text(encoding="utf-8"), re.MULTILINE))
    command = [
        *pip, "install", "--require-hashes", "--no-deps", "--no-compile", "--no-input",
        "--disable-pip-version-check", "--no-warn-script-location", "--progress-bar", "off",
        "--only-binary", ":all:", "-r", str(LOCK),
    ]  # fmt: skip
    variables = {**os.environ, "PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}
    variables.pop("PYTHONPATH", None)
    variables.pop("PYTHONHOME", None)
    tail: list[str] = []
    done = 0
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True,
        errors="replace", env=variables,
    )  # fmt: skip
    for line in process.stdout or ():
        tail = [*tail[-14:], line.rstrip()]
        if line.startswith("Collecting "):
            done += 1
            _progress(done, total)
        elif line.startswith("Installing collected"):
            _say("installing", newline=True)
    if process.wait() != 0:
        shutil.rmtree(environment, ignore_errors=True)
        raise BootstrapError("The packages could not be installed. pip said:\n  " + "\n  ".join(tail))


# --- fetching pip ------------------------------------------------------------


def _fetch_pip(folder: Path) -> Path:
    """The pinned pip wheel from a configured index, its hash checked; else Debian's own."""
    problems = []
    for index in _indexes():
        try:
            content = _download_from(index)
        except (OSError, ValueError, BootstrapError) as error:
            problems.append(str(error))
            continue
        if hashlib.sha256(content).hexdigest() != PIP_SHA256:
            raise BootstrapError(
                f"{PIP_WHEEL} of {index} has another hash than expected: do not trust that index"
            )
        folder.mkdir(parents=True, exist_ok=True)
        wheel = folder / PIP_WHEEL
        wheel.write_bytes(content)
        return wheel
    try:
        return _pip_from_debian(folder)
    except (OSError, BootstrapError) as error:
        problems.append(str(error))
    raise BootstrapError(
        "pip is missing and could not be fetched (" + "; ".join(problems) + ").\n"
        "Install the packages python3-venv and python3-pip, or set PIP_INDEX_URL to an index that is reachable."
    )


def _pip_from_debian(folder: Path) -> Path:
    """Fetch the pip wheel out of Debian's archive: needs no right beyond reading apt's list of sources."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise BootstrapError("no index is configured and this is not Debian")
    with tempfile.TemporaryDirectory(prefix="portolan-pip-") as scratch:
        private = _private_apt(Path(scratch))
        if not _apt(scratch, "download", DEBIAN_PACKAGE):
            # The system's lists are empty or old: read lists of our own, as an ordinary user may.
            _say("reading Debian's list of packages (once)")
            _apt(scratch, *private, "update")
            if not _apt(scratch, *private, "download", DEBIAN_PACKAGE):
                raise BootstrapError(f"apt-get could not download {DEBIAN_PACKAGE}")
        package = next(Path(scratch).glob(f"{DEBIAN_PACKAGE}_*.deb"))
        _run(["dpkg-deb", "-x", str(package), f"{scratch}/unpacked"], "Debian's pip could not be unpacked")
        wheel = next(Path(scratch, "unpacked").rglob("pip-*.whl"))
        folder.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(wheel, folder))


def _private_apt(scratch: Path) -> list[str]:
    for name in ("state/lists/partial", "cache/archives/partial"):
        (scratch / name).mkdir(parents=True)
    options = {
        "Dir::State": f"{scratch}/state",
        "Dir::State::status": "/var/lib/dpkg/status",
        "Dir::Cache": f"{scratch}/cache",
        "Debug::NoLocking": "1",
        "APT::Sandbox::User": "",
    }
    return [word for name, value in options.items() for word in ("-o", f"{name}={value}")]


def _apt(folder: str, *arguments: str) -> bool:
    done = subprocess.run(
        ["apt-get", "-q", *arguments], cwd=folder, capture_output=True, check=False, stdin=subprocess.DEVNULL
    )
    return done.returncode == 0


def _download_from(index: str) -> bytes:
    page_address = index.rstrip("/") + "/pip/"
    page, address = _get(page_address)
    links = _Links()
    links.feed(page.decode("utf-8", errors="replace"))
    base = urllib.parse.urljoin(address, links.base) if links.base else address
    for href in links.found:
        target = urllib.parse.urljoin(base, href)
        path = urllib.parse.urlsplit(target).path
        if urllib.parse.unquote(path.rsplit("/", 1)[-1]) == PIP_WHEEL:
            return _get(urllib.parse.urldefrag(target).url)[0]
    raise BootstrapError(f"the index does not list {PIP_WHEEL}")


def _get(address: str) -> tuple[bytes, str]:
    """Fetch an address; credentials inside it become a header. Returns the body and the final address."""
    parts = urllib.parse.urlsplit(address)
    if parts.scheme == "file":
        path = Path(urllib.request.url2pathname(parts.path))
        return (path / "index.html" if path.is_dir() else path).read_bytes(), address
    headers = {"User-Agent": "portolan-bootstrap", "Accept": "text/html, */*"}
    if parts.username:
        secret = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
        headers["Authorization"] = "Basic " + base64.b64encode(secret.encode()).decode()
        host = parts.hostname or ""
        parts = parts._replace(netloc=f"{host}:{parts.port}" if parts.port else host)
    request = urllib.request.Request(urllib.parse.urlunsplit(parts), headers=headers)
    with urllib.request.urlopen(request, timeout=CONNECT_SECONDS, context=_tls()) as answer:
        return answer.read(), answer.geturl()


def _tls() -> ssl.SSLContext:
    certificates = os.environ.get("PIP_CERT") or _pip_setting("cert")
    return ssl.create_default_context(cafile=certificates or None)


class _Links(HTMLParser):
    """The addresses of an index page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.base = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href")
        if tag == "a" and href:
            self.found.append(href)
        elif tag == "base" and href:
            self.base = href


def _indexes() -> list[str]:
    """The indexes that pip is configured with, the first one first; none where it is left at its default."""
    first = os.environ.get("PIP_INDEX_URL") or _pip_setting("index-url")
    extra = os.environ.get("PIP_EXTRA_INDEX_URL") or _pip_setting("extra-index-url")
    return [*first.split(), *extra.split()]


def _pip_setting(name: str) -> str:
    """One value of pip's configuration files; the later file wins, [install] over [global]."""
    value = ""
    for path in _pip_files():
        parser = configparser.RawConfigParser()
        with contextlib.suppress(configparser.Error, OSError, UnicodeDecodeError):
            parser.read(path, encoding="utf-8")
        for section in ("global", "install"):
            value = parser.get(section, name, fallback=value)
    return value.strip()


def _pip_files() -> list[Path]:
    home = Path.home()
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    chosen = os.environ.get("PIP_CONFIG_FILE")
    if chosen == os.devnull:
        return []
    site = [
        Path(folder) / "pip" / "pip.conf"
        for folder in (os.environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")
    ]
    files = [*site, Path("/etc/pip.conf"), home / ".pip" / "pip.conf", config / "pip" / "pip.conf"]
    return [*files, *([Path(chosen)] if chosen else [])]


# --- small things ------------------------------------------------------------


def _run(command: list[str], failure: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise BootstrapError(f"{failure}: {(done.stderr or done.stdout).strip()[-800:]}")


def _succeeds(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL).returncode == 0


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        return ""


def _say(text: str, *, newline: bool = False) -> None:
    print(("\n" if newline and sys.stdout.isatty() else "") + f"portolan: {text}", flush=True)


def _progress(done: int, total: int) -> None:
    if sys.stdout.isatty():
        print(f"\rportolan: fetching packages {done}/{total} ", end="", flush=True)
    elif done % 25 == 0:
        print(f"portolan: fetching packages {done}/{total}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
