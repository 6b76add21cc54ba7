"""Stripe's own account of our balance, line by line, for the daily comparison with our books.

Source: docs.stripe.com/reports/balance-transaction-types.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from stripe import StripeClient

from marketplace.core.money import Money
from trade_assurance.payments.providers.base import MovementType, ProviderBalance, ProviderMovement
from trade_assurance.payments.providers.stripe_rail.amounts import from_stripe
from trade_assurance.payments.providers.stripe_rail.answers import Plain, plain
from trade_assurance.payments.providers.stripe_rail.sessions import id_of
from trade_assurance.payments.providers.stripe_rail.transfers import reversal_ref

_TYPES: Final = {
    "charge": MovementType.PAYMENT,
    "payment": MovementType.PAYMENT,
    "refund": MovementType.REFUND,
    "payment_refund": MovementType.REFUND,
    "refund_failure": MovementType.REFUND_FAILED,
    "payment_failure_refund": MovementType.REFUND,
    "transfer": MovementType.PAYOUT,
    "transfer_refund": MovementType.PAYOUT_REVERSED,
    "transfer_cancel": MovementType.PAYOUT_REVERSED,
    "transfer_failure": MovementType.PAYOUT_REVERSED,
    "stripe_fee": MovementType.FEE,
    "stripe_fx_fee": MovementType.FEE,
    "tax_fee": MovementType.FEE,
    "payout": MovementType.WITHDRAWAL,
    "payout_cancel": MovementType.WITHDRAWAL,
    "payout_failure": MovementType.WITHDRAWAL,
}
_ADJUSTMENTS: Final = {
    "dispute": MovementType.CHARGEBACK,
    "dispute_reversal": MovementType.CHARGEBACK_REINSTATED,
    "refund_failure": MovementType.REFUND_FAILED,
    "fee": MovementType.FEE,
}

_WITH_THEIR_FEE: Final = frozenset({MovementType.CHARGEBACK, MovementType.CHARGEBACK_REINSTATED})


def movements(client: StripeClient, since: datetime, until: datetime) -> list[ProviderMovement]:
    """Every line with `since <= at < until`, oldest first."""
    pages = client.v1.balance_transactions.list(
        {
            "created": {"gte": _first_second(since), "lt": _first_second(until)},
            "limit": 100,
            "expand": ["data.source"],
        }
    )
    lines = [line for row in pages.auto_paging_iter() for line in _lines(plain(row))]
    return sorted(lines, key=lambda line: (line.at, line.ref))


def balance(client: StripeClient) -> ProviderBalance:
    """What Stripe keeps for us, per currency."""
    said = plain(client.v1.balance.retrieve())
    return ProviderBalance(available=_by_currency(said["available"]), pending=_by_currency(said["pending"]))


def _lines(row: Plain) -> list[ProviderMovement]:
    """One movement. No fee is negative: one that was given back is a line of its own, but for a chargeback's, whose
    fee is a part of what it took and gave back.
    """
    currency, kind = str(row["currency"]), _type(row)
    amount, fee = int(row["amount"]), int(row.get("fee") or 0)
    if fee < 0 and kind in _WITH_THEIR_FEE:
        amount, fee = amount - fee, 0
    source = row.get("source")
    line = ProviderMovement(
        ref=row["id"],
        type=kind,
        object_ref=_object_ref(source),
        subject=_subject(source),
        amount=from_stripe(amount, currency),
        fee=from_stripe(max(fee, 0), currency),
        at=datetime.fromtimestamp(int(row["created"]), UTC),
        description=str(row.get("description") or "")[:300],
    )
    if fee >= 0:
        return [line]
    given_back = ProviderMovement(
        ref=f"{line.ref}:fee",
        type=MovementType.FEE,
        object_ref=line.object_ref,
        subject=line.subject,
        amount=from_stripe(-fee, currency),
        fee=Money.zero(currency.upper()),
        at=line.at,
        description=line.description,
    )
    return [line, given_back]


def _type(row: Plain) -> MovementType:
    if row["type"] == "adjustment":
        return _ADJUSTMENTS.get(row.get("reporting_category", ""), MovementType.OTHER)
    return _TYPES.get(row["type"], MovementType.OTHER)


def _object_ref(source: object) -> str:
    if isinstance(source, dict) and source.get("object") == "transfer_reversal":
        return reversal_ref(id_of(source.get("transfer")), id_of(source))
    return id_of(source)


def _subject(source: object) -> str:
    return str((source.get("metadata") or {}).get("subject", "")) if isinstance(source, dict) else ""


def _by_currency(amounts: Iterable[Plain]) -> dict[str, Money]:
    told = [from_stripe(row["amount"], row["currency"]) for row in amounts]
    return {money.currency: money for money in told}


def _first_second(moment: datetime) -> int:
    """Stripe counts whole seconds: the first one not before this moment."""
    return math.ceil(moment.timestamp())
