"""Writes the variants of many listings at once: the set-based twin of `operations.listings.variants`.

It changes what is there and adds new ones behind; it withdraws none and keeps their order. The products are locked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from catalog.models import Product, Variant
from catalog.operations.listings.variant_terms import write_tiers
from catalog.operations.listings.variants import variants_difference
from catalog.queries.listings.variants import StoredVariant
from catalog.rules.prices import Tier
from catalog.rules.variants import VariantFacts


@dataclass(frozen=True, slots=True)
class VariantsChange:
    """The variants of one listing: as stored, withdrawn ones too, and those on offer afterwards, the old ones first."""

    product: Product
    stored: Sequence[StoredVariant]
    after: Sequence[VariantFacts]

    @property
    def kept(self) -> Iterator[tuple[StoredVariant, VariantFacts]]:
        """Each that was there, with what it becomes."""
        by_number = {one.number: one for one in self.stored}
        return ((by_number[one.number], one) for one in self.after if one.number is not None)

    def numbered(self) -> tuple[VariantFacts, ...]:
        """What is offered afterwards, the new ones with the numbers they get."""
        number = max((one.number for one in self.stored), default=0)
        found: list[VariantFacts] = []
        for one in self.after:
            if one.number is None:
                number += 1
            found.append(replace(one, number=number) if one.number is None else one)
        return tuple(found)

    def difference(self) -> tuple[dict[str, object], dict[str, object]]:
        """For the history; empty when at most the first one's number and prices change, which are the listing's facts."""
        before = [one.facts for one in self.stored if one.position is not None]
        after = self.numbered()
        same_first = bool(before) and before[0].name == after[0].name
        if same_first and before[1:] == list(after[1:]):
            return {}, {}
        return variants_difference(before, after)


def write_variants(changes: Iterable[VariantsChange], *, at: datetime) -> None:
    """Names, numbers and prices of what is there, and the new ones; statements by kind, not by listing."""
    changes = list(changes)
    kept = [pair for change in changes for pair in change.kept]
    _rename([pair for pair in kept if (pair[0].name, pair[0].sku) != (pair[1].name, pair[1].sku)], at)
    fresh: list[tuple[Variant, VariantFacts]] = []
    for change in changes:
        for place, one in enumerate(change.numbered(), 1):
            if change.after[place - 1].number is None:
                fresh.append((_row(change.product, place, one), one))
    Variant.objects.bulk_create(row for row, _one in fresh)
    ladders: dict[int, Sequence[Tier | None]] = {
        old.id: one.tiers for old, one in kept if one.tiers != old.tiers
    }
    ladders |= {row.pk: one.tiers for row, one in fresh}
    if ladders:
        write_tiers(ladders)


def _rename(pairs: Sequence[tuple[StoredVariant, VariantFacts]], at: datetime) -> None:
    if not pairs:
        return
    # Off the market first: so names can be exchanged without meeting on the way.
    renamed = [old.id for old, one in pairs if old.name != one.name]
    Variant.objects.filter(pk__in=renamed).update(position=None, withdrawn_at=at)
    Variant.objects.bulk_update(
        [
            Variant(pk=old.id, position=old.position, name=one.name, sku=one.sku, withdrawn_at=None)
            for old, one in pairs
        ],
        ["position", "name", "sku", "withdrawn_at"],
    )


def _row(product: Product, place: int, one: VariantFacts) -> Variant:
    return Variant(
        product=product,
        supplier_id=product.supplier_id,
        number=one.number or place,
        position=place,
        name=one.name,
        sku=one.sku,
    )
