"""A statement as CSV and as JSON, line by line: both carry what the offline check needs. Must not query.

The formats are read by `docs/operations/verify_statement.py`; a change here needs one there.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from datetime import date, tzinfo
from typing import Any, Final

from marketplace.core.money import Money, exponent
from trade_assurance.holds.queries.payouts.statements import Statement, StatementLine, published_days
from trade_assurance.ledger.queries import moment

HEAD: Final = (
    "line", "time", "what", "order", "amount", "currency", "balance", "account", "transaction", "entry",
    "kind", "subject", "owner", "happened_at", "booked_at", "amount_minor", "balance_minor",
    "gross_minor", "commission_minor", "sealed_on", "salt", "place", "parts", "path",
)  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_TEXTS: Final = frozenset({"what", "order", "kind", "subject", "owner"})


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def as_csv(statement: Statement, lines: Iterable[StatementLine]) -> Iterator[str]:
    """The CSV in UTF-8; its first row is the opening, its last the closing. Texts no spreadsheet would run."""
    writer: Any = csv.writer(_Echo())
    yield "\ufeff"  # spreadsheets take the file for UTF-8 then
    yield writer.writerow(HEAD)
    period, balance = statement.period, statement.opening.amount_minor
    yield writer.writerow(_row(_edge("opening", statement, balance, moment(period.start))))
    for line in lines:
        balance = line.balance.amount_minor
        yield writer.writerow(_row(_cells(line, period.zone)))
    yield writer.writerow(_row(_edge("closing", statement, balance, moment(period.end))))


def as_json(statement: Statement, lines: Iterable[StatementLine]) -> Iterator[str]:
    """The same as JSON, with the published side of every day that sealed a line."""
    head = {
        "format": "portolan statement 1",
        "company": {"ref": statement.company_ref, "name": statement.company_name},
        "side": statement.side,
        "currency": statement.currency,
        "decimals": exponent(statement.currency),
        "zone": str(statement.period.zone),
        "first_day": statement.period.first.isoformat(),
        "last_day": statement.period.last.isoformat(),
        "from": moment(statement.period.start),
        "until": moment(statement.period.end),
        "opening_minor": statement.opening.amount_minor,
    }
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "lines": ['
    balance, days = statement.opening.amount_minor, set[date]()
    for number, line in enumerate(lines):
        balance = line.balance.amount_minor
        if line.proof is not None:
            days.add(line.proof.day)
        yield (",\n" if number else "\n") + json.dumps(_object(line), ensure_ascii=False)
    tail = {"closing_minor": balance, "days": published_days(sorted(days))}
    yield "\n], " + json.dumps(tail)[1:] + "\n"


def _object(line: StatementLine) -> dict[str, Any]:
    entry, proof = line.entry, line.proof
    return {
        "what": str(line.text),
        "order": line.order_number,
        "transaction": entry.transaction_id,
        "entry": entry.entry_id,
        "kind": entry.transaction_kind,
        "subject": entry.subject,
        "happened_at": moment(entry.happened_at),
        "booked_at": moment(entry.booked_at),
        "account": entry.account_kind,
        "owner": entry.owner,
        "currency": line.amount.currency,
        "amount_minor": entry.amount_minor,
        "balance_minor": line.balance.amount_minor,
        "gross_minor": entry.gross,
        "commission_minor": entry.commission,
        "proof": None
        if proof is None
        else {
            "day": proof.day.isoformat(),
            "salt": proof.salt,
            "place": proof.place,
            "parts": proof.parts,
            "path": proof.path,
        },
    }


def _cells(line: StatementLine, zone: tzinfo) -> dict[str, object]:
    told = _object(line)
    proof = told.pop("proof") or {}
    return told | {
        "line": "movement",
        "time": line.entry.happened_at.astimezone(zone).isoformat(timespec="seconds"),
        "amount": line.amount.as_decimal(),
        "balance": line.balance.as_decimal(),
        "sealed_on": proof.get("day", ""),
        "salt": proof.get("salt", ""),
        "place": proof.get("place", ""),
        "parts": " ".join(proof.get("parts", ())),
        "path": " ".join(proof.get("path", ())),
    }


def _edge(name: str, statement: Statement, balance_minor: int, at: str) -> dict[str, object]:
    balance = Money(balance_minor, statement.currency)
    return {
        "line": name,
        "currency": statement.currency,
        "balance": balance.as_decimal(),
        "balance_minor": balance_minor,
        "happened_at": at,
    }


def _row(cells: dict[str, object]) -> list[str]:
    return [_defused(name, cells.get(name)) for name in HEAD]


def _defused(name: str, cell: object) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if name in _TEXTS and text.lstrip(" \ufeff").startswith(_FORMULA) else text
