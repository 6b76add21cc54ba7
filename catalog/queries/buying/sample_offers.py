"""What the apps above ask about samples: a binding offer of the sample that a listing states."""

from __future__ import annotations

from datetime import date

from catalog.errors import NoSample, NotServed, OwnProduct
from catalog.models import Variant
from catalog.queries.buying.offers import Offer, demand_open, not_offered, offer_of, offered
from catalog.queries.capacity.lead_times import pauses_from
from catalog.queries.listings.offering import markets_for, offering_of
from catalog.rules.lead_times import days_until_ready, read_pauses
from marketplace.core import clock
from marketplace.core.countries import country_name


def offer_for_sample(
    *,
    product_ref: str,
    variant: int | None = None,
    buyer_company_id: int | None = None,
    country: str = "",
    today: date | None = None,
) -> Offer:
    """The sample of a variant of a live product, free of its minimum and multiple. One statement.

    `variant` is its number, as in `offer_for_order`; what the sample costs is the listing's.
    Raises `ProductNotFound` when it is not live, `VariantNotOffered`, `OwnProduct`, `SupplierAway`, `NoSample`, `NotServed` (with field `country`).
    """
    live = Variant.objects.filter(offered("", product_ref, variant))
    today = today or clock.now().date()
    joined = live.select_related("product__offering", "product__supplier__markets")
    dated = joined.annotate(pauses=pauses_from("product__supplier", today))
    chosen = dated.first()
    if chosen is None:
        raise not_offered(product_ref, variant)
    product = chosen.product
    if product.supplier_id == buyer_company_id:
        raise OwnProduct
    sample = offering_of(product).sample
    if sample is None:
        raise NoSample(title=product.title)
    if not markets_for(product).serves(country):
        raise NotServed(field="country", title=product.title, country=country_name(country))
    pauses = read_pauses(chosen.__dict__["pauses"])
    demand_open(product, pauses, today)
    ready = days_until_ready(sample.days, pauses, today)
    return offer_of(
        product, chosen, quantity=sample.quantity, unit_price=sample.unit_price, lead_time_days=ready
    )
