"""The sample of a product as what would be one order."""

from __future__ import annotations

from catalog.models import Variant
from catalog.queries import offer_for_sample, variant_cards
from marketplace.accounts.queries import company_cards
from marketplace.core.actors import Actor
from orders.queries.cart import CartGroup, CartLineView


def sample_group(product_ref: str, actor: Actor, number: int | None = None) -> CartGroup:
    """The sample of a variant with its supplier, ready to be ordered. Raises as `offer_for_sample`."""
    offer = offer_for_sample(product_ref=product_ref, variant=number, buyer_company_id=actor.company_id)
    card = variant_cards([Variant.objects.get(pk=offer.variant_id)])[offer.variant_id]
    line = CartLineView(0, card, offer.quantity, offer.unit_price, offer.amount, "", offer.lead_time_days)
    return CartGroup(
        company_cards([offer.supplier_id])[offer.supplier_id], offer.currency, (line,), offer.amount
    )
