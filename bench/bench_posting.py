"""Our posting call in one process against bare SQL with the same guards, run by pgbench on the same server.

Two bare scripts: the same work in plain statements (insert, lock, insert, within BEGIN and COMMIT), and the bare
call of the SQL function. Tables, triggers, checks and foreign keys are the same for all three. They run in turn, three
rounds, and the medians are compared; first waiting for the disk at each commit, then without.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2

from bench.bench_ledger import ROOT, _migrate
from marketplace.local_services import postgres
from marketplace.local_services.binaries import find_postgres

SECONDS = float(os.environ.get("BENCH_SECONDS", "8"))
ROUNDS = 3

_NAMES = """\\set n random(1, 1000000000000)
"""
_FUNCTION = (
    _NAMES
    + """SELECT ta_ledger_post('funded', 'hold_LABEL_' || :n, 'hold_LABEL_' || :n || ':1', now(), NULL,
    '{escrow,provider_clearing}', ARRAY['hold_LABEL_' || :n, 'bank_transfer'], '{USD,USD}', '{true,false}', '{0,NULL}',
    '{10000,-10000}');
SELECT ta_ledger_post('released', 'hold_LABEL_' || :n, 'hold_LABEL_' || :n || ':2', now(), NULL,
    '{commission,escrow,supplier_payable}', ARRAY['marketplace', 'hold_LABEL_' || :n, 'com_bench'], '{USD,USD,USD}',
    '{false,true,true}', '{NULL,0,0}', '{300,-10000,9700}');
"""
)
_STATEMENTS = (
    _NAMES
    + """BEGIN;
INSERT INTO ta_ledger_transaction (kind, subject, key, request_hash, happened_at, booked_at)
    VALUES ('funded', 'hold_LABEL_' || :n, 'hold_LABEL_' || :n || ':1', '', now(), clock_timestamp())
    ON CONFLICT (key) DO NOTHING RETURNING id AS booked \\gset
INSERT INTO ta_ledger_account (kind, owner, currency_id, tracks_balance, min_balance, balance)
    VALUES ('escrow', 'hold_LABEL_' || :n, 'USD', true, 0, 0) RETURNING id AS held \\gset
SELECT id AS clearing FROM ta_ledger_account WHERE kind = 'provider_clearing' AND owner = 'bank_transfer' \\gset
SELECT FROM ta_ledger_account WHERE id = :held FOR NO KEY UPDATE;
INSERT INTO ta_ledger_entry (transaction_id, account_id, currency, amount_minor)
    VALUES (:booked, :held, 'USD', 10000), (:booked, :clearing, 'USD', -10000);
COMMIT;
BEGIN;
INSERT INTO ta_ledger_transaction (kind, subject, key, request_hash, happened_at, booked_at)
    VALUES ('released', 'hold_LABEL_' || :n, 'hold_LABEL_' || :n || ':2', '', now(), clock_timestamp())
    ON CONFLICT (key) DO NOTHING RETURNING id AS booked \\gset
SELECT id AS taken FROM ta_ledger_account WHERE kind = 'commission' AND owner = 'marketplace' \\gset
SELECT id AS owed FROM ta_ledger_account WHERE kind = 'supplier_payable' AND owner = 'com_bench' \\gset
SELECT FROM ta_ledger_account WHERE id IN (:held, :owed) ORDER BY id FOR NO KEY UPDATE;
INSERT INTO ta_ledger_entry (transaction_id, account_id, currency, amount_minor)
    VALUES (:booked, :held, 'USD', -10000), (:booked, :owed, 'USD', 9700), (:booked, :taken, 'USD', 300);
COMMIT;
"""
)


def measure() -> Iterator[str]:
    """Rates of the three, and two ratios."""
    with tempfile.TemporaryDirectory(prefix="portolan-bench-") as folder:
        server = postgres.embedded(Path(folder))
        server.start()
        try:
            server.create_database("posting")
            _migrate(server.url("posting"))
            _first_accounts(server.url("posting"))
            yield f"PostgreSQL {server.binaries.major}, one client, {SECONDS:.0f} s, median of {ROUNDS}"
            yield from _compare(server, Path(folder), "on")
            yield from _compare(server, Path(folder), "off")
        finally:
            server.stop()


def _compare(server: postgres.PostgresServer, folder: Path, wait: str) -> Iterator[str]:
    """`wait`: whether each commit waits for the disk; without it the processors' part alone is compared."""
    url = server.url("posting")
    os.environ["PGOPTIONS"] = f"-c synchronous_commit={wait}"  # libpq's, so for all three
    runs: dict[str, Callable[[str], float]] = {
        "statements": lambda label: _pgbench(url, folder, _STATEMENTS, label),
        "function": lambda label: _pgbench(url, folder, _FUNCTION, label),
        "ours": lambda label: _ours(url, label),
    }
    rates: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(ROUNDS):
        for name, run in runs.items():
            rates[name].append(run(f"{name}{wait}{number}"))
    middle = {name: sorted(found)[ROUNDS // 2] for name, found in rates.items()}
    yield f"synchronous_commit {wait}:"
    yield f"  bare statements {middle['statements']:7.0f} postings/s"
    yield f"  bare function   {middle['function']:7.0f} postings/s"
    yield f"  our call        {middle['ours']:7.0f} postings/s"
    yield f"  our call / bare statements {middle['ours'] / middle['statements']:.2f} (aim: 0.7 or more)"
    yield f"  our call / bare function   {middle['ours'] / middle['function']:.2f}"


def _first_accounts(url: str) -> None:
    with psycopg2.connect(url) as link, link.cursor() as cursor:
        cursor.execute(
            "SELECT ta_ledger_post('opened', 'bench', 'opened', now(), NULL,"
            " '{commission,provider_clearing,supplier_payable}', '{marketplace,bank_transfer,com_bench}',"
            " '{USD,USD,USD}', '{false,false,true}', '{NULL,NULL,0}', '{1,-2,1}')"
        )


def _pgbench(url: str, folder: Path, script: str, label: str) -> float:
    file = folder / f"{label}.sql"
    file.write_text(script.replace("LABEL", label))
    program = find_postgres().program("pgbench")
    command = [str(program), "-n", "-c", "1", "-T", f"{SECONDS:.0f}", "-f", str(file), url]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if found is None:
        raise RuntimeError(done.stdout)
    return 2 * float(found.group(1))


def _ours(url: str, label: str) -> float:
    environment = {**os.environ, "DATABASE_URL": url}
    command = [sys.executable, "-W", "ignore", "-m", "bench.posting_client", label, str(SECONDS)]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    return int(done.stdout.split()[-1]) / SECONDS
