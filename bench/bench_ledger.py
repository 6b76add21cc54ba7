"""Postings per second with 8 clients, guarded against unguarded, and WAL syncs per transaction.

Runs on a PostgreSQL of its own with fsync on. Each client funds a fresh hold and releases it to its own
supplier less a commission: two postings, five entries, two of them on hot accounts that all clients share.
Unguarded is the same function on the same tables without checks, foreign keys and append-only triggers.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import psycopg2.extensions

from marketplace.local_services import postgres

CLIENTS = 8
SECONDS = float(os.environ.get("BENCH_SECONDS", "8"))
ROUNDS = 3
ROOT = Path(__file__).resolve().parents[1]

_POST = (
    "SELECT transaction_id FROM ta_ledger_post(%s, %s, %s, now(), NULL, %s::text[], %s::text[], %s::text[],"
    " %s::boolean[], %s::bigint[], %s::bigint[])"
)
_UNGUARD = """
    DO $$ DECLARE it record; BEGIN
        FOR it IN SELECT conrelid::regclass AS rel, conname FROM pg_constraint
                  WHERE conrelid::regclass::text LIKE 'ta_ledger%' AND contype IN ('c', 'f')
        LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', it.rel, it.conname); END LOOP;
        FOR it IN SELECT tgrelid::regclass AS rel, tgname FROM pg_trigger
                  WHERE NOT tgisinternal AND tgrelid::regclass::text LIKE 'ta_ledger%'
                    AND tgname <> 'ledger_entries_balance_and_move'
        LOOP EXECUTE format('DROP TRIGGER %I ON %s', it.tgname, it.rel); END LOOP;
    END $$;
    CREATE OR REPLACE FUNCTION ta_ledger_entries_booked() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$ BEGIN
        UPDATE ta_ledger_account a SET balance = a.balance + moved.total
        FROM (SELECT account_id, sum(amount_minor)::bigint AS total FROM fresh GROUP BY account_id) moved
        WHERE a.id = moved.account_id AND a.tracks_balance;
        RETURN NULL;
    END $$;
"""


@dataclass(frozen=True)
class Figures:
    """What one run gave."""

    postings: int
    seconds: float
    syncs: int

    @property
    def rate(self) -> float:
        return self.postings / self.seconds

    @property
    def syncs_each(self) -> float:
        return self.syncs / self.postings


def measure() -> Iterator[str]:
    """Guarded and unguarded in turn, so that a noisy machine disturbs both; the medians count."""
    with tempfile.TemporaryDirectory(prefix="portolan-bench-") as folder:
        server = postgres.embedded(Path(folder))
        server.start()
        try:
            yield from _compare(server)
        finally:
            server.stop()


def _compare(server: postgres.PostgresServer) -> Iterator[str]:
    names = ("guarded", "unguarded")
    for name in names:
        server.create_database(name)
        _migrate(server.url(name))
    with psycopg2.connect(server.url("unguarded")) as link, link.cursor() as cursor:
        cursor.execute(_UNGUARD)
    runs: dict[str, list[Figures]] = {name: [] for name in names}
    for round_number in range(ROUNDS):
        for name in names:
            runs[name].append(_run(server.url(name), f"{round_number}"))
    guarded, unguarded = (sorted(runs[name], key=lambda run: run.rate)[ROUNDS // 2] for name in names)
    yield f"PostgreSQL {server.binaries.major}, {CLIENTS} clients, {SECONDS:.0f} s, median of {ROUNDS}"
    yield f"guarded   {guarded.rate:8.0f} postings/s   {guarded.syncs_each:.2f} WAL syncs per transaction"
    yield f"unguarded {unguarded.rate:8.0f} postings/s   {unguarded.syncs_each:.2f} WAL syncs per transaction"
    yield f"the guards cost {1 - guarded.rate / unguarded.rate:.0%} of the unguarded rate (aim: less than 25 %)"
    yield f"WAL syncs per guarded transaction {guarded.syncs_each:.2f} (aim: less than 0.40; a hot row gives 1.0)"


def _migrate(url: str) -> None:
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "marketplace.settings.test"}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0", "ta_ledger"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    with psycopg2.connect(url) as link, link.cursor() as cursor:
        cursor.execute("INSERT INTO ta_ledger_currency VALUES ('USD', 2, 2, 1) ON CONFLICT DO NOTHING")


def _run(url: str, label: str) -> Figures:
    counts = [0] * CLIENTS
    start = threading.Barrier(CLIENTS + 1)
    stop = threading.Event()

    def client(index: int) -> None:
        link = psycopg2.connect(url)
        link.autocommit = True
        with link.cursor() as cursor:
            start.wait()
            while not stop.is_set():
                counts[index] += _one_trade(cursor, f"{label}-{index}-{counts[index]}", f"com_{index}")
        link.close()

    threads = [threading.Thread(target=client, args=(index,)) for index in range(CLIENTS)]
    for thread in threads:
        thread.start()
    start.wait()
    before, started = _wal_syncs(url), time.monotonic()
    time.sleep(SECONDS)
    stop.set()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - started
    time.sleep(1.5)  # what a backend did is told to the statistics with a delay
    return Figures(sum(counts), seconds, _wal_syncs(url) - before)


def _one_trade(cursor: psycopg2.extensions.cursor, name: str, supplier: str) -> int:
    hold = f"hold_{name}"
    _post(
        cursor,
        f"fund:{name}",
        hold,
        [("escrow", hold, 10_000, True, 0), ("provider_clearing", "bank_transfer", -10_000, False, None)],
    )
    _post(
        cursor,
        f"release:{name}",
        hold,
        [
            ("commission", "platform", 300, False, None),
            ("escrow", hold, -10_000, True, 0),
            ("supplier_payable", supplier, 9_700, True, 0),
        ],
    )
    return 2


def _post(
    cursor: psycopg2.extensions.cursor,
    key: str,
    subject: str,
    entries: list[tuple[str, str, int, bool, int | None]],
) -> None:
    kinds, owners, amounts, tracked, floors = (list(column) for column in zip(*entries, strict=True))
    cursor.execute(
        _POST, ["bench", subject, key, kinds, owners, ["USD"] * len(entries), tracked, floors, amounts]
    )


def _wal_syncs(url: str) -> int:
    """From pg_stat_wal, or (PostgreSQL 18) from pg_stat_io."""
    with psycopg2.connect(url) as link, link.cursor() as cursor:
        if link.server_version >= 180_000:
            cursor.execute("SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal'")
        else:
            cursor.execute("SELECT wal_sync FROM pg_stat_wal")
        row = cursor.fetchone()
    return int(row[0] or 0) if row else 0
