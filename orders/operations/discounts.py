"""Discounts promised on the next order: given by the app above, used once when an order is placed."""

from __future__ import annotations

from datetime import datetime

from marketplace.core.actors import Actor
from marketplace.core.money import Money
from orders.errors import DiscountGone
from orders.models import Order, PromisedDiscount
from orders.states import UNDONE


def grant_discount(
    *,
    buyer_id: int,
    supplier_id: int,
    money: Money,
    cause: str,
    expires_at: datetime,
    actor: Actor,
    at: datetime,
) -> PromisedDiscount:
    """Lower half: `money` off one later order of these two. One per `cause` (enforced by its uniqueness)."""
    return PromisedDiscount.objects.create(
        buyer_id=buyer_id,
        supplier_id=supplier_id,
        currency=money.currency,
        amount_minor=money.amount_minor,
        cause=cause,
        promised_by=actor.as_text,
        promised_at=at,
        expires_at=expires_at,
    )


def take_discount(
    ref: str, *, buyer_id: int, supplier_id: int, currency: str, at: datetime
) -> PromisedDiscount:
    """The discount an order is about to use, locked. Raises `DiscountGone` when it is not (or no longer) theirs."""
    discount = PromisedDiscount.objects.filter(
        ref=ref, buyer_id=buyer_id, supplier_id=supplier_id, currency=currency, expires_at__gt=at
    )
    found = discount.lock().first()
    # INVARIANT: at most one order uses it (enforced by order_uses_a_promised_discount_alone)
    if found is None or Order.objects.filter(promised_discount=found).exclude(state__in=UNDONE).exists():
        raise DiscountGone(field="promised_discount")
    return found
