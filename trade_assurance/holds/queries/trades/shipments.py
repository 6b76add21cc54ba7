"""Each shipment with its share of the money: what it is worth, what went to the supplier, what accepting it releases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from marketplace.core.formatting import format_money
from marketplace.core.money import Money
from orders.queries import NextLine, OrderPage, ShipmentView
from trade_assurance.holds.models import Hold, ShipmentShare
from trade_assurance.holds.states import HoldState


@dataclass(frozen=True, slots=True)
class ShipmentCard:
    """One shipment for one reader. `accepting` is what goes to the supplier when the buyer accepts it now."""

    shipment: ShipmentView
    share: Money | None
    released: Money
    waiting: Money
    accepting: Money
    may_accept: bool
    may_waive: bool
    may_pay_surplus: bool
    window: NextLine | None

    @property
    def accept_label(self) -> str:
        """The one button: what it does, with the amount."""
        if not self.accepting.is_positive:
            return _("Accept this shipment")
        return _("Accept this shipment: releases %(amount)s") % {"amount": format_money(self.accepting)}


def cards_of(
    page: OrderPage, holds: Sequence[Hold], *, buys: bool, pays: bool, sells: bool
) -> tuple[ShipmentCard, ...]:
    """A card for every shipment, oldest first; one statement."""
    by_ref: dict[str, list[ShipmentShare]] = {}
    for row in ShipmentShare.objects.filter(hold__in=holds).order_by("pk"):
        by_ref.setdefault(row.shipment_ref, []).append(row)
    several = sum(one.state in {"in_transit", "delivered", "accepted"} for one in page.shipments) > 1
    partly = several or page.state not in {"shipped", "delivered", "completed"}
    return tuple(
        _card(page, one, holds, by_ref, buys=buys and partly, pays=pays, sells=sells)
        for one in page.shipments
    )


def _card(
    page: OrderPage,
    one: ShipmentView,
    holds: Sequence[Hold],
    by_ref: Mapping[str, list[ShipmentShare]],
    *,
    buys: bool,
    pays: bool,
    sells: bool,
) -> ShipmentCard:
    rows, currency = by_ref.get(one.ref, []), page.currency
    asked = one.surplus_state == "asked"
    return ShipmentCard(
        shipment=one,
        share=Money(sum(row.amount_minor for row in rows), currency) if rows else one.worth,
        released=Money(sum(row.released_minor for row in rows), currency),
        waiting=Money(sum(row.left_minor for row in rows), currency),
        accepting=Money(_accepting(one.ref, holds, by_ref), currency),
        may_accept=buys and one.state == "delivered" and page.accepted_at is None and page.ended_at is None,
        may_waive=sells and asked,
        may_pay_surplus=pays and asked,
        window=next(
            (
                line
                for line in page.deadlines
                if line.subject == one.ref and line.kind == "accept_shipment_by_silence"
            ),
            None,
        ),
    )


def _accepting(ref: str, holds: Sequence[Hold], by_ref: Mapping[str, list[ShipmentShare]]) -> int:
    """What would be released: of each milestone the share's rest, as far as no claim keeps the money still."""
    total = 0
    for hold in holds:
        if hold.state != HoldState.HELD:
            continue
        left = sum(row.left_minor for row in by_ref.get(ref, []) if row.hold_id == hold.pk)
        total += min(left, max(hold.held_minor - hold.frozen_minor, 0))
    return total
