"""Bank statements: read, looked at, taken once; matched by reference, never by amount; the rest waits with a reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from marketplace.core.errors import KeyReused, NotAllowed
from marketplace.core.ids import new_key
from marketplace.core.models import OutboxEvent
from marketplace.core.money import Money
from tests.factories import AT, days
from tests.factories.accounts import a_company, a_member, owner_of
from tests.factories.banking import (
    OUR_IBAN,
    Booking,
    an_account,
    an_exported_batch,
    camt,
    document,
    officer,
    paid_line,
    read,
    statement,
    take,
    taken,
    upload,
)
from tests.factories.payments import USD, a_payment, a_payout, a_received_transfer, a_refund, receive, told
from trade_assurance.payments import operations
from trade_assurance.payments.bank_files.csv_statement import CsvLayout
from trade_assurance.payments.errors import (
    BankFileUnreadable,
    LineInQueue,
    LineSettled,
    OwnCompanyAtDesk,
    ReasonMissing,
    ReceiptRecordedBefore,
    StatementNotOpen,
    TargetDoesNotFit,
    TargetUnknown,
    UnknownBankAccount,
)
from trade_assurance.payments.models import (
    BankReceipt,
    BankStatement,
    BankStatementLine,
    Payment,
    ProviderOperation,
    Refund,
)
from trade_assurance.payments.states import PaymentState

pytestmark = pytest.mark.django_db
SUSPENSE = "bank_suspense_moved"


def again(payment: Payment) -> Payment:
    payment.refresh_from_db()
    return payment


def outcome(*bookings: Booking, **over: object) -> list[tuple[str, str]]:
    return [(line.state, line.why) for line in taken(*bookings, **over)]  # type: ignore[arg-type]


# --- reading ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["02", "04", "06", "08", "10"])
def test_camt_of_every_version_is_read_and_adds_up(version: str) -> None:
    payment = a_payment()
    lines = taken(
        Booking(USD, f"ORDER 7K3M {payment.reference}", "IN1"),
        Booking(Money(-1_250, "USD"), "Charges", "FEE1"),
        Booking(Money(99, "USD"), "not yet", "P1", status="PDNG"),
        version=version,
        opening=5_000,
    )
    assert [(line.amount_minor, line.state) for line in lines] == [
        (USD.amount_minor, "matched"),
        (-1_250, "unmatched"),
    ]
    assert lines[0].party_name == "Harbor Foods Inc"
    said = BankStatement.objects.get()
    assert said.closing_minor == 5_000 + USD.amount_minor - 1_250
    assert again(payment).state == PaymentState.SUCCEEDED


def test_file_of_two_statements_and_currencies_gives_two_statements() -> None:
    an_account("USD"), an_account("JPY")
    made = operations.read_statement(
        upload=upload(
            document(
                statement(Booking(USD, "a", "1"), currency="USD"),
                statement(Booking(Money(1_500, "JPY"), "b", "1"), currency="JPY", number="2"),
            )
        ),
        account_ref="",
        actor=officer(),
        key=new_key(),
        at=AT,
    )
    assert [(row.account.currency, row.number, row.lines.get().amount_minor) for row in made] == [
        ("USD", "1", USD.amount_minor),
        ("JPY", "2", 1_500),
    ]
    assert OutboxEvent.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><Document/>', BankFileUnreadable),
        (b'<?xml version="1.0"?><nothing/>', BankFileUnreadable),
        (camt(Booking(USD, "x"), account="DE02120300000000202051"), UnknownBankAccount),
    ],
)
def test_file_that_cannot_be_read_leaves_no_statement(content: bytes, error: type[Exception]) -> None:
    an_account()
    with pytest.raises(error):
        read(content)
    assert BankStatement.objects.count() == 0


def test_csv_is_read_after_its_columns_are_named_once() -> None:
    payment = a_payment()
    text = (
        f"Date;Details;Amount;Ref\n01.04.2026;{payment.reference} rice;30.435,00;B1\n01.04.2026;x;1,5,0;B2\n"
    )
    account = an_account()
    first = read(text.encode(), account, name="s.csv")
    assert (first.state, first.lines.count()) == ("needs_layout", 0)
    layout = CsvLayout(
        {"booked_on": "Date", "text": "Details", "amount": "Amount", "bank_reference": "Ref"}, "%d.%m.%Y", ","
    )
    operations.name_columns(statement_ref=first.ref, layout=layout, actor=officer(), at=AT)
    first.refresh_from_db()
    assert (first.state, first.lines.count(), first.problems[0]["line"]) == ("read", 1, 3)
    take(first)
    assert again(payment).received == USD

    second = read(text.encode() + b"02.04.2026;more;1,00;B3\n", account, name="s.csv")
    assert (second.state, second.lines.count()) == ("read", 2)
    take(second)
    assert [line.state for line in second.lines.order_by("position")] == ["repeated", "unmatched"]
    assert again(payment).received == USD


# --- money in -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paid", "state"),
    [(1_000_000, "partly_funded"), (3_043_500, "succeeded"), (4_000_000, "succeeded")],
)
def test_short_exact_and_over_count_as_the_payments_rules_say(paid: int, state: str) -> None:
    payment = a_payment()
    assert outcome(Booking(Money(paid, "USD"), payment.reference, "IN1")) == [("matched", "")]
    assert (again(payment).state, payment.received_minor) == (state, paid)
    receipt = BankReceipt.objects.get()
    assert (receipt.bank_reference, receipt.statement_line_id) == ("IN1", BankStatementLine.objects.get().pk)


def test_second_deposit_and_a_payment_that_had_expired_are_taken_and_told() -> None:
    payment = a_payment()
    operations.cancel_payment(
        payment_ref=payment.ref, reason="late", actor=owner_of(payment.payer), key=new_key(), at=AT
    )
    booking = Booking(USD, payment.reference, "IN1")
    assert outcome(booking, replace(booking, ref="IN2")) == [("matched", "")] * 2
    assert again(payment).received_minor == 2 * USD.amount_minor
    assert told("payment_received") == [("payment_received", USD.amount_minor)] * 2


def test_same_amount_without_a_reference_is_never_matched() -> None:
    payment = a_payment()
    assert outcome(Booking(USD, "payment for rice", "IN1")) == [("unmatched", "no_reference")]
    assert again(payment).received_minor == 0
    assert told(SUSPENSE) == [(SUSPENSE, USD.amount_minor)]


def test_unclear_money_waits_with_the_reason() -> None:
    first, second, yen = a_payment(), a_payment(), a_payment(money=Money(5_000, "JPY"))
    assert outcome(
        Booking(USD, f"{first.reference} {second.reference}", "A"),
        Booking(Money(5_000, "USD"), yen.reference, "B"),
        Booking(Money(1, "USD"), "PT-0000-0000", "C"),
        Booking(Money(-1, "USD"), "bank charges", "D"),
        Booking(Money(-5, "USD"), f"correction {first.reference}", "E", reversal=True),
    ) == [
        ("unmatched", "several_references"),
        ("unmatched", "wrong_currency"),
        ("unmatched", "unknown_reference"),
        ("unmatched", "no_reference"),
        ("unmatched", "reversal"),
    ]
    assert Payment.objects.exclude(received_minor=0).count() == 0


def test_money_for_the_officers_own_company_waits_for_another_officer() -> None:
    from marketplace.accounts.queries import actor_for
    from tests.factories.accounts import user_of

    person = officer()
    mine = a_company(owner=user_of(person))
    payment = a_payment(payer=mine)
    an_account()
    line = take(read(camt(Booking(USD, payment.reference, "IN1"))), actor=actor_for(user_of(person), None))
    assert [(row.state, row.why) for row in line.lines.all()] == [("unmatched", "own_company")]
    assert again(payment).received_minor == 0
    step = {"line_ref": line.lines.get().ref, "target": payment.reference, "reason": "It is theirs", "at": AT}
    with pytest.raises(OwnCompanyAtDesk):
        operations.assign_line(**step, actor=actor_for(user_of(person), None), key=new_key())  # type: ignore[arg-type]
    operations.assign_line(**step, actor=officer(), key=new_key())  # type: ignore[arg-type]
    assert again(payment).received == USD


# --- once, whichever door -------------------------------------------------------------------------------------------


def test_same_statement_twice_takes_each_line_once() -> None:
    payment = a_payment()
    content = camt(
        Booking(USD, payment.reference, "IN1"), Booking(Money(7, "USD"), "no reference of the bank")
    )
    take(read(content))
    second = take(read(content))
    assert [line.state for line in second.lines.all()] == ["repeated", "repeated"]
    assert again(payment).received == USD
    assert told(SUSPENSE) == [(SUSPENSE, 7)]


def test_overlapping_statements_take_what_is_new() -> None:
    one, two, three = (Booking(Money(amount, "USD"), f"line {amount}") for amount in (1, 2, 3))
    taken(one, two)
    assert outcome(two, three, three, number="2") == [
        ("repeated", "same"),
        ("unmatched", "no_reference"),
        ("unmatched", "no_reference"),
    ]


def test_other_format_of_the_same_day_is_recognised_and_an_officer_may_say_otherwise() -> None:
    taken(Booking(Money(500, "USD"), "camt words"))
    account = an_account()
    text = "Date,Text,Amount\n2026-03-02,csv words,5.00\n2026-03-02,other,6.00\n".replace(
        "2026-03-02", f"{AT:%Y-%m-%d}"
    )
    statement_ = read(text.encode(), account, name="s.csv")
    layout = CsvLayout({"booked_on": "Date", "text": "Text", "amount": "Amount"}, "%Y-%m-%d", ".")
    operations.name_columns(statement_ref=statement_.ref, layout=layout, actor=officer(), at=AT)
    take(statement_)
    first, second = statement_.lines.order_by("position")
    assert [(first.state, first.why), second.state] == [("repeated", "other_format"), "unmatched"]
    operations.take_repeated_line(
        line_ref=first.ref, reason="Another 5 dollars", actor=officer(), key=new_key(), at=AT
    )
    first.refresh_from_db()
    assert first.state == "unmatched"
    assert told(SUSPENSE) == [(SUSPENSE, 500), (SUSPENSE, 600), (SUSPENSE, 500)]


def test_line_recorded_by_hand_before_is_recognised_and_takes_no_second_money() -> None:
    payment = a_payment()
    receive(payment, USD, reference="IN 1")
    assert outcome(Booking(USD, payment.reference, "IN 1")) == [("matched", "")]
    assert again(payment).received == USD
    assert BankReceipt.objects.get().statement_line is not None
    assert told("payment_received") == [("payment_received", USD.amount_minor)]


def test_line_recorded_by_hand_with_another_amount_waits() -> None:
    payment = a_payment()
    receive(payment, Money(5, "USD"), reference="IN 1")
    assert outcome(Booking(USD, payment.reference, "IN 1")) == [("unmatched", "recorded_otherwise")]
    assert again(payment).received_minor == 5


def test_line_of_a_statement_is_not_recorded_by_hand_as_well() -> None:
    payment = a_payment()
    taken(Booking(Money(5, "USD"), "", "IN 1"), Booking(Money(6, "USD"), payment.reference, "IN 2"))
    with pytest.raises(LineInQueue):
        receive(payment, Money(5, "USD"), reference="in 1")
    for other in (payment, a_payment()):
        with pytest.raises(ReceiptRecordedBefore):
            receive(other, Money(6, "USD"), reference="IN 2")
    assert again(payment).received_minor == 6


# --- money out ------------------------------------------------------------------------------------------------------


def test_transfers_of_ours_are_confirmed_by_their_debit_lines() -> None:
    payout, refund = a_payout(money=Money(500, "USD")), a_refund(a_received_transfer(), Money(300, "USD"))
    returned = ProviderOperation.objects.get(subject=refund.ref)
    assert (
        outcome(paid_line(payout), paid_line(returned, end_to_end="", text=f"x {refund.ref} y"))
        == [("matched", "")] * 2
    )
    payout.refresh_from_db()
    refund.refresh_from_db()
    assert (payout.state, payout.bank_reference) == ("done", f"OUT{payout.pk:013}")
    assert refund.state == "confirmed"
    assert told("payout_confirmed", "refund_confirmed") == [
        ("payout_confirmed", 500),
        ("refund_confirmed", 300),
    ]


def test_debit_with_another_amount_twice_or_of_a_failed_payout_waits() -> None:
    payout, other = a_payout(money=Money(500, "USD")), a_payout(money=Money(600, "USD"))
    operations.fail_bank_payout(subject=other.subject, reason="closed", actor=officer(), key=new_key(), at=AT)
    assert outcome(
        paid_line(payout, money=Money(-499, "USD"), ref="1"),
        paid_line(payout, ref="2"),
        paid_line(payout, ref="3"),
        paid_line(other, ref="4"),
    ) == [
        ("unmatched", "amount_differs"),
        ("matched", ""),
        ("unmatched", "paid_twice"),
        ("unmatched", "not_sent"),
    ]
    assert told("payout_confirmed") == [("payout_confirmed", 500)]


def test_payout_confirmed_by_hand_is_recognised_and_not_confirmed_again() -> None:
    payout = a_payout(money=Money(500, "USD"))
    operations.confirm_bank_payout(
        subject=payout.subject, reference="BY HAND", proof=None, actor=officer(), key=new_key(), at=AT
    )
    assert outcome(paid_line(payout)) == [("matched", "")]
    assert told("payout_confirmed") == [("payout_confirmed", 500)]


def test_collective_debit_is_split_into_its_transfers() -> None:
    one, two = a_payout(money=Money(500, "USD")), a_payout(money=Money(700, "USD"))
    whole = Booking(Money(-1_200, "USD"), "", "COLL1", parts=(paid_line(one), paid_line(two)))
    assert outcome(whole) == [("matched", "")] * 2
    assert [line.bank_reference for line in BankStatementLine.objects.order_by("pk")] == [
        "COLL1/1",
        "COLL1/2",
    ]


def test_one_booking_of_a_whole_batch_confirms_all_of_it() -> None:
    payouts = [a_payout(money=Money(amount, "USD")) for amount in (500, 700)]
    batch = an_exported_batch(payouts)
    assert outcome(Booking(Money(-1_199, "USD"), "", "C0", batch=batch.ref.replace("_", "-"))) == [
        ("unmatched", "amount_differs")
    ]
    assert outcome(Booking(Money(-1_200, "USD"), "", "C1", batch=batch.ref.replace("_", "-") + "-P")) == [
        ("matched", "")
    ]
    assert outcome(paid_line(payouts[0], ref="C2")) == [("unmatched", "paid_twice")]
    assert told("payout_confirmed") == [("payout_confirmed", 500), ("payout_confirmed", 700)]


def test_payout_that_comes_back_after_it_was_confirmed_is_sent_back_once() -> None:
    payout = a_payout(money=Money(500, "USD"))
    back = Booking(
        Money(500, "USD"), "AC04 account closed", "BACK1", payout.subject.replace("_", "-"), reversal=True
    )
    assert outcome(back) == [("unmatched", "came_back_before_sent")]
    assert outcome(paid_line(payout), replace(back, ref="BACK2"), replace(back, ref="BACK3"), number="2") == [
        ("matched", ""),
        ("matched", ""),
        ("unmatched", "not_sent"),
    ]
    payout.refresh_from_db()
    assert payout.state == "returned"
    event = OutboxEvent.objects.get(kind="payout_sent_back")
    assert (event.payload["amount_minor"], event.payload["reason"]) == (500, "AC04 account closed")


def test_refund_that_comes_back_is_owed_again_and_can_be_tried_again() -> None:
    payment = a_received_transfer()
    refund = a_refund(payment, Money(300, "USD"))
    operation = ProviderOperation.objects.get(subject=refund.ref)
    taken(paid_line(operation), Booking(Money(300, "USD"), "", "BACK1", refund.ref.replace("_", "-")))
    refund.refresh_from_db()
    assert (refund.state, again(payment).refunded_minor) == ("failed", 0)
    assert told("refund_sent_back") == [("refund_sent_back", 300)]
    operations.retry_refund(refund_ref=refund.ref, actor=officer(), key=new_key(), at=AT)
    assert Refund.objects.count() == 2


# --- the queue ------------------------------------------------------------------------------------------------------


def test_assigned_line_leaves_suspense_and_pays() -> None:
    payment = a_payment()
    (line,) = taken(Booking(USD, "no reference", "IN1"))
    key = new_key()
    step = {"line_ref": line.ref, "actor": officer(), "key": key, "at": AT, "reason": "Named in their mail"}
    for _turn in range(2):
        operations.assign_line(**step, target=payment.reference.lower())  # type: ignore[arg-type]
    with pytest.raises(KeyReused):
        operations.assign_line(**step, target="PT-0000-0000")  # type: ignore[arg-type]
    line.refresh_from_db()
    assert (line.state, line.payment_id, line.note) == ("assigned", payment.pk, "Named in their mail")
    assert again(payment).state == PaymentState.SUCCEEDED
    assert told(SUSPENSE) == [(SUSPENSE, USD.amount_minor), (SUSPENSE, -USD.amount_minor)]
    with pytest.raises(LineSettled):
        operations.assign_line(**step | {"key": new_key()}, target=payment.reference)  # type: ignore[arg-type]


def test_assigning_what_does_not_fit_is_refused_and_moves_nothing() -> None:
    yen, payout = a_payment(money=Money(5, "JPY")), a_payout(money=Money(500, "USD"))
    came, went = taken(Booking(USD, "", "1"), Booking(Money(-499, "USD"), "", "2"))
    actor, stranger = officer(), a_member()
    before = OutboxEvent.objects.count()
    for line, target, error in (
        (came, yen.reference, TargetDoesNotFit),
        (came, "PT-1234-5678", TargetUnknown),
        (came, payout.subject, TargetDoesNotFit),
        (went, payout.subject, TargetDoesNotFit),
        (went, yen.reference, TargetDoesNotFit),
    ):
        with pytest.raises(error):
            operations.assign_line(
                line_ref=line.ref, target=target, reason="because", actor=actor, key=new_key(), at=AT
            )
    with pytest.raises(ReasonMissing):
        operations.note_line(line_ref=came.ref, reason=" ", actor=actor, key=new_key(), at=AT)
    with pytest.raises(NotAllowed):
        operations.note_line(line_ref=came.ref, reason="x", actor=stranger, key=new_key(), at=AT)
    assert OutboxEvent.objects.count() == before
    assert set(BankStatementLine.objects.values_list("state", flat=True)) == {"unmatched"}


def test_debit_without_reference_is_assigned_to_its_payout() -> None:
    payout = a_payout(money=Money(500, "USD"))
    (line,) = taken(Booking(Money(-500, "USD"), "", "OUT1"))
    operations.assign_line(
        line_ref=line.ref,
        target=payout.subject,
        reason="Seen at the bank",
        actor=officer(),
        key=new_key(),
        at=AT,
    )
    payout.refresh_from_db()
    assert (payout.state, payout.bank_reference) == ("done", "OUT1")


def test_payout_that_comes_back_less_charges_is_assigned_by_a_person() -> None:
    payout = a_payout(money=Money(500, "USD"))
    _paid, back = taken(
        paid_line(payout), Booking(Money(480, "USD"), "", "BACK1", payout.subject.replace("_", "-"))
    )
    assert (back.state, back.why) == ("unmatched", "amount_differs")
    operations.assign_line(
        line_ref=back.ref,
        target=payout.subject,
        reason="Less 20 charges",
        actor=officer(),
        key=new_key(),
        at=AT,
    )
    assert told("payout_sent_back") == [("payout_sent_back", 480)]


def test_unexpected_money_goes_back_in_the_next_batch_and_leaves_suspense_when_it_has_left() -> None:
    (line,) = taken(Booking(USD, "wrong recipient", "IN1"))
    operation = operations.return_line(
        line_ref=line.ref,
        details={"holder": "Harbor Foods Inc", "account_number": "GB33 BUKB 2020 1555 5555 55"},
        reason="Nobody expects it",
        actor=officer(),
        key=new_key(),
        at=AT,
    )
    line.refresh_from_db()
    assert (line.state, told(SUSPENSE)) == ("returning", [(SUSPENSE, USD.amount_minor)])
    an_exported_batch([operation])
    taken(paid_line(operation), number="2")
    line.refresh_from_db()
    assert line.state == "returned"
    assert told(SUSPENSE) == [(SUSPENSE, USD.amount_minor), (SUSPENSE, -USD.amount_minor)]


def test_return_that_fails_waits_in_the_queue_again_and_can_go_once_more() -> None:
    (line,) = taken(Booking(USD, "", "IN1"))
    for _turn in range(2):
        operation = operations.return_line(
            line_ref=line.ref,
            details={"holder": "Harbor", "account_number": "GB33BUKB20201555555555"},
            reason="Nobody expects it",
            actor=officer(),
            key=new_key(),
            at=AT,
        )
        batch = an_exported_batch([operation])
        operations.record_outcomes(
            batch_ref=batch.ref,
            line_ids=[batch.lines.get().pk],
            paid=False,
            reference="",
            reason="Account closed",
            proof=None,
            actor=officer(),
            key=new_key(),
            at=AT,
        )
        line.refresh_from_db()
        assert (line.state, line.why) == ("unmatched", "return_failed")
    assert told(SUSPENSE) == [(SUSPENSE, USD.amount_minor)]


def test_charges_leave_suspense_and_a_noted_line_stays_in_it_and_can_be_assigned_later() -> None:
    fee, odd = taken(Booking(Money(-1_250, "USD"), "charges", "F"), Booking(Money(10, "USD"), "?", "O"))
    operations.book_line_as_fee(line_ref=fee.ref, reason="Account fee", actor=officer(), key=new_key(), at=AT)
    operations.note_line(line_ref=odd.ref, reason="Asked the bank", actor=officer(), key=new_key(), at=AT)
    assert told(SUSPENSE) == [(SUSPENSE, -1_250), (SUSPENSE, 10), (SUSPENSE, 1_250)]
    payment = a_payment()
    operations.assign_line(
        line_ref=odd.ref,
        target=payment.ref,
        reason="The bank answered",
        actor=officer(),
        key=new_key(),
        at=AT,
    )
    assert again(payment).received_minor == 10


def test_taking_is_replayed_and_refused_to_others_and_after_it_was_put_aside() -> None:
    payment = a_payment()
    statement_ = read(camt(Booking(USD, payment.reference, "IN1")))
    with pytest.raises(NotAllowed):
        take(statement_, actor=a_member())
    key, actor = new_key(), officer()
    for _turn in range(2):
        operations.take_statement(statement_ref=statement_.ref, actor=actor, key=key, at=AT + days(1))
    assert again(payment).received == USD
    with pytest.raises(StatementNotOpen):
        take(statement_)
    other = read(camt(Booking(USD, payment.reference, "IN9"), number="2"))
    operations.discard_statement(statement_ref=other.ref, actor=officer(), at=AT)
    with pytest.raises(StatementNotOpen):
        take(other)
    assert again(payment).received == USD


def test_account_is_our_iban() -> None:
    assert an_account().account_number == OUR_IBAN
