"""The site that `bench_search` measures, in a process of its own: fills, builds the index, asks whole pages.

`python -m bench.search_site PRODUCTS`; the environment names the database and the folder of the index.
"""

from __future__ import annotations

import http.client
import io
import os
import random
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import django

django.setup()

from django.conf import settings  # noqa: E402 -- Django first
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection  # noqa: E402

from bench.search_data import Vocabulary, fill  # noqa: E402
from catalog.models import Category, Product  # noqa: E402
from catalog.operations import refresh_search  # noqa: E402
from catalog.search.tantivy_index.folder import IndexFolder  # noqa: E402
from catalog.search.tantivy_index.writer import build_index  # noqa: E402
from marketplace.core import clock  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")
PER_PAGE = 120
CLIENTS = 8
CLIENT_SECONDS = 10.0


def main(products: int) -> None:
    """Everything, line by line."""
    prepare(products)
    kinds = dict(_questions(Vocabulary(random.Random(20261128)), products))
    application = get_wsgi_application()
    print("page: CPU ms application + PostgreSQL, SQL statements, KB of HTML; wall p50 / p95")
    for name, addresses in kinds.items():
        print(_measured(application, name, addresses), flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory of the measuring process at its peak: {peak:.0f} MB")
    for line in _with_clients([a for some in kinds.values() for a in some[:40]]):
        print(line, flush=True)


def prepare(products: int) -> None:
    """The data and its index, if they are not there yet."""
    call_command("migrate", "--noinput", "--verbosity", "0")
    if not (settings.STATIC_ROOT / "staticfiles.json").exists():
        call_command(
            "collectstatic", "--noinput", "--verbosity", "0", ignore_patterns=["redoc", "rest_framework"]
        )
    if Product.objects.count() != products:
        started = time.monotonic()
        fill(products, vectors=products <= 100_000)
        print(f"filled {products:,} products in {time.monotonic() - started:.0f} s", flush=True)
    while refresh_search(at=clock.now()):  # a run that was broken off may have left some out
        continue
    folder = IndexFolder(settings.SEARCH_DIR or Path())
    if folder.current() is None:
        started, cpu = time.monotonic(), time.process_time()
        with folder.held("building"):
            path = build_index(folder)
        size = sum(file.stat().st_size for file in path.iterdir()) / 1e6
        print(
            f"index built in {time.monotonic() - started:.0f} s"
            f" ({time.process_time() - cpu:.0f} s CPU of the builder), {size:.0f} MB"
        )


def _questions(vocabulary: Vocabulary, products: int) -> Iterator[tuple[str, list[str]]]:
    chance = random.Random(7)
    leaves = list(Category.objects.filter(is_leaf=True).order_by("position").values_list("code", flat=True))
    drawn = [list(dict.fromkeys(vocabulary.draw(6)))[:2] for _ in range(PER_PAGE)]
    filters = {"origin": "IN", "verified": "on", "lead_max": "30"}

    def search(**asked: str) -> str:
        return f"/search/?{urlencode(asked)}"

    yield "search, one word drawn by Zipf", [search(q=words[0]) for words in drawn]
    yield "search, one common word", [search(q=chance.choice(vocabulary.words[:20])) for _ in drawn]
    yield "search, two words", [search(q=" ".join(words)) for words in drawn]
    yield "search, one word, three filters", [search(q=words[0], **filters) for words in drawn]
    yield (
        "search, one word, my quantity, price at most",
        [search(q=words[0], quantity="5000", unit="KGM", price_max="40") for words in drawn],
    )
    yield "search, by price", [search(q=words[0], sort="price", currency="EUR") for words in drawn]
    yield (
        "category with filter",
        [
            f"/categories/{chance.choice(leaves)}/?{urlencode({'origin': 'IN', 'verified': 'on'})}"
            for _ in drawn
        ],
    )
    ids = [chance.randint(1, products) for _ in drawn]
    rows = Product.objects.in_bulk(ids)
    yield "product page", [f"/products/{rows[n].ref}/{rows[n].slug}/" for n in ids]
    yield "suggestions", [f"/search/suggestions/?q={words[0][:4]}" for words in drawn]
    yield "front page", ["/"] * 20


def _measured(application: Callable[..., Any], name: str, addresses: list[str]) -> str:
    for address in addresses[:10]:
        _ask(application, address)
    backend = one_backend()
    statements, sizes, walls = _Counter(), [], []
    cpu, of_postgres = time.process_time(), cpu_of(backend)
    with connection.execute_wrapper(statements):
        for address in addresses:
            started = time.perf_counter()
            status, size = _ask(application, address)
            walls.append(time.perf_counter() - started)
            sizes.append(size)
            if not status.startswith("200"):
                return f"{name}: {status} at {address}"
    asked = len(addresses)
    cpu, of_postgres = (
        (time.process_time() - cpu) / asked * 1000,
        (cpu_of(backend) - of_postgres) / asked * 1000,
    )
    walls.sort()
    return (
        f"{name}: {cpu:.1f} + {of_postgres:.1f} ms, {statements.count / asked:.1f} SQL,"
        f" {statistics.mean(sizes) / 1000:.0f} KB; {walls[asked // 2] * 1000:.0f} / {walls[asked * 95 // 100] * 1000:.0f} ms"
    )


class _Counter:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self.count += 1
        return execute(*arguments)


def one_backend() -> int:
    """The process of PostgreSQL that answers from now on, the same for the whole measurement."""
    connection.settings_dict["CONN_MAX_AGE"] = None
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process has taken."""
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / TICKS


def _ask(application: Callable[..., Any], address: str) -> tuple[str, int]:
    path, _, query = address.partition("?")
    answered: list[str] = []
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "localhost",
        "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "localhost", "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr,
        "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False, "HTTP_ACCEPT_ENCODING": "gzip", "HTTP_HX_REQUEST": "true",
    }  # fmt: skip
    response = application(environ, lambda status, _headers: answered.append(status))
    size = sum(len(part) for part in response)
    response.close()
    return answered[0], size


def _with_clients(addresses: list[str]) -> Iterator[str]:
    """Eight clients at once against gunicorn as `make up` runs it."""
    port = int(os.environ["PORT"])
    conf = Path(__file__).resolve().parents[1] / "marketplace" / "local_services" / "gunicorn_conf.py"
    command = [
        sys.executable, "-m", "gunicorn", "-c", str(conf), "--log-level", "error",
        "--bind", f"127.0.0.1:{port}", "marketplace.wsgi",
    ]  # fmt: skip
    with subprocess.Popen(command) as server:
        try:
            _wait_for(port)
            walls = _hammer(port, addresses)
            memory = sum(_memory_of(pid) for pid in _children_of(server.pid))
        finally:
            server.terminate()
    walls.sort()
    at = {share: walls[len(walls) * share // 100] * 1000 for share in (50, 95, 99)}
    yield (
        f"{CLIENTS} clients for {CLIENT_SECONDS:.0f} s, all pages mixed: {len(walls) / CLIENT_SECONDS:.0f} requests/s,"
        f" p50 {at[50]:.0f} ms, p95 {at[95]:.0f} ms, p99 {at[99]:.0f} ms; web processes {memory:.0f} MB together"
    )


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            link.request("GET", "/search/?q=rice", headers={"Host": "localhost"})
            link.getresponse().read()
        except OSError:
            time.sleep(0.2)
        else:
            return


def _hammer(port: int, addresses: list[str]) -> list[float]:
    walls: list[float] = []
    until = time.monotonic() + CLIENT_SECONDS

    def client(seed: int) -> None:
        chance = random.Random(seed)
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while time.monotonic() < until:
            started = time.perf_counter()
            link.request("GET", chance.choice(addresses), headers={"Host": "localhost"})
            link.getresponse().read()
            walls.append(time.perf_counter() - started)

    threads = [threading.Thread(target=client, args=(n,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return walls


def _children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _memory_of(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    main(int(sys.argv[1]))
