"""A company's listings as rows of the import's own layout, and the empty template. Read bit by bit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.utils.translation import gettext as _

from catalog.imports import fields
from catalog.imports.cells import Cell
from catalog.imports.on_offer import offered_text, said
from catalog.imports.sheets import Column, columns_of
from catalog.imports.stated import markets_text
from catalog.imports.translated import has_column, name_cells, names_in
from catalog.imports.written import Known, Lookups, cells_of, cells_of_variant
from catalog.models import CapacityPeriod, Product
from catalog.queries.capacity.cells import capacity_of_listings, stated_text
from catalog.queries.imports.lookups import lookups
from catalog.queries.listings.stored import StoredListing, stored_listings
from catalog.queries.listings.translated_words import translated_fields_of
from catalog.queries.listings.variants import StoredVariant
from catalog.rules.markets import EVERYWHERE
from catalog.rules.packing import packed_as, packing_of
from catalog.rules.translating import VARIANT_NAME
from catalog.rules.variants import MAXIMUM_VARIANTS
from catalog.states import AttributeKind, Incoterms, Offered, ProductState
from marketplace.core.money import currency_codes

_CHUNK: Final = 300
_FIRST_CURRENCIES: Final = (
    "USD",
    "EUR",
    "GBP",
    "JPY",
    "CNY",
    "INR",
    "ARS",
    "BRL",
    "MXN",
    "ZAR",
    "TRY",
    "VND",
)


@dataclass(frozen=True, slots=True)
class Export:
    """Columns, and rows that are read while they are taken."""

    columns: tuple[Column, ...]
    rows: Iterator[list[Cell]]

    @property
    def header(self) -> list[str]:
        """The headings."""
        return [column.label for column in self.columns]


def export_of(supplier_id: int, *, state: str = "") -> Export:
    """The company's listings, oldest first, a row for each variant; in one state when one is named."""
    known = lookups()
    own = Product.objects.of_supplier(supplier_id)
    rows = own.filter(state=state) if state in ProductState.values else own
    codes = _stated_facts(supplier_id)
    columns = (*_columns(known), *_fact_columns(known, codes), *_word_columns(known, supplier_id))
    return Export(
        columns, _rows(supplier_id, list(rows.order_by("pk").values_list("pk", flat=True)), columns, known)
    )


def template_columns(category_code: str = "") -> tuple[Column, ...]:
    """The columns of the empty template, with the facts that a category asks for when one is named."""
    known = lookups()
    category = known.categories.get(category_code)
    codes = [use.code for use in category.uses] if category else []
    return (*_columns(known), *_fact_columns(known, codes))


def example() -> tuple[tuple[str, str], ...]:
    """A row that would be taken, for the explanation sheet."""
    return (
        ("sku", "BAS-1121"),
        ("title", "1121 Steam Basmati Rice"),
        (fields.VARIANT, _("bag of 25 kg")),
        ("hs_code", "1006.30"),
        ("origin", "India (IN)"),
        ("unit_code", "TNE"),
        ("moq", "5"),
        ("order_multiple", "0.5"),
        ("currency", "USD"),
        (fields.tier_from(1), "5"),
        (fields.tier_price(1), "1180"),
        (fields.tier_from(2), "25"),
        (fields.tier_price(2), "1125"),
        ("incoterms_rule", "FOB"),
        ("named_place", "Mundra"),
        ("lead_time_days", "21"),
        ("packaging", _("bag of 25 kg")),
        ("units_per_package", "0.025"),
        ("net_weight_kg", "25"),
        ("gross_weight_kg", "25.12"),
        (fields.SHIPS_TO, "except: CU"),
        (fields.MONTHS, "11, 12, 1"),
        (fields.SAMPLE_QUANTITY, "0.002"),
        (fields.SAMPLE_PRICE, "20"),
        (fields.SAMPLE_DAYS, "3"),
        (fields.SAMPLE_CREDITED, _("yes")),
        (fields.CAPACITY, "stock: 40"),
        (fields.IMAGES, "rice-1.jpg | rice-2.jpg"),
        (fields.LISTING, "basmati"),
    )


def _rows(
    supplier_id: int, ids: list[int], columns: tuple[Column, ...], known: Lookups
) -> Iterator[list[Cell]]:
    translated = any(fields.translated_field(column.code)[1] for column in columns)
    for start in range(0, len(ids), _CHUNK):
        wanted = Product.objects.of_supplier(supplier_id).filter(pk__in=ids[start : start + _CHUNK])
        stored = stored_listings(wanted.select_related("category"), translated=translated)
        capacity = capacity_of_listings(stored)
        for pk in sorted(stored):
            for row in _rows_of(stored[pk], known, capacity):
                yield [row.get(column.code, "") for column in columns]


def _rows_of(
    one: StoredListing, known: Lookups, capacity: Mapping[int, Sequence[CapacityPeriod]]
) -> Iterator[dict[str, str]]:
    """The row of the first variant says all of the listing; those of the others what is their own."""
    offered = one.offered
    names = {fields.REFERENCE: one.product.ref}
    if len(offered) + len(_withdrawn(one)) > 1:
        names[fields.LISTING] = offered[0].sku or one.product.ref
    first = offered[0].name if offered else ""
    packed = packed_as(offered[0].packing, one.facts) if offered else packing_of(one.facts)
    facts = replace(one.facts, **packed.columns)  # type: ignore[arg-type]  # by name, each of its own kind
    listing = Known(facts, one.pictures, one.offering, one.words, variant_name=first)
    held = [_held(one, variant, capacity) for variant in (*offered, *_withdrawn(one))] or [{}]
    yield cells_of(listing, known) | names | held[0]
    for variant, cells in zip((*offered[1:], *_withdrawn(one)), held[1:], strict=True):
        yield cells_of_variant(variant.facts) | names | cells


def _withdrawn(one: StoredListing) -> list[StoredVariant]:
    """Those of which a row can speak: by their number they are found again; never more rows than an import takes of one listing."""
    return [row for row in one.variants if row.position is None and row.sku][:MAXIMUM_VARIANTS]


def _held(
    one: StoredListing, variant: StoredVariant, capacity: Mapping[int, Sequence[CapacityPeriod]]
) -> dict[str, str]:
    """How a variant stands, and what there is of it."""
    withdrawn = variant.position is None
    stock = "" if withdrawn else stated_text(capacity.get(variant.id, ()), one.facts.unit_code)
    return {
        **name_cells(names_in(one.words, variant.number)),
        fields.CAPACITY: stock,
        fields.ON_OFFER: offered_text(one.product.state, withdrawn=withdrawn),
    }


def _columns(known: Lookups) -> list[Column]:
    rest = [code for code in currency_codes() if code not in _FIRST_CURRENCIES]
    choices = {
        "category_code": known.category_names.labels(),
        "origin": known.countries.labels(),
        "unit_code": known.units.labels(),
        "currency": [*_FIRST_CURRENCIES, *rest],
        "incoterms_rule": list(Incoterms.values),
        fields.SHIPS_TO: [markets_text(EVERYWHERE)],
        fields.SAMPLE_CREDITED: [_("yes"), _("no")],
        fields.ON_OFFER: [said(one) for one in Offered],
    }
    return columns_of(fields.fields(), choices)


def _fact_columns(known: Lookups, codes: list[str]) -> list[Column]:
    return [
        Column(
            code=f"{fields.ATTRIBUTE}{code}",
            label=known.attribute_labels[code],
            help=_("A fact that some categories ask for."),
            choices=_fact_choices(known, code),
        )
        for code in codes
        if code in known.uses
    ]


def _word_columns(known: Lookups, supplier_id: int) -> list[Column]:
    """A column for each thing that any of the company's listings says in another language."""
    every = translated_fields_of(supplier_id)
    said = [
        (language, name)
        for name, language in every
        if has_column(name) and (name in fields.WORDS or name.removeprefix(fields.ATTRIBUTE) in known.uses)
    ]
    said += [(language, fields.VARIANT) for language in _named_languages(every)]
    return [
        Column(
            code=(target := fields.translation_target(name, language)),
            label=fields.label_of(target, known.attribute_labels),
            help=_("The same in another language; empty when it is not translated."),
            width=30,
        )
        for language, name in sorted(said, key=lambda pair: (pair[0], _place(pair[1])))
    ]


def _named_languages(said: Iterable[tuple[str, str]]) -> list[str]:
    """The languages in which any variant has a name."""
    return sorted({language for name, language in said if name.startswith(VARIANT_NAME)})


def _place(name: str) -> tuple[int, str]:
    every = fields.TRANSLATED
    return (every.index(name) if name in every else len(every), name)


def _fact_choices(known: Lookups, code: str) -> list[str]:
    if known.uses[code].kind == AttributeKind.BOOLEAN:
        return [_("yes"), _("no")]
    choices = known.choices.get(code)
    return choices.labels() if choices else []


def _stated_facts(supplier_id: int) -> list[str]:
    """The facts that any of the company's listings states, by code."""
    from_rows = (
        Product.objects.of_supplier(supplier_id).exclude(attributes={}).values_list("attributes", flat=True)
    )
    return sorted({code for facts in from_rows.iterator(chunk_size=2_000) for code in facts})
