"""The command line of the launcher: `up`, and `run` for one command beside the embedded services."""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .embedded import borrowed
from .paths import CHECKOUT, var_dir
from .postgres import ephemeral
from .problem import LocalServiceProblem
from .supervisor import SETTINGS, Supervisor

OLDEST_PORT, NEWEST_PORT = 1, 65535


def main(arguments: list[str]) -> int:
    """Run one subcommand; problems are said without a traceback."""
    parser = argparse.ArgumentParser(prog="portolan")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="start everything and serve until Ctrl-C")
    run = commands.add_parser("run", help="run manage.py with the embedded services")
    run.add_argument("--var", type=Path, help="another folder for data, with services of its own")
    run.add_argument(
        "--temporary",
        action="store_true",
        help="an empty database that is thrown away, with the test settings",
    )
    run.add_argument("--settings", default=os.environ.get("DJANGO_SETTINGS_MODULE") or SETTINGS)
    run.add_argument("--migrate", action="store_true", help="bring the database up to date first")
    run.add_argument("arguments", nargs=argparse.REMAINDER, help="arguments of manage.py")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "up":
            return Supervisor(var=var_dir(), port=_port(), host=os.environ.get("HOST") or "localhost").run()
        return run_command(chosen)
    except LocalServiceProblem as problem:
        print(f"\nportolan: {problem.sentence}", file=sys.stderr)
        for line in problem.way_out.splitlines():
            print(f"          {line}", file=sys.stderr)
        return 1
    except PermissionError as error:
        print(f"\nportolan: {error.strerror or error}: {error.filename or ''}", file=sys.stderr)
        print(
            "          Files of another user? Be that user, or set PORTOLAN_VAR to a folder of your own.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        return 130


def run_command(chosen: argparse.Namespace) -> int:
    """Run manage.py while the services are up; its exit code is ours."""
    var = (chosen.var or var_dir()).absolute()
    if chosen.var:
        for name in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(name, None)  # a folder of its own means a database of its own
    with (
        _temporary()
        if chosen.temporary
        else borrowed(var, f"runs {' '.join(chosen.arguments[:1])}") as addresses
    ):
        environment = {
            **os.environ,
            "PORTOLAN_VAR": str(var),
            "DJANGO_SETTINGS_MODULE": chosen.settings,
            "PYTHONPATH": str(CHECKOUT),
            **addresses,
        }
        manage = [sys.executable, str(CHECKOUT / "manage.py")]
        if chosen.migrate:
            code = _foreground([*manage, "migrate", "--noinput", "-v", "0"], environment)
            if code != 0:
                return code
        return _foreground([*manage, *chosen.arguments], environment)


@contextlib.contextmanager
def _temporary() -> Iterator[dict[str, str]]:
    """An empty database for one command, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="portolan-") as folder, ephemeral(Path(folder)) as server:
        server.create_database()
        yield {
            "DATABASE_URL": server.url(),
            "PORTOLAN_VAR": folder,
            "DJANGO_SETTINGS_MODULE": "marketplace.settings.test",
        }


def _foreground(command: list[str], environment: dict[str, str]) -> int:
    """Run with the terminal's own signals: Ctrl-C reaches the command, and we wait for its end."""
    process = subprocess.Popen(command, env=environment)
    before = {
        number: signal.signal(number, lambda number, _frame: process.send_signal(number))
        for number in (signal.SIGTERM, signal.SIGHUP)
    }
    before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isascii() or not text.isdigit() or not OLDEST_PORT <= int(text) <= NEWEST_PORT:
        raise LocalServiceProblem(f"PORT={text} is no port number.", "Use a number between 1024 and 65535.")
    return int(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
