"""The second part of holds' `check_books`: orders against their holds, postings against movements, rails against postings.

What a rail has told and the outbox has not handed on yet is on its way, not missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db import connection

from marketplace.core.books import Discrepancy
from marketplace.core.formatting import format_money
from marketplace.core.money import Money

PART = "trades and rails"

# A hold may ask less than was agreed (what was cancelled before it was paid), never more.
_MILESTONES = """
    SELECT o.ref, o.currency, m.position, m.amount_minor, h.amount_minor
    FROM orders_milestone m
    JOIN orders_order o ON o.id = m.order_id
    JOIN ta_holds_hold h ON h.milestone_id = m.id
    WHERE h.amount_minor > m.amount_minor OR h.order_id <> m.order_id OR h.currency <> o.currency
    ORDER BY o.ref, m.position
"""
_UNPAID_PRODUCTION = """
    SELECT o.ref, o.state, o.currency, sum(h.funded_minor)::bigint
    FROM orders_order o JOIN ta_holds_hold h ON h.order_id = o.id
    WHERE o.cleared_to_produce_at IS NOT NULL OR o.state IN ('in_production', 'shipped', 'delivered', 'completed')
    GROUP BY o.id HAVING sum(h.funded_minor) = 0 ORDER BY o.ref
"""
_OVER_AND_HOLDING = """
    SELECT o.ref, o.state, o.currency, sum(h.held_minor)::bigint
    FROM orders_order o JOIN ta_holds_hold h ON h.order_id = o.id
    WHERE o.state IN ('declined', 'lapsed', 'cancelled')
    GROUP BY o.id HAVING sum(h.held_minor) <> 0 ORDER BY o.ref
"""
# (A chargeback has two entries of a hold: what it took, and what came back out of the supplier's money for it.)
# Each movement has its posting (the first part looks); each posting into or out of a hold has its movement.
_POSTINGS = """
    SELECT t.id, t.key, t.kind, t.subject, e.currency, e.amount_minor, m.amount_minor
    FROM ta_ledger_transaction t
    JOIN ta_ledger_entry e ON e.transaction_id = t.id
    JOIN ta_ledger_account a ON a.id = e.account_id AND a.kind = 'escrow' AND a.owner = t.subject
    LEFT JOIN ta_holds_holdmovement m ON m.posting_key = t.key
    WHERE t.kind IN ('funded', 'released', 'refunded', 'charged_back')
      AND (m.id IS NULL OR (t.kind <> 'charged_back' AND m.amount_minor <> abs(e.amount_minor)))
    ORDER BY t.id
"""
_PAYMENTS = """
    WITH by_movement AS (
        SELECT m.cause AS ref, -sum(e.amount_minor) AS booked
        FROM ta_holds_holdmovement m
        JOIN ta_ledger_transaction t ON t.key = m.posting_key
        JOIN ta_ledger_entry e ON e.transaction_id = t.id
        JOIN ta_ledger_account a ON a.id = e.account_id AND a.kind = 'provider_clearing'
        WHERE m.kind = 'funded' GROUP BY m.cause
    ), by_excess AS (
        SELECT split_part(t.key, ':', 2) AS ref, -sum(e.amount_minor) AS booked
        FROM ta_ledger_transaction t
        JOIN ta_ledger_entry e ON e.transaction_id = t.id
        JOIN ta_ledger_account a ON a.id = e.account_id AND a.kind = 'provider_clearing'
        WHERE t.kind = 'excess' GROUP BY 1
    ), on_its_way AS (
        SELECT v.payload->>'payment' AS ref, sum((v.payload->>'amount_minor')::bigint) AS told
        FROM core_outboxdelivery d JOIN core_outboxevent v ON v.id = d.event_id
        WHERE d.delivered_at IS NULL AND d.consumer = 'holds.take_payment' GROUP BY 1
    )
    SELECT p.ref, p.currency, p.received_minor,
           (coalesce(by_movement.booked, 0) + coalesce(by_excess.booked, 0))::bigint, coalesce(on_its_way.told, 0)::bigint
    FROM ta_payments_payment p
    JOIN ta_holds_hold h ON h.ref = p.subject
    LEFT JOIN by_movement ON by_movement.ref = p.ref
    LEFT JOIN by_excess ON by_excess.ref = p.ref
    LEFT JOIN on_its_way ON on_its_way.ref = p.ref
    WHERE p.received_minor <> coalesce(by_movement.booked, 0) + coalesce(by_excess.booked, 0)
                              + coalesce(on_its_way.told, 0)
    ORDER BY p.ref
"""
_REFUNDS = """
    WITH on_its_way AS (
        SELECT v.payload->>'refund' AS ref FROM core_outboxdelivery d JOIN core_outboxevent v ON v.id = d.event_id
        WHERE d.delivered_at IS NULL AND d.consumer = 'holds.refund_arrived'
    )
    SELECT r.ref, p.currency, r.amount_minor, r.state
    FROM ta_payments_refund r
    JOIN ta_payments_payment p ON p.id = r.payment_id
    JOIN ta_holds_hold h ON h.ref = p.subject
    LEFT JOIN ta_ledger_transaction t ON t.key = 'refund:' || r.ref
    WHERE r.state = 'confirmed' AND t.id IS NULL AND r.ref NOT IN (SELECT ref FROM on_its_way)
    ORDER BY r.ref
"""
# A payout by parts is booked part by part, under each part's own name.
_PAYOUTS = """
    SELECT s.ref, s.currency, s.amount_minor, s.state
    FROM (SELECT p.ref, p.currency, p.amount_minor, p.state FROM ta_holds_payout p
          WHERE NOT EXISTS (SELECT FROM ta_holds_payoutpart part WHERE part.payout_id = p.id)
          UNION ALL
          SELECT part.ref, p.currency, part.amount_minor, part.state
          FROM ta_holds_payoutpart part JOIN ta_holds_payout p ON p.id = part.payout_id) s
    LEFT JOIN ta_ledger_transaction t ON t.key = 'payout:' || s.ref || ':confirmed'
    WHERE s.state IN ('confirmed', 'returned') AND t.id IS NULL ORDER BY s.ref
"""
_RETURNED = """
    SELECT p.ref, p.currency, p.returned_minor, coalesce(booked.total, 0)::bigint, coalesce(parts.total, p.returned_minor)::bigint
    FROM ta_holds_payout p
    LEFT JOIN (SELECT t.subject, sum(e.amount_minor) AS total
               FROM ta_ledger_transaction t
               JOIN ta_ledger_entry e ON e.transaction_id = t.id
               JOIN ta_ledger_account a ON a.id = e.account_id AND a.kind = 'supplier_payable'
               WHERE t.kind = 'payout_sent_back' GROUP BY t.subject) booked ON booked.subject = p.ref
    LEFT JOIN (SELECT payout_id, sum(returned_minor) AS total FROM ta_holds_payoutpart GROUP BY payout_id) parts
      ON parts.payout_id = p.id
    WHERE p.returned_minor <> coalesce(booked.total, 0) OR p.returned_minor <> coalesce(parts.total, p.returned_minor)
    ORDER BY p.ref
"""
_STRAY = """
    SELECT t.id, t.key, t.kind, t.subject, coalesce(r.state, p.state, 'none')
    FROM ta_ledger_transaction t
    LEFT JOIN ta_payments_refund r ON r.ref = t.subject
    LEFT JOIN ta_holds_payout p ON p.ref = t.subject
    WHERE (t.kind = 'refund_confirmed' AND (r.id IS NULL OR r.state IN ('requested', 'sent', 'unknown')))
       OR (t.kind = 'payout_confirmed'
           AND (p.id IS NULL OR p.state IN ('requested', 'approved', 'sent', 'rejected'))
           AND NOT EXISTS (SELECT FROM ta_holds_payoutpart part WHERE part.payout_id = p.id
                           AND t.key = 'payout:' || part.ref || ':confirmed' AND part.state IN ('confirmed', 'returned')))
       OR (t.kind = 'payout_sent_back' AND p.id IS NULL)
    ORDER BY t.id
"""
_STRAY_EXCESS = """
    SELECT t.id, t.key, t.subject FROM ta_ledger_transaction t
    LEFT JOIN ta_payments_payment p ON p.ref = split_part(t.key, ':', 2)
    WHERE t.kind = 'excess' AND p.id IS NULL ORDER BY t.id
"""


def discrepancies() -> Iterable[Discrepancy]:
    """Every order, posting, payment, refund and payout that tells another story than its counterpart."""
    for sql, told in _CHECKS:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            rows = cursor.fetchall()
        for row in rows:
            subject, text = told(*row)
            yield Discrepancy(PART, subject, text)


def _milestone(ref: str, currency: str, position: int, agreed: int, due: int) -> tuple[str, str]:
    return (
        f"order {ref}",
        f"milestone {position} is agreed at {_money(agreed, currency)}, its hold asks {_money(due, currency)}",
    )


def _unpaid(ref: str, state: str, currency: str, funded: int) -> tuple[str, str]:
    return (
        f"order {ref}",
        f"cleared to produce or further ({state}), but {_money(funded, currency)} was ever paid",
    )


def _holding(ref: str, state: str, currency: str, held: int) -> tuple[str, str]:
    return f"order {ref}", f"is {state}, but its holds still hold {_money(held, currency)}"


def _posting(
    pk: int, key: str, kind: str, subject: str, currency: str, amount: int, moved: int | None
) -> tuple[str, str]:
    posted = f"{kind} {_money(abs(amount), currency)} of hold {subject} in the ledger"
    text = (
        f"{posted}, but the hold has no such movement"
        if moved is None
        else f"{posted}, but the hold's movement is {_money(moved, currency)}"
    )
    return f"transaction {pk} ({key})", text


def _payment(ref: str, currency: str, received: int, booked: int, on_its_way: int) -> tuple[str, str]:
    way = f" and {_money(on_its_way, currency)} on its way" if on_its_way else ""
    return (
        f"payment {ref}",
        f"received {_money(received, currency)}, the ledger has {_money(booked, currency)}{way}",
    )


def _refund(ref: str, currency: str, amount: int, state: str) -> tuple[str, str]:
    return f"refund {ref}", f"{_money(amount, currency)} is {state}, but the ledger has no posting of it"


def _payout(ref: str, currency: str, amount: int, state: str) -> tuple[str, str]:
    return f"payout {ref}", f"{_money(amount, currency)} is {state}, but the ledger has no posting of it"


def _returned(ref: str, currency: str, returned: int, booked: int, parts: int) -> tuple[str, str]:
    booked_text = f"the ledger has {_money(booked, currency)}"
    text = f"{_money(returned, currency)} came back, its parts say {_money(parts, currency)}, {booked_text}"
    return f"payout {ref}", text


def _stray(pk: int, key: str, kind: str, subject: str, state: str) -> tuple[str, str]:
    return f"transaction {pk} ({key})", f"{kind} of {subject} in the ledger, but that is {state}"


def _stray_excess(pk: int, key: str, subject: str) -> tuple[str, str]:
    return f"transaction {pk} ({key})", f"money for {subject} in the ledger, but no such payment came"


_CHECKS: tuple[tuple[str, Callable[..., tuple[str, str]]], ...] = (
    (_MILESTONES, _milestone),
    (_UNPAID_PRODUCTION, _unpaid),
    (_OVER_AND_HOLDING, _holding),
    (_POSTINGS, _posting),
    (_PAYMENTS, _payment),
    (_REFUNDS, _refund),
    (_PAYOUTS, _payout),
    (_RETURNED, _returned),
    (_STRAY, _stray),
    (_STRAY_EXCESS, _stray_excess),
)


def _money(minor: int, currency: str) -> str:
    return format_money(Money(int(minor), currency))
