"""The part of `check_books` about held money that was moved to the bank: moves, their parts and their postings agree."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from marketplace.core.books import Discrepancy
from trade_assurance.holds.supplier_books import amount_of, rows_of

PART: Final = "moves to the bank"

# What a move says, what its parts come to, and what its posting took from its own processor and gave the bank.
_MOVES = """
    WITH parts AS (
        SELECT move_id, sum(amount_minor)::bigint AS total FROM ta_holds_movedpart GROUP BY move_id
    ), booked AS (
        SELECT t.subject AS ref, e.currency, a.owner, sum(e.amount_minor)::bigint AS total
        FROM ta_ledger_transaction t
        JOIN ta_ledger_entry e ON e.transaction_id = t.id
        JOIN ta_ledger_account a ON a.id = e.account_id AND a.kind = 'provider_clearing'
        WHERE t.kind = 'moved_to_bank' GROUP BY t.subject, e.currency, a.owner
    )
    SELECT m.ref, m.currency, m.done, coalesce(parts.total, 0), coalesce(gone.total, 0), -coalesce(come.total, 0)
    FROM (SELECT id, ref, currency, provider, CASE WHEN state = 'done' THEN amount_minor ELSE 0 END AS done
          FROM ta_holds_bankmove) m
    LEFT JOIN parts ON parts.move_id = m.id
    LEFT JOIN booked gone ON gone.ref = m.ref AND gone.owner = m.provider AND gone.currency = m.currency
    LEFT JOIN booked come ON come.ref = m.ref AND come.owner = 'bank_transfer' AND come.currency = m.currency
    WHERE m.done <> coalesce(parts.total, 0) OR m.done <> coalesce(gone.total, 0) OR m.done <> -coalesce(come.total, 0)
    ORDER BY m.ref
"""
_STRAY = """
    SELECT t.id, t.key, t.subject, coalesce(m.state, 'none')
    FROM ta_ledger_transaction t LEFT JOIN ta_holds_bankmove m ON m.ref = t.subject
    WHERE t.kind = 'moved_to_bank' AND (m.id IS NULL OR m.state <> 'done' OR t.key <> 'move:' || m.ref)
    ORDER BY t.id
"""
# A part is about a payment of the move's own order and processor, and gives back no more than that payment did.
_PARTS = """
    SELECT m.ref, m.currency, f.payment_ref, sum(p.amount_minor)::bigint, sum(p.refunded_minor)::bigint,
           f.amount_minor, f.refunded_minor
    FROM ta_holds_movedpart p
    JOIN ta_holds_bankmove m ON m.id = p.move_id
    JOIN ta_holds_funding f ON f.id = p.funding_id
    JOIN ta_holds_hold h ON h.id = f.hold_id
    GROUP BY m.id, f.id, h.id
    HAVING h.order_id <> m.order_id OR f.provider <> m.provider
        OR sum(p.amount_minor) > f.amount_minor OR sum(p.refunded_minor) > f.refunded_minor
    ORDER BY m.ref
"""
_LINES = """
    SELECT m.ref, m.currency, m.amount_minor, m.line_ref, coalesce(l.amount_minor, 0), coalesce(l.state, 'none')
    FROM ta_holds_bankmove m LEFT JOIN ta_payments_bankstatementline l ON l.ref = m.line_ref
    WHERE m.line_ref <> '' AND (l.id IS NULL OR l.amount_minor <> m.amount_minor OR l.currency <> m.currency
                                OR l.state <> 'assigned')
    ORDER BY m.ref
"""


def discrepancies() -> Iterable[Discrepancy]:
    """Moves, parts, postings and bank lines that tell different stories, each in a sentence with the figures."""
    for ref, currency, done, parts, gone, come in rows_of(_MOVES):
        text = (
            f"{amount_of(done, currency)} was moved, its parts come to {amount_of(parts, currency)}; in the ledger "
            f"{amount_of(gone, currency)} left the processor and {amount_of(come, currency)} came to the bank"
        )
        yield Discrepancy(PART, f"move {ref}", text)
    for pk, key, subject, state in rows_of(_STRAY):
        yield Discrepancy(
            PART, f"transaction {pk} ({key})", f"moved_to_bank of {subject}, but that move is {state}"
        )
    for ref, currency, payment, moved, refunded, paid, given in rows_of(_PARTS):
        text = (
            f"{amount_of(moved, currency)} of payment {payment} was moved and {amount_of(refunded, currency)} of it "
            f"refunded; the payment brought {amount_of(paid, currency)} and gave back {amount_of(given, currency)}, "
            "or belongs to another order or processor"
        )
        yield Discrepancy(PART, f"move {ref}", text)
    for ref, currency, amount, line, there, state in rows_of(_LINES):
        text = f"{amount_of(amount, currency)} came by bank line {line}, which is {amount_of(there, currency)} and {state}"
        yield Discrepancy(PART, f"move {ref}", text)
