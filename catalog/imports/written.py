"""A listing as the texts of a row, seen from one of its variants. Pure.

The row of the first variant says what the listing says; those of the others their own name, number and prices, and
how they are packed where that is not as the listing says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from catalog.imports import fields
from catalog.imports.names import Names
from catalog.imports.stated import stated_cells
from catalog.imports.translated import Names as NamesByLanguage
from catalog.imports.translated import Words, name_cells, words_cells
from catalog.imports.values import attribute_text, description_text, percent_text, plain_number
from catalog.rules.listing import AttributeUse, CategoryFacts, ListingFacts
from catalog.rules.offering import NOTHING_OFFERED, OfferingFacts
from catalog.rules.prices import Tier
from catalog.rules.variants import VariantFacts

NUMBERS: Final = ("moq", "order_multiple", "units_per_package", "net_weight_kg", "gross_weight_kg")


@dataclass(frozen=True, slots=True)
class Lookups:
    """What codes and names mean: categories and their facts, countries, units, facts by code with their choices."""

    categories: Mapping[str, CategoryFacts]
    category_names: Names
    countries: Names
    units: Names
    uses: Mapping[str, AttributeUse]
    choices: Mapping[str, Names]
    attribute_labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Known:
    """What a listing says before a row is read; `facts` have the number, the prices and the packing of the row's variant."""

    facts: ListingFacts
    pictures: Sequence[str] = ()
    offering: OfferingFacts = NOTHING_OFFERED
    words: Words = field(default_factory=dict)
    written_in: str = ""
    variant_name: str = ""
    variant_names: NamesByLanguage = field(default_factory=dict)  # in other languages


def cells_of(known: Known, lookups: Lookups, *, described: bool = True) -> dict[str, str]:
    """The row by column, without empty cells; not yet guarded against spreadsheets.

    `described`: with descriptions, which cost more than all the rest.
    """
    facts = known.facts
    row = {
        "sku": facts.sku,
        "title": facts.title,
        fields.VARIANT: known.variant_name,
        "category_code": lookups.category_names.label(facts.category_code) if facts.category_code else "",
        "description": description_text(facts.description) if described else "",
        "hs_code": facts.hs_code,
        "origin": lookups.countries.label(facts.origin) if facts.origin else "",
        "unit_code": lookups.units.label(facts.unit_code) if facts.unit_code else "",
        "currency": facts.currency,
        "incoterms_rule": facts.incoterms_rule,
        "named_place": facts.named_place,
        "lead_time_days": "" if facts.lead_time_days is None else str(facts.lead_time_days),
        "packaging": facts.packaging,
        fields.TOLERANCE: percent_text(facts.quantity_tolerance_bps),
        fields.IMAGES: " | ".join(known.pictures),
        **{name: plain_number(getattr(facts, name)) for name in NUMBERS},
        **stated_cells(known.offering),
        **_tier_cells(facts.tiers),
        **name_cells(known.variant_names),
    }
    for code, value in facts.attributes.items():
        row[f"{fields.ATTRIBUTE}{code}"] = attribute_text(
            lookups.uses.get(code), lookups.choices.get(code), value
        )
    if described and known.words:
        row |= words_cells(known.words)
    return {target: text for target, text in row.items() if text}


def cells_of_variant(variant: VariantFacts) -> dict[str, str]:
    """The row of a variant after the first: only what is its own."""
    row = {"sku": variant.sku, fields.VARIANT: variant.name, **_tier_cells(variant.tiers)}
    row |= {
        name: said if isinstance(said, str) else plain_number(said)
        for name, said in variant.packing.columns.items()
    }
    return {target: text for target, text in row.items() if text}


def _tier_cells(tiers: Sequence[Tier | None]) -> dict[str, str]:
    row: dict[str, str] = {}
    for number, tier in enumerate(tiers, 1):
        if tier is not None:
            row[fields.tier_from(number)] = plain_number(tier.min_quantity)
            row[fields.tier_price(number)] = plain_number(tier.unit_price)
    return row
