"""Two officers at once over one statement, one line, one batch: each thing happens once."""

from __future__ import annotations

import pytest

from marketplace.core.errors import IllegalTransition
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories import AT
from tests.factories.banking import (
    Booking,
    a_batch,
    an_account,
    an_exported_batch,
    camt,
    officer,
    paid_line,
    read,
    take,
)
from tests.factories.payments import USD, a_payment, a_payout, told
from tests.ledger.test_operations import together
from tests.payments.test_races import failures
from trade_assurance.payments import operations
from trade_assurance.payments.errors import (
    BatchExportedBefore,
    LineSettled,
    NothingToConfirm,
    ReceiptRecordedBefore,
    StatementNotOpen,
)
from trade_assurance.payments.models import BankReceipt, PayoutBatch, PayoutBatchExport

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
SMALL = Money(5_000, "USD")


def test_one_statement_taken_by_three_officers_is_taken_once() -> None:
    payment = a_payment()
    statement = read(camt(Booking(USD, payment.reference, "IN1")))
    officers = [officer() for _turn in range(3)]
    results = together(*[lambda actor=actor: take(statement, actor=actor) for actor in officers])
    assert failures(results) == [StatementNotOpen] * 2
    payment.refresh_from_db()
    assert payment.received == USD


def test_two_files_with_one_line_taken_at_once_bring_the_money_once() -> None:
    payment = a_payment()
    content = camt(Booking(USD, payment.reference, "IN1"), Booking(Money(7, "USD"), "no reference"))
    statements = [read(content), read(content)]
    actor = officer()
    results = together(*[lambda row=row: take(row, actor=actor) for row in statements])
    assert failures(results) == []
    payment.refresh_from_db()
    assert payment.received == USD
    assert told("bank_suspense_moved") == [("bank_suspense_moved", 7)]


def test_statement_and_hand_at_once_bring_the_money_once() -> None:
    payment = a_payment()
    statement = read(camt(Booking(USD, payment.reference, "IN 1")))
    actor = officer()

    def by_hand() -> BankReceipt:
        return operations.record_bank_receipt(
            payment_ref=payment.ref,
            money=USD,
            received_on=AT.date(),
            bank_reference="IN 1",
            proof=None,
            actor=actor,
            key=new_key(),
            at=AT,
        )

    results = together(lambda: take(statement, actor=actor), by_hand)
    assert set(failures(results)) <= {ReceiptRecordedBefore}
    payment.refresh_from_db()
    assert payment.received == USD
    assert BankReceipt.objects.get().statement_line is not None


def test_one_line_assigned_returned_and_charged_at_once_is_explained_once() -> None:
    first, second = a_payment(), a_payment()
    line = take(read(camt(Booking(USD, "", "IN1")))).lines.get()
    actor = officer()

    def assign(target: str) -> object:
        return operations.assign_line(
            line_ref=line.ref, target=target, reason="Mine", actor=actor, key=new_key(), at=AT
        )

    results = together(
        lambda: assign(first.reference),
        lambda: assign(second.reference),
        lambda: operations.book_line_as_fee(
            line_ref=line.ref, reason="Fee", actor=actor, key=new_key(), at=AT
        ),
    )
    assert failures(results) == [LineSettled] * 2
    assert len(told("bank_suspense_moved")) == 2
    assert len(told("payment_received")) <= 1


def test_two_officers_make_a_batch_of_one_payout_and_one_has_it() -> None:
    payout = a_payout(money=SMALL)
    an_account()
    results = together(
        *[lambda actor=actor: a_batch([payout], actor=actor) for actor in (officer(), officer())]
    )
    assert failures(results) == [NothingToConfirm]
    assert PayoutBatch.objects.count() == 1


def test_two_officers_export_one_batch_and_one_file_leaves() -> None:
    batch = a_batch([a_payout(money=SMALL)])
    results = together(
        *[
            lambda actor=actor: operations.export_batch(
                batch_ref=batch.ref, form="pain001", again=False, actor=actor, at=AT
            )
            for actor in (officer(), officer(), officer())
        ]
    )
    assert failures(results) == [BatchExportedBefore] * 2
    assert PayoutBatchExport.objects.count() == 1


def test_statement_and_two_officers_confirm_one_payout_once() -> None:
    payout = a_payout(money=SMALL)
    batch = an_exported_batch([payout])
    statement = read(camt(paid_line(payout)))
    actor = officer()

    def by_hand(*, paid: bool) -> object:
        return operations.record_outcomes(
            batch_ref=batch.ref,
            line_ids=[batch.lines.get().pk],
            paid=paid,
            reference="OUT 1",
            reason="Closed",
            proof=None,
            actor=actor,
            key=new_key(),
            at=AT,
        )

    results = together(
        lambda: take(statement, actor=actor), lambda: by_hand(paid=True), lambda: by_hand(paid=False)
    )
    assert set(failures(results)) <= {NothingToConfirm, IllegalTransition}
    assert len(told("payout_confirmed", "payout_failed")) == 1
