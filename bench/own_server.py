"""A measurement that needs a database of its own: a server with fsync on, migrated, and a client process that reports."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.bench_ledger import ROOT
from marketplace.local_services import postgres


def report_of(name: str, *client: str) -> Iterator[str]:
    """The lines that `python -m <client>` prints, run against an empty marketplace; the server is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=f"bench-{name}-") as folder:
        server = postgres.embedded(Path(folder))
        server.start()
        try:
            server.create_database(name)
            environment = {
                **os.environ,
                "DATABASE_URL": server.url(name),
                "DJANGO_SETTINGS_MODULE": "marketplace.settings.test",
                "PORTOLAN_TEST_FILES": folder,
            }
            python = [sys.executable, "-W", "ignore"]
            migrate = [*python, "manage.py", "migrate", "--verbosity", "0"]
            subprocess.run(migrate, cwd=ROOT, env=environment, check=True)
            with subprocess.Popen(
                [*python, "-m", *client], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
            ) as process:
                yield from (line.rstrip() for line in process.stdout or ())
            if process.returncode:
                yield f"the client ended with {process.returncode}"
        finally:
            server.stop()
