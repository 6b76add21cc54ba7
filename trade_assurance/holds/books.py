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
               -sum(e.amount_minor) FILTER (WHERE t.kind = 'released') AS released,
               -sum(e.amount_minor) FILTER (WHERE t.kind = 'refunded') AS refunded,
               -sum(e.amount_minor) FILTER (WHERE t.kind = 'charged_back') AS charged_back
        FROM ta_ledger_account a
        JOIN ta_ledger_entry e ON e.account_id = a.id
        JOIN ta_ledger_transaction t ON t.id = e.transaction_id
        WHERE a.kind = 'escrow' GROUP BY a.owner
    ), commission AS (
        SELECT t.subject AS ref, sum(e.amount_minor) AS taken
        FROM ta_ledger_transaction t
        JOIN ta_ledger_entry e ON e.transaction_id = t.id
        JOIN ta_ledger_account a ON a.id = e.account_id
        WHERE a.kind = 'commission' AND t.kind = 'released' GROUP BY t.subject
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
    SELECT h.ref, h.currency, h.frozen_minor, coalesce(sum(f.amount_minor), 0)::bigint
    FROM ta_holds_hold h LEFT JOIN ta_holds_freeze f ON f.hold_id = h.id AND f.lifted_at IS NULL
    GROUP BY h.id HAVING h.frozen_minor <> coalesce(sum(f.amount_minor), 0)
"""
_FUNDINGS = """
    SELECT h.ref, h.currency, h.funded_minor, coalesce(sum(f.amount_minor), 0)::bigint,
           h.refunded_minor, coalesce(sum(f.refunded_minor), 0)::bigint
    FROM ta_holds_hold h LEFT JOIN ta_holds_funding f ON f.hold_id = h.id
    GROUP BY h.id
    HAVING h.funded_minor <> coalesce(sum(f.amount_minor), 0)
        OR h.refunded_minor <> coalesce(sum(f.refunded_minor), 0)
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
                 sum(CASE WHEN state IN ('requested', 'approved', 'sent') THEN amount_minor ELSE 0 END)::bigint
                     AS under_way
          FROM ta_holds_payout GROUP BY company_id, currency) p
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
    for ref, release_at, due_at in _rows(_RELEASE_AT):
        yield Discrepancy(PART, f"hold {ref}", f"releases at {release_at}, but its deadline says {due_at}")


def _rows(sql: str) -> Sequence[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def _money(minor: object, currency: object) -> str:
    if not currency or not isinstance(minor, int):
        return f"{minor} minor units"
    return format_money(Money(minor, str(currency)))
