"""What the apps above ask about samples: a binding offer of the sample that a listing states."""

from __future__ import annotations

from datetime import date

from catalog.errors import NoSample, NotServed, OwnProduct, ProductNotFound
from catalog.lead_times import days_until_ready
from catalog.models import Variant
from catalog.queries.lead_times import pauses_from, read_pauses
from catalog.queries.offering import markets_for, offering_of
from catalog.queries.offers import Offer, demand_open, offer_of
from catalog.states import ProductState
from marketplace.core import clock
from marketplace.core.countries import country_name


def offer_for_sample(
    *, product_ref: str, buyer_company_id: int | None = None, country: str = "", today: date | None = None
) -> Offer:
    """The sample of a live product's first variant, free of its minimum and multiple. One statement.

    Raises `ProductNotFound` when it is not live, `OwnProduct`, `SupplierAway`, `NoSample`, `NotServed` (with field `country`).
    """
    live = Variant.objects.filter(product__ref=product_ref, product__state=ProductState.LIVE)
    today = today or clock.now().date()
    joined = live.select_related("product__offering", "product__supplier__markets")
    dated = joined.annotate(pauses=pauses_from("product__supplier", today))
    variant = dated.order_by("position").first()
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
    pauses = read_pauses(variant.__dict__["pauses"])
    demand_open(product, pauses, today)
    ready = days_until_ready(sample.days, pauses, today)
    return offer_of(
        product, variant, quantity=sample.quantity, unit_price=sample.unit_price, lead_time_days=ready
    )
