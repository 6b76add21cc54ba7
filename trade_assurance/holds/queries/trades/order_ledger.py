"""The books of one order as each side may read them: every booking that concerns the reader, in plain words.

The buyer sees what is held and what goes back, never commission or the supplier's balance. The supplier sees what
is held, what reached its balance and the commission, never the buyer's credit. The money desks see both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from marketplace.core.actors import Actor
from marketplace.core.errors import Text
from marketplace.core.money import Money
from orders.models import Order
from orders.queries import find_order
from orders.queries.titles import order_title
from trade_assurance.holds.errors import TradeNotFound
from trade_assurance.holds.models import Hold
from trade_assurance.holds.policies import can_see_trade
from trade_assurance.holds.queries.trades.booking_texts import booking_text, pot_name
from trade_assurance.holds.rules import MARKETPLACE
from trade_assurance.ledger import queries as books
from trade_assurance.ledger.queries import Pot, TradeEntry
from trade_assurance.ledger.states import AccountKind

_OF_SUPPLIER = (
    AccountKind.SUPPLIER_PAYABLE,
    AccountKind.SUPPLIER_RESERVE,
    AccountKind.SUPPLIER_DEBT,
)


# Within one booking: first what is held, then where it went.
_ORDER = {
    kind: place for place, kind in enumerate((AccountKind.ESCROW, *_OF_SUPPLIER, AccountKind.COMMISSION))
}


@dataclass(frozen=True, slots=True)
class BookingLine:
    """One booking: when, what it means, on which account, how much, and that account's sum for this order after it."""

    at: datetime
    transaction_id: int
    text: Text
    pot: Text
    amount: Money
    after: Money


@dataclass(frozen=True, slots=True)
class PotSum:
    """What all bookings of the order come to on one account."""

    name: Text
    total: Money


@dataclass(frozen=True, slots=True)
class OrderLedgerPage:
    """The order's ledger for one reader; `side` is empty for officers."""

    order_ref: str
    order_number: str
    title: str
    side: str
    lines: tuple[BookingLine, ...]
    sums: tuple[PotSum, ...]


def order_ledger(ref: str, actor: Actor) -> OrderLedgerPage:
    """Every booking of the order that concerns the reader, oldest first. Raises `NotFound`."""
    order = find_order(ref, actor)
    if not can_see_trade(actor, order):
        raise TradeNotFound
    holds = list(Hold.objects.filter(order_id=order.pk).order_by("pk").values_list("ref", flat=True))
    side = _side(actor, order)
    entries = books.entries_of_trade(own_accounts(order, holds, side), holds, party_accounts(order, side))
    lines, sums = _lines(entries)
    return OrderLedgerPage(
        order_ref=order.ref,
        order_number=order.number,
        title=order_title(order),
        side=side,
        lines=tuple(lines),
        sums=tuple(PotSum(pot_name(kind), total) for kind, total in sums.items()),
    )


def _side(actor: Actor, order: Order) -> str:
    if actor.acts_for(order.buyer_id):
        return "buyer"
    return "supplier" if actor.acts_for(order.supplier_id) else ""


def own_accounts(order: Order, holds: Sequence[str], side: str) -> list[Pot]:
    """Accounts that belong to this order alone."""
    accounts = [Pot(AccountKind.ESCROW, ref) for ref in holds]
    return accounts if side == "supplier" else [*accounts, Pot(AccountKind.REFUND_PAYABLE, order.ref)]


def party_accounts(order: Order, side: str) -> list[Pot]:
    """Accounts of a party that movements of this order touch; the reader's own, or both sides' for officers."""
    of_buyer = [Pot(AccountKind.BUYER_CREDIT, order.buyer.ref)]
    of_supplier = [
        *(Pot(kind, order.supplier.ref) for kind in _OF_SUPPLIER),
        Pot(AccountKind.COMMISSION, MARKETPLACE),
    ]
    return {"buyer": of_buyer, "supplier": of_supplier}.get(side, of_buyer + of_supplier)


def _lines(entries: Sequence[TradeEntry]) -> tuple[list[BookingLine], dict[str, Money]]:
    running = Counter[str]()
    lines: list[BookingLine] = []
    sums: dict[str, Money] = {}
    for entry in sorted(entries, key=_place):
        running[entry.account_kind] += entry.amount_minor
        after = Money(running[entry.account_kind], entry.currency)
        sums[entry.account_kind] = after
        lines.append(
            BookingLine(
                at=entry.happened_at,
                transaction_id=entry.transaction_id,
                text=booking_text(entry.transaction_kind, entry.account_kind, entry.amount_minor),
                pot=pot_name(entry.account_kind),
                amount=Money(entry.amount_minor, entry.currency),
                after=after,
            )
        )
    return lines, sums


def _place(entry: TradeEntry) -> tuple[datetime, int, int, int]:
    rank = _ORDER.get(AccountKind(entry.account_kind), len(_ORDER))
    return entry.happened_at, entry.transaction_id, rank, entry.entry_id
