"""Samples: once per buyer and variant within the operator's days, and taken off a later order when that was promised.

Lower halves: `placing` and `ending` call them inside their transaction, after they have authorised.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from catalog.models import Offering
from catalog.queries import Offer, offer_for_sample
from marketplace.core.actors import Actor
from marketplace.core.idempotency import lock_key
from marketplace.core.money import Money
from marketplace.core.operator_settings import integer_of
from orders.clocks import SAMPLE_AGAIN_KEY
from orders.errors import SampleAlready, SampleChanged, SampleStandsAlone
from orders.models import Order, SampleOrder
from orders.operations.discounts import grant_discount
from orders.rules.amounts import WantedLine
from orders.states import UNDONE

# A buyer who tries goods before a season orders in the next one.
CREDIT_LASTS: Final = timedelta(days=365)


def sample_offer(
    line: WantedLine, lines: Sequence[WantedLine], *, buyer_id: int, country: str, at: datetime
) -> Offer:
    """The offer of a sample that may be ordered now, locked for this buyer until the transaction ends.

    Raises `SampleStandsAlone` beside other lines, `SampleChanged` when the supplier states another quantity by
    now, `SampleAlready` for a second one too soon, and as `offer_for_sample`.
    """
    if len(lines) > 1:
        raise SampleStandsAlone
    offer = offer_for_sample(
        product_ref=line.product_ref,
        variant=line.variant,
        buyer_company_id=buyer_id,
        country=country,
        today=at.date(),
    )
    if offer.quantity != line.quantity:
        raise SampleChanged(field="quantity")
    lock_key(f"sample:{buyer_id}:{offer.variant_id}")  # whoever orders it now waits, and then sees it ordered
    days = integer_of(SAMPLE_AGAIN_KEY)
    before = SampleOrder.objects.filter(
        buyer_id=buyer_id,
        product_id=offer.product_id,
        order__lines__variant_id=offer.variant_id,
        ordered_at__gt=at - timedelta(days=days),
    )
    if before.exclude(order__state__in=UNDONE).exists():
        raise SampleAlready(days=days)
    return offer


def note_sample(order: Order, offer: Offer, *, at: datetime) -> SampleOrder:
    """Say that the order is of a sample, with the supplier's promise of today."""
    promise = Offering.objects.filter(product_id=offer.product_id, sample_is_credited=True)
    return SampleOrder.objects.create(
        order=order,
        buyer_id=order.buyer_id,
        product_id=offer.product_id,
        is_credited=promise.exists(),
        ordered_at=at,
    )


def credit_sample(order: Order, *, actor: Actor, at: datetime) -> None:
    """What the buyer kept of a completed sample comes off one later order with this supplier, if that was promised."""
    if not SampleOrder.objects.filter(order=order, is_credited=True).exists():
        return
    worth = order.goods_minor - order.cancelled_goods_minor - order.reduced_goods_minor
    if worth > 0:
        grant_discount(
            buyer_id=order.buyer_id,
            supplier_id=order.supplier_id,
            money=Money(worth, order.currency),
            cause=order.ref,
            expires_at=at + CREDIT_LASTS,
            actor=actor,
            at=at,
        )
