"""Writes which variants a listing offers: made, renamed, reordered, priced, withdrawn and offered again.

One operation states them all, in their order, as the page shows them. Terms (minimum, unit, currency …) are the
listing's; `catalog.operations.listings.variant_terms` keeps the prices in step when those change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from catalog.errors import VariantNotFound
from catalog.models import Product, Variant
from catalog.operations.listings.products import demand_editable, locked_product, touch
from catalog.operations.listings.variant_terms import demand_free_numbers, write_tiers
from catalog.operations.searching.indexing import index_product
from catalog.queries.listings.variants import StoredVariant, variants_of
from catalog.rules import packing
from catalog.rules.prices import Tier
from catalog.rules.variants import VariantFacts, VariantTerms, checked_variants
from catalog.states import ProductState
from marketplace.core.actors import Actor
from marketplace.core.idempotency import remember, replayed

# What is written of a variant that is on offer afterwards, beside its prices.
STATED_COLUMNS = ["position", "name", "sku", "withdrawn_at", *packing.FIELDS]


@transaction.atomic
def set_variants(
    *,
    product_ref: str,
    variants: Sequence[VariantFacts],
    actor: Actor,
    key: str,
    at: datetime,
    revision: int | None = None,
) -> Product:
    """Offer exactly these variants, in this order; the first is what lists and cards show.

    One with a number is changed, or offered again when it was withdrawn; one without gets the next number; those
    that are not named are withdrawn, and orders already placed go on. `revision` is the one the page showed. A
    change is one row of history; new names and packagings in a listed product are looked at again by a moderator. Saving without a
    change changes nothing. Raises `ProductNotFound`, `NotAllowed`, `NotEditable`, `ChangedMeanwhile`,
    `VariantNotFound`, `FieldErrors` (`variants.<place>.name`, `.sku`, `.packaging` …, `.tiers.<row>`, from 0).
    """
    product = locked_product(product_ref, actor)
    content = {"product": product_ref, "variants": [_content(one) for one in variants]}
    if replayed(key=key, operation="set_variants", content=content) is not None:
        return product
    demand_editable(product, actor, revision)
    stored = variants_of(product)
    _demand_known(variants, stored)
    clean = checked_variants(variants, terms_of_variants(product))
    if clean != tuple(one.facts for one in stored if one.position is not None):
        _write(product, stored, clean, at)
        _note(product, stored, variants_of(product), actor, at)
        index_product(product)
    remember(key=key, operation="set_variants", content=content, result=product.ref, at=at)
    return product


def terms_of_variants(product: Product) -> VariantTerms:
    """What the listing says of all its variants."""
    return VariantTerms(
        moq=product.moq,
        multiple=product.order_multiple,
        currency=product.currency,
        complete=product.state != ProductState.DRAFT,
        unit_code=product.unit_code,
    )


def _demand_known(variants: Sequence[VariantFacts], stored: Sequence[StoredVariant]) -> None:
    """Each number names a variant of this listing, once. Raises `VariantNotFound`."""
    named = [one.number for one in variants if one.number is not None]
    if len(named) != len(set(named)) or not set(named) <= {one.number for one in stored}:
        raise VariantNotFound(field="variants")


def _write(
    product: Product, stored: Sequence[StoredVariant], clean: Sequence[VariantFacts], at: datetime
) -> None:
    by_number = {one.number: one for one in stored}
    places = {one.number: place for place, one in enumerate(clean, start=1) if one.number is not None}
    kept = [(place, one, by_number[one.number]) for place, one in enumerate(clean, 1) if one.number]
    moved = [
        (place, one, old)
        for place, one, old in kept
        if (place, one.name, one.sku, one.packing) != (old.position, old.name, old.sku, old.packing)
    ]
    _demand_free(product, clean, beside=[old.id for _place, _one, old in kept])
    gone = [one.id for one in stored if one.position is not None and one.number not in places]
    # Off the market first: then names, numbers and places can be exchanged without meeting on the way.
    aside = Variant.objects.filter(product=product, pk__in=[*gone, *(old.id for _p, _o, old in moved)])
    aside.filter(position__isnull=False).update(position=None, withdrawn_at=at)
    aside.exclude(pk__in=gone).update(sku="")
    Variant.objects.bulk_update(
        [
            Variant(pk=old.id, position=place, name=one.name, sku=one.sku, **one.packing.columns)
            for place, one, old in moved
        ],
        STATED_COLUMNS,
    )
    fresh = _new_rows(product, stored, clean)
    Variant.objects.bulk_create(fresh.values())
    ladders: dict[int, Sequence[Tier | None]] = {
        old.id: one.tiers for _place, one, old in kept if one.tiers != old.tiers
    }
    write_tiers(ladders | {row.pk: clean[place - 1].tiers for place, row in fresh.items()})


def _new_rows(
    product: Product, stored: Sequence[StoredVariant], clean: Sequence[VariantFacts]
) -> dict[int, Variant]:
    """The rows of those without a number, by place."""
    number = max((one.number for one in stored), default=0)
    rows: dict[int, Variant] = {}
    for place, one in enumerate(clean, start=1):
        if one.number is None:
            number += 1
            rows[place] = Variant(
                product=product,
                supplier_id=product.supplier_id,
                number=number,
                position=place,
                name=one.name,
                sku=one.sku,
                **one.packing.columns,
            )
    return rows


def _demand_free(product: Product, clean: Sequence[VariantFacts], *, beside: Sequence[int]) -> None:
    fields = {one.sku: f"variants.{place}.sku" for place, one in enumerate(clean)}
    demand_free_numbers(product.supplier_id, fields, beside=beside, product_id=product.pk)


def _note(
    product: Product,
    before: Sequence[StoredVariant],
    after: Sequence[StoredVariant],
    actor: Actor,
    at: datetime,
) -> None:
    """One row of history."""
    was, becomes = variants_difference(_offered(before), _offered(after))
    touch(product, before=was, after=becomes, actor=actor, at=at)


def variants_difference(
    before: Sequence[VariantFacts], after: Sequence[VariantFacts]
) -> tuple[dict[str, object], dict[str, object]]:
    """What is offered, for the history. New names and packagings stand apart: a moderator has not read them yet."""
    was: dict[str, object] = {"variants": [_content(one) for one in before]}
    becomes: dict[str, object] = {"variants": [_content(one) for one in after]}
    for part, words in (("variant_names", _names), ("variant_packaging", _packagings)):
        said, says = words(before), words(after)
        if not says.items() <= said.items():
            was[part], becomes[part] = said, says
    return was, becomes


def _offered(variants: Sequence[StoredVariant]) -> list[VariantFacts]:
    return [one.facts for one in variants if one.position is not None]


def _names(variants: Sequence[VariantFacts]) -> Mapping[str, str]:
    return {str(one.number): one.name for one in variants if one.name}


def _packagings(variants: Sequence[VariantFacts]) -> Mapping[str, str]:
    return {str(one.number): one.packing.packaging for one in variants if one.packing.packaging}


def _content(one: VariantFacts) -> dict[str, object]:
    """One variant for replays and history: `{"number": 2, "name": …, "sku": …, "tiers": [["18", "4.10"], …]}`.

    `packing` only where it states its own.
    """
    own: dict[str, object] = {"packing": one.packing.stated} if one.packing.is_stated else {}
    return own | {
        "number": one.number,
        "name": one.name,
        "sku": one.sku,
        "tiers": [[_as_text(tier.min_quantity), _as_text(tier.unit_price)] for tier in one.tiers if tier],
    }


def _as_text(number: Decimal) -> str:
    return format(number.normalize(), "f")
