"""Search, category, product and suggestion pages at 100,000 and at 1,000,000 products (about 4 and 25 minutes).

Whole HTML pages through the WSGI application, nothing cached but what every process keeps: CPU of the
application and of PostgreSQL, statements, and what eight clients get. PORTOLAN_BENCH_PRODUCTS names other numbers
(`2000`, or `2000,100000`); PORTOLAN_BENCH_DIR keeps the data, of several numbers in a folder each.
"""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from marketplace.local_services import postgres, valkey
from marketplace.local_services.paths import CHECKOUT

SIZES = (100_000, 1_000_000)


def measure() -> Iterator[str]:
    """Let a process of its own fill and measure, for one number of products after the other."""
    yield from beside_services("bench.search_site", SIZES)


def beside_services(module: str, sizes: Sequence[int] = SIZES[:1]) -> Iterator[str]:
    """A module's lines, run beside services of its own with each number of products."""
    named = os.environ.get("PORTOLAN_BENCH_PRODUCTS")
    asked = [int(part) for part in named.split(",")] if named else sizes
    for products in asked:
        if len(asked) > 1:
            yield f"-- {products:,} products"
        yield from _of_one(module, products, str(products) if len(asked) > 1 else "")


def _of_one(module: str, products: int, inside: str) -> Iterator[str]:
    """Start the services on the folder that is kept (or its part) or on one for now, and give the module's lines."""
    with ExitStack() as stack:
        kept = os.environ.get("PORTOLAN_BENCH_DIR")
        folder = (
            Path(kept or stack.enter_context(tempfile.TemporaryDirectory(prefix="portolan-bench-"))) / inside
        )
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
