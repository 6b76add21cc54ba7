"""The bookings of one order as plain data with the proof of each, for a file that a stranger can check. Must not write."""

from __future__ import annotations

from typing import Any

from marketplace.core.money import Money
from orders.models import Order
from trade_assurance.holds.models import Hold
from trade_assurance.holds.queries.payouts.statements import published_days
from trade_assurance.holds.queries.trades.booking_texts import booking_text, pot_name
from trade_assurance.holds.queries.trades.order_ledger import own_accounts, party_accounts
from trade_assurance.ledger import queries as books
from trade_assurance.ledger.queries import Proof, Prover, TradeEntry, moment

FORMAT = "portolan order ledger 1"


def provable_ledger(order: Order, side: str) -> dict[str, Any]:
    """Every booking that concerns the side ("buyer", "supplier"; else both), oldest first, and the published days.

    Lines are written as in a statement, so that the same check reads them. A line without a proof is of a day
    that was not sealed yet.
    """
    holds = list(Hold.objects.filter(order_id=order.pk).order_by("pk").values_list("ref", flat=True))
    entries = books.entries_of_trade(own_accounts(order, holds, side), holds, party_accounts(order, side))
    proofs = Prover().proofs((entry.transaction_id, entry.entry_id) for entry in entries)
    days = sorted({proof.day for proof in proofs.values()})
    return {
        "format": FORMAT,
        "lines": [_line(entry, proofs.get(entry.entry_id)) for entry in entries],
        "days": published_days(days),
    }


def _line(entry: TradeEntry, proof: Proof | None) -> dict[str, Any]:
    return {
        "what": str(booking_text(entry.transaction_kind, entry.account_kind, entry.amount_minor)),
        "transaction": entry.transaction_id,
        "entry": entry.entry_id,
        "kind": entry.transaction_kind,
        "subject": entry.subject,
        "happened_at": moment(entry.happened_at),
        "booked_at": moment(entry.booked_at),
        "account": entry.account_kind,
        "account_name": str(pot_name(entry.account_kind)),
        "owner": entry.owner,
        "currency": entry.currency,
        "amount_minor": entry.amount_minor,
        "amount": format(Money(entry.amount_minor, entry.currency).as_decimal(), "f"),
        "proof": None
        if proof is None
        else {
            "day": proof.day.isoformat(),
            "salt": proof.salt,
            "place": proof.place,
            "parts": list(proof.parts),
            "path": list(proof.path),
        },
    }
