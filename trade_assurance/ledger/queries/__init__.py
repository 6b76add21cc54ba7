"""Reads of the books: balances (`balances`), parties' accounts over time (`accounts`), sealed days (`roots`, `proofs`)."""

from __future__ import annotations

from trade_assurance.ledger.digests import moment
from trade_assurance.ledger.queries.accounts import (
    KindSum,
    Place,
    Pot,
    PotEntry,
    TradeEntry,
    currencies_of,
    entries_of_trade,
    lines_of,
    sums_of,
)
from trade_assurance.ledger.queries.balances import (
    EntryLine,
    StatementLine,
    TrialLine,
    balance,
    balances,
    balances_of,
    entries_of,
    statement,
    trial_balance,
)
from trade_assurance.ledger.queries.entries import AccountEntry, entries_after
from trade_assurance.ledger.queries.proofs import Proof, Prover
from trade_assurance.ledger.queries.roots import DayLine, days_before, every_day
from trade_assurance.ledger.queries.verification import Break, Verification, verify

__all__ = [
    "AccountEntry",
    "Break",
    "DayLine",
    "EntryLine",
    "KindSum",
    "Place",
    "Pot",
    "PotEntry",
    "Proof",
    "Prover",
    "StatementLine",
    "TradeEntry",
    "TrialLine",
    "Verification",
    "balance",
    "balances",
    "balances_of",
    "currencies_of",
    "days_before",
    "entries_after",
    "entries_of",
    "entries_of_trade",
    "every_day",
    "lines_of",
    "moment",
    "statement",
    "sums_of",
    "trial_balance",
    "verify",
]
