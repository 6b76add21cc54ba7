"""What the apps above ask about samples: a binding offer of the sample that a listing states."""

from __future__ import annotations

from catalog.errors import NoSample, NotServed, OwnProduct, ProductNotFound
from catalog.models import Variant
from catalog.queries.offering import markets_for, offering_of
from catalog.queries.offers import Offer, offer_of
from catalog.states import ProductState
from marketplace.core.countries import country_name


def offer_for_sample(*, product_ref: str, buyer_company_id: int | None = None, country: str = "") -> Offer:
    """The sample of a live product's first variant, free of its minimum and multiple. One statement.

    Raises `ProductNotFound` when it is not live, `OwnProduct`, `NoSample`, `NotServed` (with field `country`).
    """
    live = Variant.objects.filter(product__ref=product_ref, product__state=ProductState.LIVE)
    joined = live.select_related("product__offering", "product__supplier__markets")
    variant = joined.order_by("position").first()
    if variant is None:
        raise ProductNotFound
    product = variant.product
    if product.supplier_id == buyer_company_id:
        raise OwnProduct
    sample = offering_of(product).sample
    if sample is None:
        raise NoSample(title=product.title)
    if not markets_for(product).serves(country):
        raise NotServed(field="country", title=product.title, country=country_name(country))
    return offer_of(
        product, variant, quantity=sample.quantity, unit_price=sample.unit_price, lead_time_days=sample.days
    )
