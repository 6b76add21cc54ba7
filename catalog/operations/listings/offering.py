"""Writes where a supplier and its listings are offered, the listings' seasons and samples."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from catalog import policies
from catalog.errors import ChangedMeanwhile, NotASupplier, NotEditable
from catalog.models import Offering, Product, SupplierMarkets
from catalog.operations.listings.products import locked_product, touch
from catalog.operations.searching.restating import restate_products_of
from catalog.queries.listings.offering import offering_of
from catalog.rules.markets import Markets, checked_markets
from catalog.rules.offering import ListingTerms, OfferingFacts, checked_offering
from marketplace.accounts.models import Company
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed
from marketplace.core.idempotency import remember, replayed


@transaction.atomic
def state_markets(*, supplier_id: int, markets: Markets, actor: Actor, at: datetime) -> Markets:
    """Where a company offers its goods, unless a listing says otherwise. Setting is the same however often.

    Raises `NotAllowed`, `NotASupplier`, `FieldErrors`.
    """
    if not policies.can_list_for(actor, supplier_id):
        raise NotAllowed
    if not Company.objects.filter(pk=supplier_id, sells=True).exists():
        raise NotASupplier
    clean = checked_markets(markets.ships, markets.countries)
    SupplierMarkets.objects.update_or_create(
        supplier_id=supplier_id,
        defaults={"ships": clean.ships, "countries": list(clean.countries), "updated_at": at},
    )
    restate_products_of(supplier_id)
    return clean


@transaction.atomic
def state_offering(
    *,
    product_ref: str,
    facts: OfferingFacts,
    actor: Actor,
    key: str,
    at: datetime,
    revision: int | None = None,
) -> Product:
    """To whom, when and with which sample a listing is offered, all of it at once; a change is one in its history.

    Raises `ProductNotFound`, `NotAllowed`, `NotEditable`, `ChangedMeanwhile`, `FieldErrors`.
    """
    product = locked_product(product_ref, actor)
    content = {"product": product_ref, "facts": asdict(facts)}
    if replayed(key=key, operation="state_offering", content=content) is not None:
        return product
    if not policies.can_list_for(actor, product.supplier_id):
        raise NotAllowed
    if not product.is_editable:
        raise NotEditable(state=product.get_state_display())
    if revision is not None and revision != product.revision:
        raise ChangedMeanwhile
    clean = checked_offering(facts, terms_of(product))
    before, after = as_data(offering_of(product)), as_data(clean)
    changed = sorted(name for name in after if before[name] != after[name])
    if changed:
        write_offering(product, clean)
        touch(
            product,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
            actor=actor,
            at=at,
        )
        restate_products_of(product.supplier_id, [product.pk])
    remember(key=key, operation="state_offering", content=content, result=product.ref, at=at)
    return product


def terms_of(product: Product) -> ListingTerms:
    """What an offering of this listing is judged by."""
    return ListingTerms(
        hs_code=product.hs_code,
        category_hs=product.category.hs if product.category else (),
        unit_code=product.unit_code,
        currency=product.currency,
        moq=product.moq,
    )


def write_offering(product: Product, facts: OfferingFacts) -> None:
    """The row of facts that were checked; the caller holds the listing's lock."""
    Offering.objects.update_or_create(product=product, defaults=columns_of(facts))


def columns_of(facts: OfferingFacts) -> dict[str, Any]:
    """The facts as columns."""
    sample = facts.sample
    return {
        "ships": facts.markets.ships if facts.markets else "",
        "countries": list(facts.markets.countries) if facts.markets else [],
        "months": list(facts.months),
        "sample_quantity": sample.quantity if sample else None,
        "sample_price": sample.price if sample else None,
        "sample_days": sample.days if sample else None,
        "sample_is_credited": sample.is_credited if sample else False,
    }


def as_data(facts: OfferingFacts) -> dict[str, object]:
    """The facts for a row of history."""
    return {
        name: format(value.normalize(), "f") if hasattr(value, "normalize") else value
        for name, value in columns_of(facts).items()
    }
