"""What a buyer pays above what is due: returned, or kept as credit, used for later payments, given back on request."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from marketplace.core.errors import DomainError, KeyReused
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories import AT, days
from tests.factories.accounts import a_company, a_member
from tests.factories.catalog import a_live_product, tiers
from tests.factories.holds import (
    FUNDED_AT,
    a_confirmed_order,
    bank_refunds_arrive,
    holds_of,
    money_arrives,
    sweep,
)
from tests.factories.orders import DEPOSIT_BALANCE, Trade
from trade_assurance.holds.errors import (
    AmountNotPositive,
    CreditOnlyByBank,
    MoreThanDue,
    NoCredit,
    NotYourStep,
    TradeNotFound,
)
from trade_assurance.holds.models import Credit, Funding
from trade_assurance.holds.operations import (
    begin_payment,
    cancel_confirmed_order,
    cancel_unshipped,
    pay_from_credit,
    return_credit,
)
from trade_assurance.ledger.queries import balance
from trade_assurance.payments.models import Payment, Refund

pytestmark = pytest.mark.django_db
PRICES = {"USD": "1180.00", "JPY": "1181", "KWD": "1180.777"}


def a_buyers_order(currency: str = "USD", buyer: Any = None) -> Trade:
    """Confirmed, 30/70, in that currency; nothing is paid."""
    supplier = a_company("Kaveri Exports", at=AT)
    product = a_live_product(supplier, currency=currency, tiers=tiers((5, PRICES[currency])))
    return a_confirmed_order(
        schedule=DEPOSIT_BALANCE, supplier=supplier, products=[(product, "20")], buyer=buyer
    )


def begin(trade: Trade, **over: Any) -> Payment:
    terms: dict[str, Any] = {
        "provider": "bank_transfer",
        "return_url": "/",
        "actor": trade.buyer,
        "key": new_key(),
    }
    return Payment.objects.get(ref=begin_payment(order_ref=trade.ref, at=FUNDED_AT, **(terms | over)))


def a_trade_with_credit(extra: int, currency: str = "USD") -> Trade:
    """The deposit was over-paid by `extra` minor units, which the buyer keeps as credit."""
    trade = a_buyers_order(currency)
    payment = begin(trade, keep_excess=True)
    money_arrives(payment, payment.money + Money(extra, currency))
    return Trade(trade.again(), trade.buyer, trade.supplier)


def credit_of(trade: Trade) -> int:
    company = trade.order.buyer
    booked = balance("buyer_credit", company.ref, trade.order.currency).amount_minor
    assert booked == sum(row.left.amount_minor for row in Credit.objects.filter(company=company))
    return booked


def use(trade: Trade, *, key: str = "", actor: Any = None) -> Money:
    return pay_from_credit(
        order_ref=trade.ref, actor=actor or trade.buyer, key=key or new_key(), at=FUNDED_AT
    )


def give_back(trade: Trade, *, key: str = "", actor: Any = None) -> Money:
    return return_credit(
        company_id=trade.order.buyer_id,
        currency=trade.order.currency,
        actor=actor or trade.buyer,
        key=key or new_key(),
        at=FUNDED_AT,
    )


@pytest.mark.parametrize("currency", ["USD", "JPY", "KWD"])
def test_several_payments_fund_one_milestone_to_the_last_unit(currency: str) -> None:
    trade = a_buyers_order(currency)
    deposit = holds_of(trade)[0].amount_minor
    for part in (1, 1_000, deposit - 1_001):
        money_arrives(begin(trade, amount=Money(part, currency)))
    first, second = holds_of(trade)
    assert (first.state, first.held_minor, second.state) == ("held", deposit, "awaiting_funds")
    assert Funding.objects.filter(hold=first).count() == 3
    assert trade.again().cleared_to_produce_at is not None


@pytest.mark.parametrize(("amount", "error"), [(0, AmountNotPositive), (708_001, MoreThanDue)])
def test_begin_payment_of_nothing_or_more_than_due_is_refused(amount: int, error: type[DomainError]) -> None:
    trade = a_buyers_order()
    with pytest.raises(error):
        begin(trade, amount=Money(amount, "USD"))
    assert not Payment.objects.exists()


def test_over_payment_is_returned_unless_the_buyer_chose_credit() -> None:
    trade = a_buyers_order()
    money_arrives(begin(trade), Money(708_010, "USD"))
    assert credit_of(trade) == 0
    assert [refund.amount_minor for refund in Refund.objects.all()] == [10]


def test_credit_of_money_that_a_bank_can_take_back_is_refused() -> None:
    trade = a_buyers_order()
    with pytest.raises(CreditOnlyByBank):
        begin(trade, provider="sandbox", keep_excess=True)
    assert not Payment.objects.exists()


@pytest.mark.parametrize("currency", ["USD", "JPY", "KWD"])
def test_over_payment_kept_as_credit_pays_a_part_of_the_balance(currency: str) -> None:
    trade = a_trade_with_credit(1_234, currency)
    assert credit_of(trade) == 1_234
    assert not Refund.objects.exists()
    assert use(trade) == Money(1_234, currency)
    balance_hold = holds_of(trade)[1]
    assert (balance_hold.state, balance_hold.held_minor) == ("awaiting_funds", 1_234)
    assert credit_of(trade) == 0
    money_arrives(begin(trade))
    assert trade.again().cleared_to_ship_at is not None


def test_credit_pays_another_order_of_the_buyer_and_its_refund_goes_back_the_way_it_came() -> None:
    first = a_trade_with_credit(1_000_000)
    second = a_buyers_order(buyer=first.order.buyer)
    assert use(second) == Money(708_000, "USD")
    assert holds_of(second)[0].state == "held"
    assert second.again().cleared_to_produce_at is not None
    assert credit_of(first) == 292_000
    cancel_unshipped(order_ref=second.ref, actor=second.supplier, key=new_key(), at=FUNDED_AT)
    refund = Refund.objects.get()
    assert (refund.amount_minor, refund.payment.root) == (708_000, first.ref)
    # Owed under the order whose payment carries it, so that its arrival clears it there.
    assert balance("refund_payable", first.ref, "USD") == Money(708_000, "USD")
    assert balance("refund_payable", second.ref, "USD").is_zero
    bank_refunds_arrive(at=FUNDED_AT + days(1))
    assert balance("refund_payable", first.ref, "USD").is_zero


def test_late_money_of_an_ended_order_becomes_credit_when_chosen() -> None:
    trade = a_buyers_order()
    payment = begin(trade, keep_excess=True)
    cancel_confirmed_order(order_ref=trade.ref, reason="No.", actor=trade.buyer, key=new_key(), at=FUNDED_AT)
    money_arrives(payment)
    assert credit_of(trade) == 708_000
    assert [hold.funded_minor for hold in holds_of(trade)] == [0, 0]


def test_credit_is_given_back_on_request_once() -> None:
    trade = a_trade_with_credit(77)
    key = new_key()
    assert give_back(trade, key=key) == Money(77, "USD")
    assert give_back(trade, key=key) == Money(77, "USD")
    assert credit_of(trade) == 0
    assert [refund.amount_minor for refund in Refund.objects.all()] == [77]
    with pytest.raises(NoCredit):
        give_back(trade)
    with pytest.raises(NoCredit):
        use(trade)
    bank_refunds_arrive(at=FUNDED_AT + days(1))
    assert balance("refund_payable", trade.ref, "USD").is_zero


def test_credit_of_another_currency_or_company_pays_nothing() -> None:
    trade = a_trade_with_credit(77)
    yen = a_buyers_order("JPY", buyer=trade.order.buyer)
    stranger = a_buyers_order()
    for other in (yen, stranger):
        with pytest.raises(NoCredit):
            use(other)
        assert holds_of(other)[0].funded_minor == 0
    assert credit_of(trade) == 77


@pytest.mark.parametrize("role", ["viewer"])
def test_credit_moves_only_by_people_who_pay_for_that_company(role: str) -> None:
    trade = a_trade_with_credit(77)
    viewer = a_member(trade.order.buyer, role)
    for actor, error in ((viewer, NotYourStep), (trade.supplier, NotYourStep), (a_member(), TradeNotFound)):
        with pytest.raises(error):
            use(trade, actor=actor)
        with pytest.raises(NotYourStep):
            give_back(trade, actor=actor)
    assert credit_of(trade) == 77


def test_pay_from_credit_twice_with_one_key_pays_once_and_for_another_order_is_refused() -> None:
    trade = a_trade_with_credit(500)
    other = a_buyers_order(buyer=trade.order.buyer)
    key = new_key()
    assert use(trade, key=key) == use(trade, key=key) == Money(500, "USD")
    with pytest.raises(KeyReused):
        use(other, key=key)
    assert (credit_of(trade), holds_of(trade)[1].held_minor) == (0, 500)


def test_unpaid_balance_paid_in_part_by_credit_lapses_with_that_part_owed_to_the_buyer() -> None:
    trade = a_trade_with_credit(500)
    use(trade)
    sweep(AT.replace(month=5, day=1))  # nothing was shipped in time
    assert trade.again().state == "cancelled"
    assert [hold.refunded_minor for hold in holds_of(trade)] == [708_000, 500]


def test_database_refuses_that_credit_un_happens() -> None:
    trade = a_trade_with_credit(500)
    use(trade)
    row = Credit.objects.get()
    for change in ({"used_minor": 0}, {"amount_minor": 501}, {"used_minor": 501}, {"returned_minor": 1}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Credit.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()
    assert credit_of(trade) == 0
