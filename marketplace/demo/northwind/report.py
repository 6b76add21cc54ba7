"""What the replay came to, added up from the books; nothing here knows what the figures should be."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Sum

from marketplace.core.formatting import format_money, format_number
from marketplace.core.money import Money
from marketplace.demo.northwind.cast import CURRENCY
from orders.models import Order
from trade_assurance.holds.models import Hold, Payout
from trade_assurance.holds.states import PayoutState
from trade_assurance.ledger.queries import trial_balance
from trade_assurance.ledger.states import AccountKind


@dataclass(frozen=True, slots=True)
class Totals:
    """Figures of the whole replay in minor units of US dollars."""

    orders: int
    goods: int
    freight: int
    funded: int
    held: int
    released: int
    commission: int
    refunded: int
    paid_out: int


def add_up() -> Totals:
    """From orders, holds, payouts and the ledger."""
    trade = Order.objects.aggregate(goods=Sum("goods_minor"), freight=Sum("freight_minor"))
    money = Hold.objects.aggregate(
        funded=Sum("funded_minor"), released=Sum("released_minor"), refunded=Sum("refunded_minor")
    )
    paid = Payout.objects.filter(state=PayoutState.CONFIRMED).aggregate(total=Sum("amount_minor"))
    return Totals(
        orders=Order.objects.count(),
        goods=trade["goods"] or 0,
        freight=trade["freight"] or 0,
        funded=money["funded"] or 0,
        held=_in_books(AccountKind.ESCROW),
        released=money["released"] or 0,
        commission=_in_books(AccountKind.COMMISSION),
        refunded=money["refunded"] or 0,
        paid_out=paid["total"] or 0,
    )


def table(totals: Totals) -> str:
    """The closing table."""
    rows = [("orders", format_number(totals.orders))]
    rows += [
        (label, format_money(Money(amount, CURRENCY)))
        for label, amount in (
            ("goods value", totals.goods),
            ("freight", totals.freight),
            ("funded", totals.funded),
            ("held", totals.held),
            ("released", totals.released),
            ("commission", totals.commission),
            ("refunded", totals.refunded),
            ("paid out", totals.paid_out),
        )
    ]
    width = max(len(value) for _label, value in rows)
    return "\n".join(f"  {label:<12} {value:>{width}}" for label, value in rows)


def _in_books(kind: str) -> int:
    lines = [line for line in trial_balance() if line.account_kind == kind and line.currency == CURRENCY]
    return sum(line.total.amount_minor for line in lines)
