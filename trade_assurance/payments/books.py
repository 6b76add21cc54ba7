"""Payments' part of `check_books`: what payments say of themselves against their own receipts and refunds."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from marketplace.core.books import Discrepancy
from marketplace.core.formatting import format_money
from marketplace.core.money import Money

_PART = "payments"
_RECEIPTS = """
    SELECT p.ref, p.currency, p.received_minor, coalesce(sum(r.amount_minor), 0)::bigint
    FROM ta_payments_payment p LEFT JOIN ta_payments_bankreceipt r ON r.payment_id = p.id
    WHERE p.provider = 'bank_transfer' GROUP BY p.id HAVING p.received_minor <> coalesce(sum(r.amount_minor), 0)
"""
_REFUNDS = """
    SELECT p.ref, p.currency, p.refunded_minor, coalesce(sum(r.amount_minor), 0)::bigint
    FROM ta_payments_payment p LEFT JOIN ta_payments_refund r ON r.payment_id = p.id AND r.state <> 'failed'
    GROUP BY p.id HAVING p.refunded_minor <> coalesce(sum(r.amount_minor), 0)
"""
_CHARGEBACKS = """
    SELECT p.ref, p.currency, p.disputed_minor + p.charged_back_minor, coalesce(sum(c.amount_minor), 0)::bigint
    FROM ta_payments_payment p LEFT JOIN ta_payments_chargeback c ON c.payment_id = p.id AND c.taken
    GROUP BY p.id HAVING p.disputed_minor <> coalesce(sum(c.amount_minor) FILTER (WHERE c.state <> 'lost'), 0)
        OR p.charged_back_minor <> coalesce(sum(c.amount_minor) FILTER (WHERE c.state = 'lost'), 0)
"""


def discrepancies() -> Iterable[Discrepancy]:
    """Payments whose received, refunded or charged back amount is not the sum of their bank receipts, refunds or chargebacks."""
    for query, what in (
        (_RECEIPTS, "received"),
        (_REFUNDS, "refunded"),
        (_CHARGEBACKS, "charged back"),
    ):
        with connection.cursor() as cursor:
            cursor.execute(query)
            for ref, currency, said, summed in cursor.fetchall():
                text = f"{what} {_amount(said, currency)}, but its rows sum to {_amount(summed, currency)}"
                yield Discrepancy(_PART, f"payment {ref}", text)


def _amount(minor: int, currency: str) -> str:
    return format_money(Money(minor, currency))
