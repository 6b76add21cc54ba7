"""Promised discounts a buyer may use now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from marketplace.core.actors import Actor
from marketplace.core.money import Money
from orders.models import Order, PromisedDiscount
from orders.states import UNDONE


@dataclass(frozen=True, slots=True)
class DiscountLine:
    """So much off one order with this supplier, until a moment."""

    ref: str
    supplier_ref: str
    supplier: str
    money: Money
    expires_at: datetime


def usable_discounts(
    actor: Actor, at: datetime, *, supplier_ref: str = "", currency: str = ""
) -> Sequence[DiscountLine]:
    """What suppliers have promised the company acted for and no order has used, soonest to end first."""
    using = Order.objects.filter(promised_discount=OuterRef("pk")).exclude(state__in=UNDONE)
    rows = PromisedDiscount.objects.filter(buyer_id=actor.company_id or 0, expires_at__gt=at)
    if supplier_ref:
        rows = rows.filter(supplier__ref=supplier_ref, currency=currency)
    return [
        DiscountLine(row.ref, row.supplier.ref, row.supplier.legal_name, row.money, row.expires_at)
        for row in rows.exclude(Exists(using)).select_related("supplier").order_by("expires_at", "pk")
    ]
