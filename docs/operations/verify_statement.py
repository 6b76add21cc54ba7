#!/usr/bin/env python3
"""Check a Portolan statement against the published daily roots, offline. Python 3.9 or newer, nothing to install.

    python3 verify_statement.py statement.json --roots roots.json
    python3 verify_statement.py statement.csv --roots roots.json

`roots.json` is the file of the marketplace's page "Proof of the books". Download it now and then and keep the old
ones: a marketplace that rewrote its books would have to publish other roots for days that you have already. Give
several files (`--roots old.json --roots new.json`) and they are compared with each other, too.

What is checked:
  1. the published roots: each is the root of what stands beside it, each follows from the day before;
  2. every line of the statement: its digest is part of its transaction, its transaction is sealed by its day;
  3. the sums: opening + lines = closing, each balance after its line, each line inside the period, none twice.
A line without a proof was booked so recently that its day was not sealed yet: download the statement again later.

How a digest is made is written in docs/adr/0015 of Portolan and in the functions below. Exit code 0: all holds;
1: something does not, and is named; 2: a file cannot be read.
"""

import argparse
import csv
import json
import sys
from datetime import datetime, timezone
from hashlib import sha256
from pathlib import Path

FORMAT = "portolan statement 1"
ROOTS_FORMAT = "portolan roots 1"


def of_lines(*lines):
    """SHA-256 of lines of text."""
    return sha256("\n".join(str(line) for line in lines).encode()).digest()


def measured(text):
    """A text with its length in bytes before it."""
    return f"{len(text.encode())}:{text}"


def entry_digest(line):
    """The digest of one entry, as the marketplace sealed it."""
    return of_lines(
        "portolan entry 1",
        line["proof"]["salt"],
        line["transaction"],
        line["entry"],
        measured(line["kind"]),
        measured(line["subject"]),
        line["happened_at"],
        line["booked_at"],
        line["account"],
        measured(line["owner"]),
        line["currency"],
        line["amount_minor"],
    ).hex()


def merkle_root(proof):
    """Where a line's proof leads."""
    reached = sha256(b"\x02" + bytes.fromhex("".join(proof["parts"]))).digest()
    for step in proof["path"]:
        beside = bytes.fromhex(step[1:])
        pair = beside + reached if step[0] == "L" else reached + beside
        reached = sha256(b"\x01" + pair).digest()
    return reached.hex()


def day_root(day):
    """The root of a published day, computed from what stands beside it."""
    return of_lines(
        "portolan day 1", day["day"], day["previous_root"], day["merkle_root"], day["figures_hash"]
    ).hex()


def check_roots(files):
    """All published days by date, and what is wrong with them."""
    days, wrong = {}, []
    for name, listed in files:
        before = None
        for day in listed:
            if day_root(day) != day["root"]:
                wrong.append(f"{name}: the root of {day['day']} is not the root of what stands beside it")
            if before is not None and day["previous_root"] != before["root"]:
                wrong.append(f"{name}: {day['day']} does not follow from {before['day']}")
            known = days.setdefault(day["day"], day)
            if known["root"] != day["root"]:
                wrong.append(f"{name}: another root for {day['day']} was published before")
            before = day
    return days, wrong


def check_line(line, days):
    """What is wrong with one line, or None."""
    proof = line["proof"]
    if proof is None:
        return None
    place = proof["place"]
    if not 0 < place < len(proof["parts"]) or proof["parts"][place] != entry_digest(line):
        return "it is not what was sealed"
    day = days.get(proof["day"])
    if day is None:
        return f"no root is published for {proof['day']}"
    if merkle_root(proof) != day["merkle_root"]:
        return f"it is not among what the root of {proof['day']} seals"
    return None


def check_sums(statement):
    """What does not add up, as sentences."""
    wrong, seen = [], set()
    balance = statement["opening_minor"]
    start, end = moment(statement["from"]), moment(statement["until"])
    for line in statement["lines"]:
        name = f"entry {line['entry']}"
        balance += line["amount_minor"]
        if balance != line["balance_minor"]:
            wrong.append(f"{name}: the balance after it is {line['balance_minor']}, the sum is {balance}")
            balance = line["balance_minor"]
        if not start <= moment(line["happened_at"]) < end:
            wrong.append(f"{name}: happened at {line['happened_at']}, outside the period")
        if line["currency"] != statement["currency"]:
            wrong.append(f"{name}: is in {line['currency']}")
        if line["entry"] in seen:
            wrong.append(f"{name}: stands here twice")
        seen.add(line["entry"])
    total = statement["opening_minor"] + sum(line["amount_minor"] for line in statement["lines"])
    if total != statement["closing_minor"]:
        wrong.append(f"opening and movements come to {total}, closing is {statement['closing_minor']}")
    return wrong


def moment(text):
    """A moment as it stands in a statement."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)  # noqa: UP017 -- older Pythons have no UTC


def read_statement(path):
    """A statement from its JSON or its CSV."""
    text = Path(path).read_text(encoding="utf-8-sig")
    if not text.lstrip().startswith("{"):
        return from_csv(list(csv.DictReader(text.splitlines())))
    statement = json.loads(text)
    if statement.get("format") != FORMAT:
        raise ValueError(f"this is not a statement of the format {FORMAT!r}")
    return statement


def from_csv(rows):
    """The same from the CSV: its first row is the opening, its last the closing."""
    opening, closing = rows[0], rows[-1]
    if opening["line"] != "opening" or closing["line"] != "closing":
        raise ValueError("the file does not begin with the opening and end with the closing balance")
    return {
        "currency": opening["currency"],
        "opening_minor": int(opening["balance_minor"]),
        "closing_minor": int(closing["balance_minor"]),
        "from": opening["happened_at"],
        "until": closing["happened_at"],
        "lines": [csv_line(row) for row in rows[1:-1]],
    }


def csv_line(row):
    """One movement of the CSV."""
    proof = None
    if row["sealed_on"]:
        proof = {
            "day": row["sealed_on"],
            "salt": row["salt"],
            "place": int(row["place"]),
            "parts": row["parts"].split(),
            "path": row["path"].split(),
        }
    return {
        "transaction": int(row["transaction"]),
        "entry": int(row["entry"]),
        "kind": plain(row["kind"]),
        "subject": plain(row["subject"]),
        "happened_at": row["happened_at"],
        "booked_at": row["booked_at"],
        "account": row["account"],
        "owner": plain(row["owner"]),
        "currency": row["currency"],
        "amount_minor": int(row["amount_minor"]),
        "balance_minor": int(row["balance_minor"]),
        "proof": proof,
    }


def plain(cell):
    """A text without the apostrophe that keeps spreadsheets from taking it for a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@", "\t", "\r") else cell


def read_roots(path):
    """The days of a downloaded file of roots."""
    published = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    if published.get("format") != ROOTS_FORMAT:
        raise ValueError(f"this is not a file of the format {ROOTS_FORMAT!r}")
    return published["days"]


def main(arguments=None):
    """Check, tell, and return the exit code."""
    parser = argparse.ArgumentParser(description="Check a statement against the published daily roots.")
    parser.add_argument("statement", help="the downloaded statement, JSON or CSV")
    parser.add_argument(
        "--roots", action="append", required=True, help="roots.json; may be given several times"
    )
    asked = parser.parse_args(arguments)
    try:
        statement = read_statement(asked.statement)
        files = [(name, read_roots(name)) for name in asked.roots]
        days, wrong = check_roots(files)
        for line in statement["lines"]:
            problem = check_line(line, days)
            if problem:
                wrong.append(f"entry {line['entry']} (transaction {line['transaction']}): {problem}")
        wrong += check_sums(statement)
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        sys.stderr.write(f"cannot be read: {type(error).__name__}: {error}\n")
        return 2
    for sentence in wrong:
        sys.stdout.write(f"WRONG: {sentence}\n")
    lines = statement["lines"]
    proved = sum(line["proof"] is not None for line in lines)
    sys.stdout.write(f"{len(days)} published days, {len(lines)} lines, {proved} of them with a proof.\n")
    if len(lines) > proved:
        sys.stdout.write(
            f"{len(lines) - proved} lines are not sealed yet: download the statement again later.\n"
        )
    sys.stdout.write("Something does not hold.\n" if wrong else "All of it holds.\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
