"""Consents, moves, releases and refunds at the same moment: one order of things, and the books add up."""

from __future__ import annotations

from functools import partial

import pytest

from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories.chargebacks import TOTAL, sums
from tests.factories.holds import a_delivered_order, finance_officer, pump
from tests.factories.moves import WARNED_AT, an_agreed_move, an_old_hold, confirm, withdraws
from tests.factories.rails import NAME, CardRail
from tests.holds.races import at_once
from trade_assurance.holds.models import BankMove, MoveConsent, MovedPart
from trade_assurance.holds.operations import accept_delivery, cancel_unshipped
from trade_assurance.ledger.models import Transaction
from trade_assurance.ledger.queries import balance
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments.models import Refund

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def at_bank() -> int:
    return -balance(AccountKind.PROVIDER_CLEARING, "bank_transfer", "USD").amount_minor


def test_consent_withdrawn_against_confirmation_is_one_or_the_other(rail: CardRail) -> None:
    del rail
    trade, move = an_agreed_move()
    officer = finance_officer()
    said = at_once(
        partial(withdraws, trade, trade.buyer),
        partial(confirm, move, Money(TOTAL, "USD"), actor=officer),
    )
    assert said.count("done") == 1, said
    moved = BankMove.objects.get().state == "done"
    standing = MoveConsent.objects.filter(withdrawn_at=None).count()
    assert (at_bank(), standing) == ((TOTAL, 2) if moved else (0, 1))


def test_two_officers_record_one_move_once(rail: CardRail) -> None:
    del rail
    _trade, move = an_agreed_move()
    steps = [partial(confirm, move, Money(TOTAL, "USD"), actor=finance_officer()) for _turn in range(3)]
    said = at_once(*steps)
    assert said.count("done") == 1, said
    assert (at_bank(), Transaction.objects.filter(kind="moved_to_bank").count()) == (TOTAL, 1)


def test_move_against_release_moves_only_what_was_held(rail: CardRail) -> None:
    del rail
    trade = a_delivered_order(an_old_hold(), shipped_at=WARNED_AT, at=WARNED_AT)
    trade, move = an_agreed_move(trade)
    officer = finance_officer()
    said = at_once(
        partial(accept_delivery, order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=WARNED_AT),
        partial(confirm, move, Money(TOTAL, "USD"), actor=officer),
    )
    pump(WARNED_AT)
    assert said[0] == "done"
    assert sums(trade) == (0, TOTAL, 0, 0)
    assert at_bank() == (TOTAL if said[1] == "done" else 0)


def test_move_against_refund_sends_it_back_from_where_it_lies(rail: CardRail) -> None:
    del rail
    trade, move = an_agreed_move()
    officer = finance_officer()
    said = at_once(
        partial(
            cancel_unshipped,
            order_ref=trade.ref,
            actor=trade.supplier,
            key=new_key(),
            at=WARNED_AT,
            reason="x",
        ),
        partial(confirm, move, Money(TOTAL, "USD"), actor=officer),
    )
    pump(WARNED_AT)
    assert said[0] == "done"
    assert sums(trade) == (0, 0, TOTAL, 0)
    moved = said[1] == "done"
    assert Refund.objects.get().provider == ("bank_transfer" if moved else NAME)
    assert at_bank() == (TOTAL if moved else 0)
    assert MovedPart.objects.count() == int(moved)
