"""Held card money moves to the marketplace's bank with both sides' written consent: exactly, once, and traceably."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from marketplace.core.errors import DomainError
from marketplace.core.ids import new_key
from marketplace.core.models import Deadline, OutboxEvent
from marketplace.core.money import Money
from tests.factories import days
from tests.factories.accounts import a_member
from tests.factories.chargebacks import TOTAL, paid_by_card, run_all, sums
from tests.factories.holds import (
    a_confirmed_order,
    a_funded_order,
    a_shipped_order,
    bank_refunds_arrive,
    finance_officer,
    pump,
    sweep,
)
from tests.factories.moves import (
    CAP_AT,
    WARNED_AT,
    a_moved_hold,
    an_agreed_move,
    an_old_hold,
    confirm,
    consents,
    there,
    withdraws,
)
from tests.factories.rails import NAME, CardRail
from trade_assurance.holds.errors import (
    ConsentGiven,
    ConsentMissing,
    ConsentTextChanged,
    MoveAmountDiffers,
    NothingToMove,
    NotYourStep,
    OwnCompanysMoney,
    WithdrawalTaken,
)
from trade_assurance.holds.models import BankMove, MoveConsent, MovedPart, ProviderMovementRow
from trade_assurance.holds.operations import cancel_unshipped, consent_text, give_consent, text_hash
from trade_assurance.holds.operations.reconciliation.comparing import take_movements
from trade_assurance.ledger.queries import balance
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments.models import ProviderOperation, Refund
from trade_assurance.payments.providers.base import MovementType, ProviderMovement

pytestmark = pytest.mark.django_db
USD = "USD"


def clearing(rail: str, currency: str = USD) -> int:
    """What lies with a rail by our books, in minor units."""
    return -balance(AccountKind.PROVIDER_CLEARING, rail, currency).amount_minor


def withdrawal(minor: int, ref: str = "po_77", currency: str = USD) -> ProviderMovement:
    """The processor's own line."""
    zero = Money.zero(currency)
    return ProviderMovement(
        ref=ref,
        type=MovementType.WITHDRAWAL,
        object_ref="",
        subject="",
        amount=Money(-minor, currency),
        fee=zero,
        at=WARNED_AT,
        description="",
    )


def test_both_consent_and_an_officer_confirms_so_the_money_lies_at_the_bank(rail: CardRail) -> None:
    del rail
    trade = an_old_hold()
    assert consents(trade, trade.buyer) == "open"
    assert consents(trade, trade.supplier) == "agreed"
    assert OutboxEvent.objects.filter(kind="bank_move_agreed").count() == 1
    assert (clearing(NAME), clearing("bank_transfer")) == (TOTAL, 0)
    confirm(BankMove.objects.get(), Money(TOTAL, USD))
    pump(WARNED_AT)
    assert (clearing(NAME), clearing("bank_transfer")) == (0, TOTAL)
    assert sums(trade) == (TOTAL, 0, 0, 0)
    assert not Deadline.objects.filter(kind__startswith="hold_age", state="open").exists()
    assert OutboxEvent.objects.filter(kind="hold_moved_to_bank").count() == 1
    sweep(CAP_AT)
    assert sums(trade) == (TOTAL, 0, 0, 0)


def test_signed_words_cannot_be_changed_in_the_database(rail: CardRail) -> None:
    del rail
    trade = an_old_hold()
    consents(trade, trade.buyer)
    with pytest.raises(DatabaseError), transaction.atomic():
        MoveConsent.objects.update(text="We consent to anything")
    with pytest.raises(DatabaseError), transaction.atomic():
        MoveConsent.objects.all().delete()
    assert "23,600.00" in MoveConsent.objects.get().text


def test_consent_keeps_its_words_their_hash_who_and_when(rail: CardRail) -> None:
    del rail
    trade = an_old_hold()
    consents(trade, trade.buyer)
    row = MoveConsent.objects.get()
    assert row.text == consent_text(trade.order, NAME, Money(TOTAL, USD))
    assert "23,600.00" in row.text
    assert row.text_hash == text_hash(row.text)
    assert (row.side, row.typed_name, row.given_at) == ("buyer", "A. Person", WARNED_AT)
    assert row.given_by == trade.buyer.as_text


@pytest.mark.parametrize("role", ["finance", "viewer"])
def test_consent_is_for_those_who_bind_the_company(rail: CardRail, role: str) -> None:
    del rail
    trade = an_old_hold()
    with pytest.raises(NotYourStep):
        consents(trade, a_member(trade.order.buyer, role))
    assert not BankMove.objects.exists()


def test_consent_to_other_words_or_twice_is_refused_and_stores_nothing(rail: CardRail) -> None:
    del rail
    trade = an_old_hold()
    with pytest.raises(ConsentTextChanged):
        give_consent(
            order_ref=trade.ref,
            provider=NAME,
            typed_name="A",
            read_hash="0" * 64,
            actor=trade.buyer,
            key=new_key(),
            at=WARNED_AT,
        )
    assert not MoveConsent.objects.exists()
    consents(trade, trade.buyer)
    with pytest.raises(ConsentGiven):
        consents(trade, trade.buyer)
    assert MoveConsent.objects.count() == 1


def test_young_money_and_bank_money_ask_nobody(rail: CardRail) -> None:
    del rail
    young, _payment = paid_by_card(a_confirmed_order())
    for trade in (young, a_funded_order()):
        with pytest.raises(NothingToMove):
            consents(trade, trade.buyer)
    assert not BankMove.objects.exists()


def test_withdrawn_consent_stops_the_move_and_can_be_given_again(rail: CardRail) -> None:
    del rail
    trade, move = an_agreed_move()
    assert withdraws(trade, trade.supplier) == "open"
    with pytest.raises(ConsentMissing):
        confirm(move, Money(TOTAL, USD))
    assert (clearing(NAME), clearing("bank_transfer")) == (TOTAL, 0)
    with pytest.raises(ConsentMissing):
        withdraws(trade, trade.supplier)
    assert consents(trade, trade.supplier) == "agreed"
    confirm(move, Money(TOTAL, USD))
    with pytest.raises(ConsentMissing):
        withdraws(trade, trade.buyer)
    assert clearing("bank_transfer") == TOTAL


def test_move_is_exactly_what_is_held_there_and_by_an_officer_of_neither_side(rail: CardRail) -> None:
    del rail
    trade, move = an_agreed_move()
    own = finance_officer()
    mine = type(own)(
        **{**{f: getattr(own, f) for f in own.__slots__}, "member_of": frozenset({trade.order.buyer_id})}
    )
    refusals: list[tuple[type[DomainError], dict[str, object]]] = [
        (MoveAmountDiffers, {"amount": Money(TOTAL - 1, USD)}),
        (OwnCompanysMoney, {"amount": Money(TOTAL, USD), "actor": mine}),
        (NotYourStep, {"amount": Money(TOTAL, USD), "actor": trade.buyer}),
    ]
    for error, given in refusals:
        with pytest.raises(error):
            confirm(move, **given)  # type: ignore[arg-type]
    assert (clearing(NAME), clearing("bank_transfer")) == (TOTAL, 0)
    assert not MovedPart.objects.exists()


def test_confirmation_twice_with_one_key_moves_once(rail: CardRail) -> None:
    del rail
    _trade, move = an_agreed_move()
    key, officer = new_key(), finance_officer()
    for _turn in range(2):
        confirm(move, Money(TOTAL, USD), key=key, actor=officer)
    assert (clearing(NAME), clearing("bank_transfer")) == (0, TOTAL)
    assert MovedPart.objects.count() == 1


def test_one_withdrawal_stands_for_one_move(rail: CardRail) -> None:
    del rail
    a_moved_hold()
    _trade, move = an_agreed_move()
    with pytest.raises(WithdrawalTaken):
        confirm(move, Money(TOTAL, USD))
    assert clearing("bank_transfer") == TOTAL


def test_refund_after_the_move_goes_by_bank_and_leaves_the_processor_alone(rail: CardRail) -> None:
    trade, _move = a_moved_hold()
    cancel_unshipped(
        order_ref=trade.ref, reason="x", actor=trade.supplier, key=new_key(), at=WARNED_AT + days(1)
    )
    pump(WARNED_AT + days(1))
    refund = Refund.objects.get()
    assert (refund.provider, refund.amount_minor, refund.state) == ("bank_transfer", TOTAL, "requested")
    assert ProviderOperation.objects.get(subject=refund.ref).state == "pending"
    run_all(at=WARNED_AT + days(1))
    assert rail.calls == []
    bank_refunds_arrive(at=WARNED_AT + days(2))
    assert sums(trade) == (0, 0, TOTAL, 0)
    assert (clearing(NAME), clearing("bank_transfer")) == (0, 0)
    assert MovedPart.objects.get().refunded_minor == TOTAL


def test_processors_line_is_matched_whichever_comes_first(rail: CardRail) -> None:
    del rail
    _trade, move = an_agreed_move()
    take_movements(provider=NAME, movements=[withdrawal(TOTAL)], at=WARNED_AT)
    assert ProviderMovementRow.objects.get().name == "line:po_77"
    confirm(move, Money(TOTAL, USD))
    assert ProviderMovementRow.objects.get().name == move.ref
    _other, later = an_agreed_move()
    confirm(later, Money(TOTAL, USD), withdrawal="po_78", reference="S-78")
    take_movements(provider=NAME, movements=[withdrawal(TOTAL, "po_78")], at=WARNED_AT)
    assert ProviderMovementRow.objects.get(ref="po_78").name == later.ref


def test_withdrawal_of_another_amount_is_not_this_move(rail: CardRail) -> None:
    del rail
    _trade, move = an_agreed_move()
    take_movements(provider=NAME, movements=[withdrawal(TOTAL - 5)], at=WARNED_AT)
    with pytest.raises(MoveAmountDiffers):
        confirm(move, Money(TOTAL, USD))
    assert clearing("bank_transfer") == 0


def test_amount_smaller_after_a_partial_release_needs_new_words_but_old_consent_holds(rail: CardRail) -> None:
    """Both consented to whatever is still held; what moves is what is still held."""
    del rail
    trade, move = an_agreed_move()
    a_shipped_order(trade, at=WARNED_AT, quantity="5")
    cancel_unshipped(order_ref=trade.ref, reason="x", actor=trade.supplier, key=new_key(), at=WARNED_AT)
    pump(WARNED_AT)
    left = there(trade)
    assert 0 < left.amount_minor < TOTAL
    confirm(move, left)
    assert clearing("bank_transfer") == left.amount_minor
