"""Writes the variants of many listings at once: the set-based twin of `operations.listings.variants`.

It changes what is there, withdraws what is not named, and puts new ones and those offered again behind. The products
are locked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from catalog.models import Product, Variant
from catalog.operations.listings.variant_terms import write_tiers
from catalog.operations.listings.variants import STATED_COLUMNS, variants_difference
from catalog.queries.listings.variants import StoredVariant
from catalog.rules.prices import Tier
from catalog.rules.variants import VariantFacts


@dataclass(frozen=True, slots=True)
class VariantsChange:
    """The variants of one listing: as stored, withdrawn ones too, and those on offer afterwards, in their order."""

    product: Product
    stored: Sequence[StoredVariant]
    after: Sequence[VariantFacts]

    @property
    def kept(self) -> Iterator[tuple[StoredVariant, VariantFacts]]:
        """Each that was there, with what it becomes."""
        by_number = {one.number: one for one in self.stored}
        return ((by_number[one.number], one) for one in self.after if one.number is not None)

    @property
    def gone(self) -> list[StoredVariant]:
        """Those on offer that are not named any more."""
        named = {one.number for one in self.after}
        return [one for one in self.stored if one.position is not None and one.number not in named]

    @property
    def moved(self) -> list[tuple[StoredVariant, Variant]]:
        """Those that were there and get another name, number, packing or place, each with its row as it will be."""
        places = {one.number: place for place, one in enumerate(self.after, 1)}
        return [
            (
                old,
                Variant(
                    pk=old.id, position=places[one.number], name=one.name, sku=one.sku, **one.packing.columns
                ),
            )
            for old, one in self.kept
            if (old.position, old.name, old.sku, old.packing)
            != (places[one.number], one.name, one.sku, one.packing)
        ]

    @property
    def first_is_another(self) -> bool:
        """Whether another variant of those there were stands in front afterwards."""
        first = next((one for one in self.stored if one.position == 1), None)
        return first is not None and bool(self.after) and self.after[0].number != first.number

    @property
    def names(self) -> dict[int, str]:
        """What each on offer afterwards is called, by its number."""
        return {one.number: one.name for one in self.numbered() if one.number is not None}

    @property
    def _changes_first(self) -> bool:
        """Whether what is in front afterwards is another one, or says anything else than number and prices."""
        first = next((one for one in self.stored if one.position == 1), None)
        said = None if first is None else (first.number, first.name, first.packing)
        return said != (self.after[0].number, self.after[0].name, self.after[0].packing)

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
        if not self._changes_first and before[1:] == list(after[1:]):
            return {}, {}
        return variants_difference(before, after)


def write_variants(changes: Iterable[VariantsChange], *, at: datetime) -> None:
    """Names, numbers and prices of what is there, and the new ones; statements by kind, not by listing."""
    changes = list(changes)
    kept = [pair for change in changes for pair in change.kept]
    _move(
        [pair for change in changes for pair in change.moved],
        gone=[one.id for change in changes for one in change.gone],
        at=at,
    )
    fresh: list[tuple[Variant, VariantFacts]] = []
    for change in changes:
        for place, one in enumerate(change.numbered(), 1):
            if change.after[place - 1].number is None:
                fresh.append((_row(change.product, place, one), one))
    Variant.objects.bulk_create(row for row, _one in fresh)
    # What comes back is written even where it is the same: a new currency has just made its prices forgotten.
    ladders: dict[int, Sequence[Tier | None]] = {
        old.id: one.tiers for old, one in kept if one.tiers != old.tiers or old.position is None
    }
    ladders |= {row.pk: one.tiers for row, one in fresh}
    if ladders:
        write_tiers(ladders)


def _move(moved: Sequence[tuple[StoredVariant, Variant]], *, gone: Sequence[int], at: datetime) -> None:
    # Off the market first: so names and places can be exchanged without meeting on the way.
    placed = [old.id for old, row in moved if (old.name, old.position) != (row.name, row.position)]
    aside = Variant.objects.filter(pk__in=[*gone, *placed], position__isnull=False)
    if gone or placed:
        aside.update(position=None, withdrawn_at=at)
    if moved:
        Variant.objects.bulk_update([row for _old, row in moved], STATED_COLUMNS)


def _row(product: Product, place: int, one: VariantFacts) -> Variant:
    return Variant(
        product=product,
        supplier_id=product.supplier_id,
        number=one.number or place,
        position=place,
        name=one.name,
        sku=one.sku,
        **one.packing.columns,
    )
