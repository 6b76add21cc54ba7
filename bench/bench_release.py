"""The whole release of a trade, one by one and by the sweep's batches, against bare SQL that writes the same rows.

All on one PostgreSQL with fsync on, under the same triggers, checks and foreign keys. Ours and the bare script run in
turn and the medians are compared. Last, two workers sweep what is due among a great many open deadlines.
Sizes come from the environment; `BENCH_RELEASES=20 BENCH_MANY=50 BENCH_DUE=200 BENCH_OPEN=1000` takes seconds but
for the migrations.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from bench.bench_ledger import ROOT
from marketplace.local_services import postgres
from marketplace.local_services.binaries import find_postgres

ONE_BY_ONE = int(os.environ.get("BENCH_RELEASES", "300"))
MANY = int(os.environ.get("BENCH_MANY", "1000"))
DUE = int(os.environ.get("BENCH_DUE", "10000"))
OPEN = int(os.environ.get("BENCH_OPEN", "1000000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
BATCH = int(os.environ.get("BENCH_BATCH", "250"))
COMPANIES = 1000
WORKERS = 2
SQL = Path(__file__).parent / "sql"


@dataclass
class Ground:
    """The server, its database, and which of the copied trades is the next that nobody has used."""

    server: postgres.PostgresServer
    folder: Path
    next_trade: int = 1

    @property
    def url(self) -> str:
        return self.server.url("release")

    def run(self, sql: str) -> None:
        with closing(psycopg2.connect(self.url)) as link, link, link.cursor() as cursor:
            cursor.execute(sql)

    def ask(self, sql: str) -> int:
        with closing(psycopg2.connect(self.url)) as link, link.cursor() as cursor:
            cursor.execute(sql)
            ((number,),) = cursor.fetchall()
            return int(number)

    def make_due(self, count: int) -> range:
        """The windows of the next `count` trades end an hour ago."""
        numbers = range(self.next_trade, self.next_trade + count)
        self.next_trade += count
        chosen = f"'ord_0-0-' || n FROM generate_series({numbers.start}, {numbers.stop - 1}) n"
        self.run(
            f"UPDATE core_deadline SET due_at = now() - interval '1 hour', wake_at = now() - interval '1 hour'"
            f" WHERE state = 'open' AND root IN (SELECT {chosen});"
            f"UPDATE ta_holds_hold SET release_at = now() - interval '1 hour'"
            f" WHERE order_id IN (SELECT id FROM orders_order WHERE ref IN (SELECT {chosen}))"
        )
        self.run("ANALYZE core_deadline")
        return numbers


def measure() -> Iterator[str]:
    """Three ratios and a rate, each with its aim."""
    with tempfile.TemporaryDirectory(prefix="portolan-bench-") as folder:
        server = postgres.embedded(Path(folder))
        server.start()
        try:
            server.create_database("release")
            ground = Ground(server, Path(folder))
            yield _seed(ground)
            yield f"PostgreSQL {server.binaries.major}, medians of {ROUNDS}, batches of {BATCH}"
            yield from _one_by_one(ground)
            yield from _many(ground)
            yield from _workers(ground)
            found = _start(ground, "check")
            yield f"discrepancies in the books afterwards: {_answer(found)[0]:.0f} (must be 0)"
        finally:
            server.stop()


def _seed(ground: Ground) -> str:
    copies = ROUNDS * (2 * ONE_BY_ONE + 2 * MANY + DUE)
    environment = _environment(ground)
    migrate = [sys.executable, "-W", "ignore", "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, cwd=ROOT, env=environment, check=True)
    seed = [sys.executable, "-W", "ignore", "-m", "bench.delivered_trades"]
    started = time.monotonic()
    done = subprocess.run(
        [*seed, str(copies), str(COMPANIES), str(OPEN)],
        cwd=ROOT,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return f"{done.stdout.strip()}, seeded in {time.monotonic() - started:.0f} s"


def _one_by_one(ground: Ground) -> Iterator[str]:
    ours, bare = [], []
    for _round in range(ROUNDS):
        ground.make_due(ONE_BY_ONE)
        ours.append(_rate([_answer(_start(ground, "one_by_one"))]))
        first = ground.make_due(ONE_BY_ONE).start
        ground.run(f"DROP SEQUENCE IF EXISTS bench_next; CREATE SEQUENCE bench_next START {first}")
        bare.append(_pgbench(ground, "release_one.sql", ONE_BY_ONE))
    yield f"single release, ours {_middle(ours):6.0f}/s, bare statements {_middle(bare):6.0f}/s"
    yield f"  ours / bare {_middle(ours) / _middle(bare):.2f} (reported)"


def _many(ground: Ground) -> Iterator[str]:
    ours, bare = [], []
    for _round in range(ROUNDS):
        ground.make_due(MANY)
        ours.append(_rate([_answer(_start(ground, "sweep"))]))
        ground.make_due(MANY)
        batches = -(-MANY // BATCH)
        bare.append(_pgbench(ground, "release_many.sql", batches) * MANY / batches)
    yield f"sweep of {MANY}, ours {_middle(ours):6.0f}/s, bare set-based SQL {_middle(bare):6.0f}/s"
    yield f"  ours / bare {_middle(ours) / _middle(bare):.2f} (aim: 0.9 or more)"


def _workers(ground: Ground) -> Iterator[str]:
    rates = []
    for _round in range(ROUNDS):
        numbers = ground.make_due(DUE)
        workers = [_start(ground, "sweep", go=False) for _ in range(WORKERS)]
        answers = [_answer(worker) for worker in [_go(worker) for worker in workers]]
        rates.append(_rate(answers))
        _demand_once(ground, numbers, sum(int(answer[0]) for answer in answers))
    there = ground.ask("SELECT count(*) FROM core_deadline WHERE state = 'open'")
    yield f"{DUE} due among {there + DUE} open deadlines, {WORKERS} workers: {_middle(rates):.0f} holds/s (aim: 2000)"
    yield f"  in the rounds: {', '.join(f'{rate:.0f}' for rate in rates)}; every one happened once"


def _demand_once(ground: Ground, numbers: range, done: int) -> None:
    """Every window of the round happened, and money left every hold once."""
    everyone = f"generate_series({numbers.start}, {numbers.stop - 1}) n"
    happened = ground.ask(
        f"SELECT count(*) FROM {everyone} JOIN core_deadline d ON d.root = 'ord_0-0-' || n"
        " AND d.kind = 'accept_by_silence' AND d.state = 'done' AND d.outcome = 'happened'"
    )
    once = ground.ask(
        f"SELECT count(*) FROM (SELECT h.id FROM {everyone} JOIN ta_holds_hold h ON h.ref = 'hold3-0-' || n"
        " JOIN ta_holds_holdmovement m ON m.hold_id = h.id AND m.kind = 'released'"
        " WHERE h.state = 'settled' GROUP BY h.id HAVING count(*) = 1) t"
    )
    if not happened == once == done == len(numbers):
        message = (
            f"{len(numbers)} were due; {done} said to be done, {happened} happened, {once} released once"
        )
        raise RuntimeError(message)


def _pgbench(ground: Ground, name: str, transactions: int) -> float:
    file = ground.folder / name
    file.write_text((SQL / name).read_text().replace("LIMIT_", str(BATCH)))
    command = [
        str(find_postgres().program("pgbench")),
        "-n",
        "-c",
        "1",
        "-t",
        str(transactions),
        "-f",
        str(file),
    ]
    done = subprocess.run([*command, ground.url], check=True, capture_output=True, text=True)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if found is None or re.search(r"failed transactions: [1-9]", done.stdout):
        raise RuntimeError(done.stdout)
    return float(found.group(1))


def _start(ground: Ground, word: str, *, go: bool = True) -> "subprocess.Popen[str]":
    """A process of ours that is ready, and begins now or when it is told to."""
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "bench.release_client", word],
        cwd=ROOT,
        env=_environment(ground),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    if process.stdout is None or process.stdout.readline().strip() != "ready":
        message = f"the process for {word} did not start"
        raise RuntimeError(message)
    return _go(process) if go else process


def _go(process: "subprocess.Popen[str]") -> "subprocess.Popen[str]":
    if process.stdin is not None:
        process.stdin.write("go\n")
        process.stdin.flush()
    return process


def _answer(process: "subprocess.Popen[str]") -> list[float]:
    said, _ = process.communicate()
    if process.returncode:
        message = f"a process ended with {process.returncode}: {said}"
        raise RuntimeError(message)
    return [float(word) for word in said.split()]


def _rate(answers: list[list[float]]) -> float:
    """How many a second, from the first one's beginning to the last one's end; each says count, begun, ended."""
    seconds = max(answer[2] for answer in answers) - min(answer[1] for answer in answers)
    return sum(answer[0] for answer in answers) / seconds


def _environment(ground: Ground) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": ground.url,
        "DJANGO_SETTINGS_MODULE": "marketplace.settings.test",
        "BENCH_BATCH": str(BATCH),
    }


def _middle(rates: list[float]) -> float:
    return sorted(rates)[len(rates) // 2]
