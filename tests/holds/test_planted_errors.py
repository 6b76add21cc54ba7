"""Every kind of error the issue names, planted behind the triggers' back: found, and named exactly; no alarm without one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import transaction

from marketplace.core.books import find_discrepancies
from marketplace.core.models import OutboxEvent
from marketplace.core.money import Money
from marketplace.core.outbox import deliver_due
from marketplace.notifications.models import Notification
from tests.factories import days
from tests.factories.holds import (
    DELIVERED_AT,
    FUNDED_AT,
    a_confirmed_order,
    a_delivered_order,
    a_deposit_paid,
    a_funded_order,
    a_payment,
    a_requested_payout,
    a_shipped_order,
    an_accepted_order,
    approve_fully,
    bank_refunds_arrive,
    finance_officer,
    money_arrives,
    pump,
)
from tests.factories.ledger import planted
from tests.factories.orders import DEPOSIT_BALANCE, Trade, a_placed_order
from trade_assurance.holds.models import Hold, Payout
from trade_assurance.holds.operations import cancel_unshipped
from trade_assurance.holds.tasks import check_books
from trade_assurance.ledger.models import Entry, Transaction
from trade_assurance.ledger.operations import seal_days
from trade_assurance.payments.models import Payment, Refund
from trade_assurance.payments.operations import record_bank_receipt

pytestmark = pytest.mark.django_db

_OF = "transaction_id = (SELECT id FROM ta_ledger_transaction WHERE key = %s)"
_COPY = (
    "INSERT INTO ta_ledger_entry (transaction_id, account_id, currency, amount_minor, posted_xid)"
    " SELECT transaction_id, account_id, currency, amount_minor, posted_xid FROM ta_ledger_entry"
    f" WHERE amount_minor > 0 AND {_OF}"
)


@pytest.fixture
def paid_out() -> tuple[Trade, Hold, Payout]:
    """A trade that went well, paid out."""
    trade = an_accepted_order()
    payout = approve_fully(a_requested_payout(trade, Money(500_000, "USD")), at=DELIVERED_AT + days(3))
    return trade, Hold.objects.get(order=trade.order), payout


def found() -> list[tuple[str, str]]:
    return [(line.subject, str(line.text)) for line in find_discrepancies()]


def entry_of(key: str, kind: str) -> Entry:
    return Entry.objects.get(transaction__key=key, account__kind=kind)


def test_errors_in_the_journal_are_named(paid_out: tuple[Trade, Hold, Payout]) -> None:
    _trade, hold, _payout = paid_out
    key = f"{hold.ref}:1"
    pk = Transaction.objects.get(key=key).pk
    escrow = entry_of(key, "escrow")
    name = f"transaction {pk} ({key})"
    for forgery, wanted in (
        (f"DELETE FROM ta_ledger_entry WHERE amount_minor > 0 AND {_OF}", "has 1 entries in USD"),
        (_COPY, "sums to 23,600.00\xa0USD, not to zero"),
        (
            f"UPDATE ta_ledger_entry SET amount_minor = amount_minor + 1 WHERE amount_minor > 0 AND {_OF}",
            "sums to 0.01\xa0USD, not to zero",
        ),
    ):
        with planted(forgery, key):
            lines = found()
        assert any(subject == name and wanted in text for subject, text in lines), (forgery, lines)
        assert {f"hold {hold.ref}", f"account escrow {hold.ref}"} <= set(dict(lines)), forgery
    with planted("DELETE FROM ta_ledger_transaction WHERE key = %s", key):
        lines = found()
    assert (
        f"entry {escrow.pk}",
        f"23,600.00\xa0USD belongs to transaction {pk}, which is not there",
    ) in lines
    with planted("UPDATE ta_ledger_entry SET account_id = 999999999 WHERE id = %s", escrow.pk):
        lines = found()
    assert (
        f"entry {escrow.pk}",
        "23,600.00\xa0USD belongs to account 999999999 in USD, which is not there",
    ) in lines
    assert found() == []


def test_a_balanced_doubling_of_a_whole_posting_is_named(paid_out: tuple[Trade, Hold, Payout]) -> None:
    """Sums fit, balances are moved along: only the hold knows that it was funded once."""
    _trade, hold, _payout = paid_out
    double = """
        WITH t AS (INSERT INTO ta_ledger_transaction (kind, subject, key, request_hash, happened_at, booked_at)
                   SELECT kind, subject, key || ':again', request_hash, happened_at, booked_at
                   FROM ta_ledger_transaction WHERE key = %s RETURNING id, key),
        e AS (INSERT INTO ta_ledger_entry (transaction_id, account_id, currency, amount_minor)
              SELECT t.id, e.account_id, e.currency, e.amount_minor FROM t, ta_ledger_entry e
              JOIN ta_ledger_transaction o ON o.id = e.transaction_id WHERE o.key || ':again' = t.key
              RETURNING account_id, amount_minor)
        UPDATE ta_ledger_account a SET balance = balance + e.amount_minor FROM e
        WHERE a.id = e.account_id AND a.tracks_balance
    """
    with planted(double, f"{hold.ref}:1"):
        lines = found()
        again = Transaction.objects.get(key=f"{hold.ref}:1:again")
    name = f"transaction {again.pk} ({again.key})"
    assert (
        name,
        f"funded 23,600.00\xa0USD of hold {hold.ref} in the ledger, but the hold has no such movement",
    ) in lines
    assert (
        f"hold {hold.ref}",
        "funded 23,600.00\xa0USD on the hold, 47,200.00\xa0USD in the ledger",
    ) in lines


def test_holds_and_orders_out_of_step_are_named(paid_out: tuple[Trade, Hold, Payout]) -> None:
    trade, hold, _payout = paid_out
    for forgery, subject, wanted in (
        (
            "UPDATE ta_holds_hold SET released_minor = released_minor - 5, refunded_minor = refunded_minor + 5 WHERE ref = %s",
            f"hold {hold.ref}",
            "released 23,599.95\xa0USD on the hold, 23,600.00\xa0USD in the ledger",
        ),
        (
            "DELETE FROM ta_holds_holdmovement WHERE posting_key = %s || ':1'",
            f"transaction {Transaction.objects.get(key=f'{hold.ref}:1').pk} ({hold.ref}:1)",
            f"funded 23,600.00\xa0USD of hold {hold.ref} in the ledger, but the hold has no such movement",
        ),
        (
            "UPDATE ta_holds_holdmovement SET amount_minor = amount_minor + 1 WHERE posting_key = %s || ':1'",
            f"transaction {Transaction.objects.get(key=f'{hold.ref}:1').pk} ({hold.ref}:1)",
            f"funded 23,600.00\xa0USD of hold {hold.ref} in the ledger, but the hold's movement is 23,600.01\xa0USD",
        ),
        (
            (
                "UPDATE orders_milestone SET amount_minor = orders_milestone.amount_minor - 100 FROM ta_holds_hold h"
                " WHERE h.milestone_id = orders_milestone.id AND h.ref = %s"
            ),
            f"order {trade.ref}",
            "milestone 1 is agreed at 23,599.00\xa0USD, its hold asks 23,600.00\xa0USD",
        ),
    ):
        with planted(forgery, hold.ref):
            lines = found()
        assert (subject, wanted) in lines, (forgery, lines)
    other = a_funded_order()
    with planted("UPDATE orders_order SET state = 'cancelled', ended_at = now() WHERE ref = %s", other.ref):
        assert (f"order {other.ref}", "is cancelled, but its holds still hold 23,600.00\xa0USD") in found()
    waiting = a_confirmed_order()
    with planted("UPDATE orders_order SET cleared_to_produce_at = now() WHERE ref = %s", waiting.ref):
        lines = found()
    assert (
        f"order {waiting.ref}",
        "cleared to produce or further (confirmed), but 0.00\xa0USD was ever paid",
    ) in lines
    assert found() == []


def test_rails_without_posting_and_postings_without_rail_are_named(
    paid_out: tuple[Trade, Hold, Payout],
) -> None:
    _trade, hold, payout = paid_out
    payment = Payment.objects.get(subject=hold.ref)
    for forgery, argument, subject, wanted in (
        (
            "UPDATE ta_payments_payment SET received_minor = received_minor + 100, refunded_minor = 0 WHERE ref = %s",
            payment.ref,
            f"payment {payment.ref}",
            "received 23,601.00\xa0USD, the ledger has 23,600.00\xa0USD",
        ),
        (
            "UPDATE ta_holds_payout SET state = 'confirmed' WHERE ref = %s",
            payout.ref,
            f"payout {payout.ref}",
            "5,000.00\xa0USD is confirmed, but the ledger has no posting of it",
        ),
    ):
        with planted(forgery, argument):
            lines = found()
        assert (subject, wanted) in lines, lines
    stray = """
        WITH t AS (INSERT INTO ta_ledger_transaction (kind, subject, key, request_hash, happened_at)
                   VALUES ('refund_confirmed', %s, 'refund:rfd_never', 'h', now()) RETURNING id)
        INSERT INTO ta_ledger_entry (transaction_id, account_id, currency, amount_minor)
        SELECT t.id, a.id, 'USD', CASE a.kind WHEN 'provider_clearing' THEN 700 ELSE -700 END FROM t, ta_ledger_account a
        WHERE a.kind IN ('provider_clearing', 'escrow') AND a.currency_id = 'USD'
    """
    with planted(stray, "rfd_never"):
        pk = Transaction.objects.get(key="refund:rfd_never").pk
        assert (
            f"transaction {pk} (refund:rfd_never)",
            "refund_confirmed of rfd_never in the ledger, but that is none",
        ) in found()


def test_a_refund_without_posting_is_named() -> None:
    trade = a_funded_order()
    at = DELIVERED_AT + days(60)
    cancel_unshipped(order_ref=trade.ref, actor=trade.buyer, key="cancel", at=at)
    bank_refunds_arrive(at=at)
    refund = Refund.objects.get()
    posting = Transaction.objects.get(key=f"refund:{refund.ref}")
    assert found() == []
    with planted(
        "DELETE FROM ta_ledger_entry WHERE transaction_id = %s; DELETE FROM ta_ledger_transaction WHERE id = %s",
        posting.pk,
        posting.pk,
    ):
        lines = found()
    assert (
        f"refund {refund.ref}",
        "23,600.00\xa0USD is confirmed, but the ledger has no posting of it",
    ) in lines


def test_what_the_outbox_has_not_handed_on_yet_is_no_error() -> None:
    """Between the rail's word and our posting there is a moment; it is not a discrepancy, before, in it and after."""
    payment = a_payment(a_confirmed_order())
    record_bank_receipt(
        payment_ref=payment.ref,
        money=payment.money + Money(5_000, "USD"),
        received_on=FUNDED_AT.date(),
        bank_reference="BANK-X",
        proof=None,
        actor=finance_officer(),
        key="receipt",
        at=FUNDED_AT,
    )
    assert found() == []
    while deliver_due(at=FUNDED_AT).delivered:
        assert found() == []
    assert Hold.objects.get().funded_minor == payment.amount_minor


STATES: tuple[Callable[[], object], ...] = (
    a_placed_order,
    a_confirmed_order,
    a_funded_order,
    lambda: a_deposit_paid(schedule=DEPOSIT_BALANCE),
    a_shipped_order,
    a_delivered_order,
    an_accepted_order,
    lambda: a_requested_payout(an_accepted_order(), Money(5_000, "USD")),
    lambda: approve_fully(
        a_requested_payout(an_accepted_order(), Money(5_000, "USD")), at=DELIVERED_AT + days(3)
    ),
    lambda: money_arrives(a_payment(a_confirmed_order()), Money(100, "USD")),
)


def test_no_state_of_the_factories_raises_an_alarm() -> None:
    for reach in STATES:
        with transaction.atomic():
            reach()
            assert found() == [], reach
            transaction.set_rollback(True)


def test_the_nightly_task_tells_the_finance_desk_what_it_found(paid_out: tuple[Trade, Hold, Payout]) -> None:
    """The task itself, on a forgery that balances: only the sealed journal knows of it."""
    _trade, hold, _payout = paid_out
    officer = finance_officer()
    check_books()
    assert not OutboxEvent.objects.filter(kind="books_do_not_add_up").exists()
    seal_days(at=datetime.now(tz=UTC) + days(1))
    with planted(
        "UPDATE ta_ledger_transaction SET happened_at = happened_at - interval '1 day' WHERE key = %s",
        f"{hold.ref}:1",
    ):
        assert found() == []
        check_books()
        event = OutboxEvent.objects.get(kind="books_do_not_add_up")
        assert event.payload["number"] == 1
        assert (
            f"transaction {Transaction.objects.get(key=f'{hold.ref}:1').pk}: its header is not as sealed"
            in event.payload["first"]
        )
        pump(datetime.now(tz=UTC))
        told = Notification.objects.filter(
            recipient_id=officer.user_id, title__startswith="The books do not add up"
        )
        assert told.exists()
