"""Search, category, product and suggestion pages at 100,000 products (PORTOLAN_BENCH_PRODUCTS for another number).

Whole HTML pages through the WSGI application, nothing cached but what every process keeps: CPU of the
application and of PostgreSQL, statements, and what eight clients get. PORTOLAN_BENCH_DIR keeps the data.
"""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from marketplace.local_services import postgres, valkey
from marketplace.local_services.paths import CHECKOUT


def measure() -> Iterator[str]:
    """Let a process of its own fill and measure."""
    yield from beside_services("bench.search_site")


def beside_services(module: str) -> Iterator[str]:
    """Start the services, and give a module's lines, run with the number of products."""
    products = int(os.environ.get("PORTOLAN_BENCH_PRODUCTS") or 100_000)
    with ExitStack() as stack:
        kept = os.environ.get("PORTOLAN_BENCH_DIR")
        folder = Path(kept or stack.enter_context(tempfile.TemporaryDirectory(prefix="portolan-bench-")))
        folder.mkdir(parents=True, exist_ok=True)
        database, queue = postgres.embedded(folder), valkey.embedded(folder)
        for server in (database, queue):
            server.start()
            stack.callback(server.stop)
        database.create_database()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        environment = {
            **os.environ,
            "DATABASE_URL": database.url(),
            "REDIS_URL": queue.url(),
            "PORTOLAN_VAR": str(folder),
            "SEARCH_DIR": str(folder / f"search-{products}"),
            "DJANGO_SETTINGS_MODULE": "marketplace.settings.local",
            "PORTOLAN_STATEMENT_LIMITS": "off",
            "PORT": str(port),
            "PYTHONPATH": str(CHECKOUT),
            "LOG_LEVEL": "ERROR",
        }
        command = [sys.executable, "-m", module, str(products)]
        with subprocess.Popen(
            command, env=environment, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True
        ) as site:
            for line in site.stdout or ():
                yield line.rstrip()
        if site.returncode:
            yield f"the site ended with {site.returncode}"
