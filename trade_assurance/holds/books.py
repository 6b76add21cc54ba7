"""Holds' part of `check_books`: every order's conservation, every hold against its ledger entries, in text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection

from marketplace.core.books import Discrepancy
from marketplace.core.formatting import format_money
from marketplace.core.money import Money

PART = "holds"

_PER_ORDER = """
    SELECT o.ref, h.currency, sum(h.funded_minor)::bigint, sum(h.held_minor)::bigint,
           sum(h.released_minor)::bigint, sum(h.refunded_minor)::bigint, sum(h.charged_back_minor)::bigint
    FROM ta_holds_hold h JOIN orders_order o ON o.id = h.order_id
    GROUP BY o.ref, h.currency
    HAVING sum(h.funded_minor) <> sum(h.held_minor + h.released_minor + h.refunded_minor + h.charged_back_minor)
"""
# The ledger's own story of each hold: what went into and out of its escrow account, by kind of movement.
_PER_HOLD = """
    WITH told AS (
        SELECT a.owner AS ref,
               sum(e.amount_minor) AS held,
               sum(e.amount_minor) FILTER (WHERE t.kind = 'funded') AS funded,
               -- what a chargeback took of released money passes through the account once more, in and out
               -coalesce(sum(e.amount_minor) FILTER (WHERE t.kind = 'released'), 0)
                   - coalesce(sum(e.amount_minor) FILTER (WHERE t.kind = 'charged_back' AND e.amount_minor > 0), 0)
                   AS released,
               -sum(e.amount_minor) FILTER (WHERE t.kind = 'refunded') AS refunded,
               -sum(e.amount_minor) FILTER (WHERE t.kind = 'charged_back' AND e.amount_minor < 0) AS charged_back
        FROM ta_ledger_account a
        JOIN ta_ledger_entry e ON e.account_id = a.id
        JOIN ta_ledger_transaction t ON t.id = e.transaction_id
        WHERE a.kind = 'escrow' GROUP BY a.owner
    ), commission AS (
        SELECT t.subject AS ref, sum(e.amount_minor) AS taken
        FROM ta_ledger_transaction t
        JOIN ta_ledger_entry e ON e.transaction_id = t.id
        JOIN ta_ledger_account a ON a.id = e.account_id
        WHERE a.kind = 'commission' AND t.kind IN ('released', 'charged_back') GROUP BY t.subject
    ), parts AS (
        SELECT coalesce(h.ref, told.ref) AS ref, h.currency,
               unnest(ARRAY['funded', 'held', 'released', 'refunded', 'charged back', 'commission']) AS part,
               unnest(ARRAY[h.funded_minor, h.held_minor, h.released_minor, h.refunded_minor,
                            h.charged_back_minor, h.commission_minor]) AS row_minor,
               unnest(ARRAY[told.funded, told.held, told.released, told.refunded, told.charged_back,
                            commission.taken]::bigint[]) AS ledger_minor
        FROM ta_holds_hold h FULL JOIN told ON told.ref = h.ref LEFT JOIN commission ON commission.ref = h.ref
    )
    SELECT ref, currency, part, coalesce(row_minor, 0), coalesce(ledger_minor, 0) FROM parts
    WHERE coalesce(row_minor, 0) <> coalesce(ledger_minor, 0)
"""
_FROZEN = """
    SELECT h.ref, h.currency, h.frozen_minor, coalesce(f.total, 0)::bigint
    FROM ta_holds_hold h LEFT JOIN (
        SELECT hold_id, sum(amount_minor) AS total FROM (
            SELECT hold_id, amount_minor - taken_minor AS amount_minor FROM ta_holds_freeze
            WHERE lifted_at IS NULL
            UNION ALL
            SELECT p.hold_id, p.frozen_minor FROM ta_holds_chargebackpart p
            JOIN ta_holds_chargebackcase c ON c.id = p.case_id AND c.state = 'open'
        ) still GROUP BY hold_id
    ) f ON f.hold_id = h.id
    WHERE h.frozen_minor <> coalesce(f.total, 0)
"""
_FUNDINGS = """
    SELECT h.ref, h.currency, h.funded_minor, coalesce(sum(f.amount_minor), 0)::bigint,
           h.refunded_minor + h.charged_back_minor,
           coalesce(sum(f.refunded_minor + f.charged_back_minor), 0)::bigint
    FROM ta_holds_hold h LEFT JOIN ta_holds_funding f ON f.hold_id = h.id
    GROUP BY h.id
    HAVING h.funded_minor <> coalesce(sum(f.amount_minor), 0)
        OR h.refunded_minor <> coalesce(sum(f.refunded_minor), 0)
        OR h.charged_back_minor <> coalesce(sum(f.charged_back_minor), 0)
"""
_MOVEMENTS = """
    SELECT h.ref, h.currency, m.posting_key, m.amount_minor
    FROM ta_holds_holdmovement m
    JOIN ta_holds_hold h ON h.id = m.hold_id
    LEFT JOIN ta_ledger_transaction t ON t.key = m.posting_key AND t.subject = h.ref AND t.kind = m.kind
    WHERE t.id IS NULL
"""
_PAYOUTS = """
    SELECT c.ref, p.currency, p.under_way, coalesce(a.balance, 0)
    FROM (SELECT company_id, currency,
                 sum(CASE WHEN state IN ('requested', 'approved', 'sent') THEN
                     amount_minor - coalesce((SELECT sum(part.amount_minor) FROM ta_holds_payoutpart part
                                              WHERE part.payout_id = q.id AND part.state <> 'sent'), 0)
                     ELSE 0 END)::bigint AS under_way
          FROM ta_holds_payout q GROUP BY company_id, currency) p
    JOIN accounts_company c ON c.id = p.company_id
    LEFT JOIN ta_ledger_account a ON a.kind = 'payout_in_transit' AND a.owner = c.ref AND a.currency_id = p.currency
    WHERE p.under_way <> coalesce(a.balance, 0)
"""
_RELEASE_AT = """
    SELECT h.ref, h.release_at, d.due_at
    FROM ta_holds_hold h
    JOIN orders_order o ON o.id = h.order_id
    JOIN core_deadline d ON d.subject = o.ref AND d.kind = 'accept_by_silence' AND d.state = 'open'
    WHERE h.state = 'held' AND h.release_at IS DISTINCT FROM d.due_at
"""
# What is agreed is the order's total; what is due now is that less what was cancelled or reduced before it was paid.
_MILESTONES = """
    SELECT o.ref, o.currency, o.total_minor, m.agreed, h.due,
           o.cancelled_part_minor + o.reduced_goods_minor + o.reduced_freight_minor
    FROM orders_order o
    JOIN (SELECT order_id, sum(amount_minor)::bigint AS agreed FROM orders_milestone
          WHERE kind = 'scheduled' GROUP BY order_id) m ON m.order_id = o.id
    LEFT JOIN (SELECT h.order_id, sum(h.amount_minor)::bigint AS due FROM ta_holds_hold h
          JOIN orders_milestone m ON m.id = h.milestone_id WHERE m.kind = 'scheduled' GROUP BY h.order_id) h
      ON h.order_id = o.id
    WHERE m.agreed <> o.total_minor OR coalesce(h.due, m.agreed) > m.agreed
       OR m.agreed - coalesce(h.due, m.agreed)
            > o.cancelled_part_minor + o.reduced_goods_minor + o.reduced_freight_minor
"""
_CREDIT = """
    SELECT coalesce(c.ref, a.owner), coalesce(c.currency, a.currency_id), coalesce(c.owed, 0), coalesce(a.balance, 0)
    FROM (SELECT k.ref, c.currency, sum(c.amount_minor - c.used_minor - c.returned_minor - c.taken_minor)::bigint AS owed
          FROM ta_holds_credit c JOIN accounts_company k ON k.id = c.company_id GROUP BY k.ref, c.currency) c
    FULL JOIN (SELECT owner, currency_id, balance FROM ta_ledger_account WHERE kind = 'buyer_credit') a
      ON a.owner = c.ref AND a.currency_id = c.currency
    WHERE coalesce(c.owed, 0) <> coalesce(a.balance, 0)
"""
# What shipments' shares still hold must be there, and what they released must have been released.
_SHARES = """
    SELECT h.ref, h.currency, s.left_minor, (h.amount_minor - h.funded_minor) + h.held_minor - h.refund_due_minor,
           s.released_minor, h.released_minor + h.charged_back_minor
    FROM ta_holds_hold h
    JOIN (SELECT hold_id, sum(amount_minor - released_minor - taken_minor)::bigint AS left_minor,
                 sum(released_minor)::bigint AS released_minor
          FROM ta_holds_shipmentshare GROUP BY hold_id) s ON s.hold_id = h.id
    WHERE s.released_minor > h.released_minor + h.charged_back_minor
       OR s.left_minor > (h.amount_minor - h.funded_minor) + h.held_minor - h.refund_due_minor
"""


def discrepancies() -> Iterable[Discrepancy]:
    """Everything about held money that does not add up, each in a sentence with both figures."""
    for ref, currency, funded, *parts in _rows(_PER_ORDER):
        shown = " + ".join(_money(part, currency) for part in parts)
        yield Discrepancy(
            PART,
            f"order {ref}",
            f"funded {_money(funded, currency)}, but held + released + refunded + charged back is {shown}",
        )
    for ref, currency, part, row_minor, ledger_minor in _rows(_PER_HOLD):
        text = f"{part} {_money(row_minor, currency)} on the hold, {_money(ledger_minor, currency)} in the ledger"
        yield Discrepancy(
            PART, f"hold {ref}", text if currency else f"an escrow account without a hold: {text}"
        )
    for ref, currency, frozen, open_freezes in _rows(_FROZEN):
        text = f"frozen {_money(frozen, currency)}, but its open freezes come to {_money(open_freezes, currency)}"
        yield Discrepancy(PART, f"hold {ref}", text)
    for ref, currency, funded, paid, refunded, returned in _rows(_FUNDINGS):
        text = (
            f"funded {_money(funded, currency)} and refunded {_money(refunded, currency)}, but its payments brought "
            f"{_money(paid, currency)} and gave back {_money(returned, currency)}"
        )
        yield Discrepancy(PART, f"hold {ref}", text)
    for ref, currency, key, amount in _rows(_MOVEMENTS):
        yield Discrepancy(
            PART, f"hold {ref}", f"movement {key} of {_money(amount, currency)} is not in the ledger"
        )
    for ref, currency, under_way, balance in _rows(_PAYOUTS):
        text = f"payouts under way come to {_money(under_way, currency)}, the ledger has {_money(balance, currency)}"
        yield Discrepancy(PART, f"company {ref}", text)
    yield from _of_shares()
    for ref, release_at, due_at in _rows(_RELEASE_AT):
        yield Discrepancy(PART, f"hold {ref}", f"releases at {release_at}, but its deadline says {due_at}")
    yield from _schedules_and_credit()


def _schedules_and_credit() -> Iterable[Discrepancy]:
    for ref, currency, owed, balance in _rows(_CREDIT):
        text = f"credit comes to {_money(owed, currency)}, the ledger has {_money(balance, currency)}"
        yield Discrepancy(PART, f"company {ref}", text)
    for ref, currency, total, agreed, due, cancelled in _rows(_MILESTONES):
        text = (
            f"milestones come to {_money(agreed, currency)} of a total of {_money(total, currency)}, "
            f"{_money(due, currency)} of it is due after {_money(cancelled, currency)} was cancelled or reduced"
        )
        yield Discrepancy(PART, f"order {ref}", text)


def _of_shares() -> Iterable[Discrepancy]:
    """Shipments' shares that hold or released more than their hold."""
    for ref, currency, left, there, released, of_hold in _rows(_SHARES):
        text = (
            f"its shipments' shares still hold {_money(left, currency)} of {_money(there, currency)} and released "
            f"{_money(released, currency)} of {_money(of_hold, currency)}"
        )
        yield Discrepancy(PART, f"hold {ref}", text)


def _rows(sql: str) -> Sequence[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def _money(minor: object, currency: object) -> str:
    if not currency or not isinstance(minor, int):
        return f"{minor} minor units"
    return format_money(Money(minor, str(currency)))
