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
# What a line is received as (split over payments or not) is exactly its amount; a batch's total is the sum of what
# stands in it.
_LINES = """
    SELECT l.ref, l.currency, l.amount_minor, coalesce(r.total, 0)::bigint
    FROM ta_payments_bankstatementline l
    LEFT JOIN (SELECT statement_line_id, sum(amount_minor) AS total FROM ta_payments_bankreceipt
               GROUP BY statement_line_id) r ON r.statement_line_id = l.id
    WHERE l.amount_minor > 0 AND l.amount_minor <> coalesce(r.total, 0)
      AND ((l.state IN ('matched', 'assigned') AND l.payment_id IS NOT NULL) OR r.total IS NOT NULL)
"""
_BATCHES = """
    SELECT b.ref, b.currency, b.total_minor, coalesce(sum(l.amount_minor), 0)::bigint
    FROM ta_payments_payoutbatch b
    LEFT JOIN ta_payments_payoutbatchline l ON l.batch_id = b.id AND l.released_at IS NULL
    WHERE b.state IN ('open', 'exported')
    GROUP BY b.id HAVING b.total_minor <> coalesce(sum(l.amount_minor), 0)
"""
_PARTS = (
    (_RECEIPTS, "payment", "received"),
    (_REFUNDS, "payment", "refunded"),
    (_CHARGEBACKS, "payment", "charged back"),
    (_LINES, "bank line", "booked"),
    (_BATCHES, "batch", "to be paid"),
)


def discrepancies() -> Iterable[Discrepancy]:
    """Payments, bank lines and batches whose amount is not the sum of what it stands for."""
    for query, thing, what in _PARTS:
        with connection.cursor() as cursor:
            cursor.execute(query)
            for ref, currency, said, summed in cursor.fetchall():
                text = f"{what} {_amount(said, currency)}, but its rows sum to {_amount(summed, currency)}"
                yield Discrepancy(_PART, f"{thing} {ref}", text)


def _amount(minor: int, currency: str) -> str:
    return format_money(Money(minor, currency))
