"""Imports of listings: read, checked and done by one worker, new, unchanged, changed, submitted and live; exports.

A server of its own with fsync on. `BENCH_IMPORT_ROWS=500` takes seconds but for the migrations. Aim: 10,000 rows
in under a minute on two cores, with memory that does not grow with the rows.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.bench_ledger import ROOT
from marketplace.local_services import postgres

ROWS = int(os.environ.get("BENCH_IMPORT_ROWS", "10000"))


def measure() -> Iterator[str]:
    """Lines of the report."""
    with tempfile.TemporaryDirectory(prefix="bench-import-") as folder:
        server = postgres.embedded(Path(folder))
        server.start()
        try:
            server.create_database("imports")
            environment = {
                **os.environ,
                "DATABASE_URL": server.url("imports"),
                "DJANGO_SETTINGS_MODULE": "marketplace.settings.test",
                "PORTOLAN_TEST_FILES": folder,
            }
            migrate = [sys.executable, "-W", "ignore", "manage.py", "migrate", "--verbosity", "0"]
            subprocess.run(migrate, cwd=ROOT, env=environment, check=True)
            client = [sys.executable, "-W", "ignore", "-m", "bench.import_client", str(ROWS)]
            with subprocess.Popen(
                client, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
            ) as process:
                yield from (line.rstrip() for line in process.stdout or ())
            if process.returncode:
                yield f"the worker ended with {process.returncode}"
        finally:
            server.stop()
