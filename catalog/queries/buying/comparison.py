"""Offers side by side: one quantity, one currency, every fact in one row. A handful of statements, however many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, TextField
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import CategoryAttribute, PriceTier, Product, ProductImage, Variant
from catalog.queries.buying.lines import lead_text, per_text
from catalog.queries.buying.product_parts import value_text
from catalog.queries.capacity.lead_times import lead_steps_of, pauses_from
from catalog.queries.capacity.stock_lines import StockNote, stock_note, stock_of
from catalog.queries.categories import name_in
from catalog.queries.listings.images import image_url
from catalog.queries.listings.translations import title_for_reader, variant_name_for_reader
from catalog.queries.suppliers.facts import SupplierLine, supplier_line
from catalog.rules import hs, measures
from catalog.rules.exchange import rates
from catalog.rules.lead_times import lead_days_for, read_pauses
from catalog.rules.packing import packed_as
from catalog.rules.prices import Tier, first_quantity, unit_price_for
from catalog.search.own_prices import private_terms
from catalog.tray import MOST
from marketplace.core import clock
from marketplace.core.countries import country_name
from marketplace.core.formatting import format_hs_code, format_money, format_quantity, format_unit_price
from marketplace.core.money import MAXIMUM_MINOR, Money, exponent, line_amount

# The nomenclature's longest texts are longer than all other rows of a comparison together.
_HS_WORDS = 90


@dataclass(frozen=True, slots=True)
class ComparedOffer:
    """One column."""

    ref: str
    url: str
    title: str
    picture_url: str
    supplier: SupplierLine


@dataclass(frozen=True, slots=True)
class Cell:
    """One fact of one offer; `best` of its row, `note` under it."""

    text: str = ""
    note: str = ""
    best: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One fact of all offers, in the order of the columns."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The table. `gone` counts offers in the address that are not on the market, `left_out` those beyond the limit."""

    offers: tuple[ComparedOffer, ...]
    rows: tuple[Row, ...]
    quantity: Decimal | None
    unit_code: str
    currency: str
    gone: int
    left_out: int


@dataclass(frozen=True, slots=True)
class _Priced:
    """What one offer costs at the common quantity. `comparable` is per common unit in the common currency."""

    quantity: Decimal
    unit_price: Decimal
    amount: Money
    comparable: Decimal | None


@dataclass(frozen=True, slots=True)
class _Column:
    product: Product
    tiers: tuple[Tier, ...]
    picture: str
    moq: Decimal
    multiple: Decimal
    priced: _Priced
    packaging: str = ""  # of the variant that is compared


def comparison(
    refs: Sequence[str],
    *,
    quantity: Decimal | None,
    unit_code: str,
    currency: str,
    buyer_id: int | None = None,
) -> Comparison:
    """The live ones of these offers at this company's prices, in the order given, at my quantity or the largest minimum."""
    wanted = list(dict.fromkeys(refs))
    asked = wanted[:MOST]
    products, tiers, packagings = _products(asked, buyer_id)
    unit, shared = _common(products, quantity, unit_code)
    pictures = _first_pictures(products)
    columns = [
        replace(
            _column(product, tiers[product.pk], pictures.get(product.pk, ""), shared, unit, currency),
            packaging=packagings[product.pk],
        )
        for product in products
    ]
    return Comparison(
        offers=tuple(_offer(column) for column in columns),
        rows=(
            *_variant_rows(columns),
            *_price_rows(columns, unit, currency),
            *_term_rows(columns),
            *_fact_rows(columns),
        ),
        quantity=_bare(shared),
        unit_code=unit,
        currency=currency,
        gone=len(asked) - len(products),
        left_out=len(wanted) - len(asked),
    )


def _products(
    refs: Sequence[str], buyer_id: int | None
) -> tuple[list[Product], dict[int, tuple[Tier, ...]], dict[int, str]]:
    """The live ones with prices, the ladder of each, and how each is packed: of the variant that stands first."""
    live = (
        Product.objects.live()
        .filter(ref__in=refs)
        .annotate(
            reader_title=title_for_reader(),
            kinds=_kinds(),
            stock=stock_of("pk", first_only=True),
            pauses=pauses_from("supplier", clock.now().date()),
        )
    )
    rows = live.select_related("category", "offering", "supplier__supplier_facts")
    tiers: dict[int, list[Tier]] = {}
    firsts: dict[int, Variant] = {}
    steps = PriceTier.objects.filter(variant__product__in=rows, variant__position=1)
    for step in steps.select_related("variant").order_by("min_quantity"):
        firsts[step.variant.product_id] = step.variant
        tiers.setdefault(step.variant.product_id, []).append(Tier(step.min_quantity, step.unit_price))
    found = sorted((row for row in rows if row.pk in tiers), key=lambda row: refs.index(row.ref))
    terms = private_terms(buyer_id, clock.now().date(), product_ids=[row.pk for row in found])
    ladders = {
        row.pk: terms.of_product(
            tiers[row.pk], supplier_id=row.supplier_id, product_id=row.pk, currency=row.currency
        )
        for row in found
    }
    return found, ladders, {row.pk: packed_as(firsts[row.pk], row).packaging for row in found}


def _kinds() -> ArraySubquery:
    """The names of the variants on offer, in their order."""
    offered = Variant.objects.filter(product=OuterRef("pk"), position__isnull=False)
    named = offered.order_by("position").values(
        said=Coalesce(variant_name_for_reader("number"), "name", output_field=TextField())
    )
    return ArraySubquery(named)


def _bare(quantity: Decimal | None) -> Decimal | None:
    """`2`, not `2.000`, which half the world reads as two thousand."""
    return None if quantity is None else Decimal(f"{quantity.normalize():f}")


def _common(
    products: Sequence[Product], quantity: Decimal | None, unit_code: str
) -> tuple[str, Decimal | None]:
    """The unit all can be put into (none when they cannot) and the quantity in it."""
    if not products:
        return "", quantity
    unit = unit_code or products[0].unit_code
    if any(measures.dimension_of(product.unit_code) != measures.dimension_of(unit) for product in products):
        return "", None
    if quantity is not None:
        return unit, quantity
    minimums = [measures.in_unit(product.moq, product.unit_code, unit) for product in products if product.moq]
    return unit, max((minimum for minimum in minimums if minimum), default=None)


def _column(
    product: Product,
    tiers: tuple[Tier, ...],
    picture: str,
    quantity: Decimal | None,
    unit: str,
    currency: str,
) -> _Column:
    # INVARIANT: a live product is complete (enforced by product_is_complete_once_submitted)
    moq, multiple = product.moq or Decimal(1), product.order_multiple or Decimal(1)
    asked = measures.in_unit(quantity, unit, product.unit_code) if quantity and unit else None
    ordered = first_quantity(moq=max(asked or moq, moq), multiple=multiple)
    price = unit_price_for(tiers, ordered)
    factor = measures.factor_of(unit) / measures.factor_of(product.unit_code) if unit else None
    into = rates().convert(price, product.currency, currency)
    comparable = into * factor if into is not None and factor else None
    amount = line_amount(ordered, price, product.currency)
    return _Column(product, tiers, picture, moq, multiple, _Priced(ordered, price, amount, comparable))


def _first_pictures(products: Sequence[Product]) -> dict[int, str]:
    rows = ProductImage.objects.filter(product__in=products).order_by("product", "-position")
    return dict(rows.values_list("product_id", "file__ref"))


def _offer(column: _Column) -> ComparedOffer:
    product = column.product
    return ComparedOffer(
        ref=product.ref,
        url=reverse("product", args=[product.ref, product.slug]),
        title=product.__dict__["reader_title"] or product.title,
        picture_url=image_url(column.picture, "card") if column.picture else "",
        supplier=supplier_line(product.supplier),
    )


def _price_rows(columns: Sequence[_Column], unit: str, currency: str) -> list[Row]:
    rows = [
        Row(
            _("Unit price"),
            tuple(
                Cell(
                    format_unit_price(column.priced.unit_price, column.product.currency),
                    _unit_note(column, unit, currency),
                )
                for column in columns
            ),
        )
    ]
    if unit:
        label = _("In %(currency)s %(per)s") % {"currency": currency, "per": per_text(unit)}
        rows.insert(0, Row(label, _comparable_cells(columns, currency)))
    rows.append(Row(_("In all"), tuple(_total_cell(column) for column in columns)))
    return rows


def _unit_note(column: _Column, unit: str, currency: str) -> str:
    """`per kg`; with the price in the common currency where no row above says it, as units of a different kind have none."""
    per = per_text(column.product.unit_code)
    if unit or column.product.currency == currency:
        return per
    into = rates().convert(column.priced.unit_price, column.product.currency, currency)
    return f"{per} · ≈ {_rounded(into, currency)}" if into is not None else per


def _comparable_cells(columns: Sequence[_Column], currency: str) -> tuple[Cell, ...]:
    prices = [column.priced.comparable for column in columns]
    best = _best(prices)
    return tuple(
        Cell(_rounded(price, currency), best=price == best)
        if price is not None
        else Cell(_("not comparable"), _("The European Central Bank states no rate."))
        for price in prices
    )


def _rounded(price: Decimal, currency: str) -> str:
    places = min(exponent(currency) + (2 if price < 10 else 0), 6)
    return format_unit_price(price.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP), currency)


def _total_cell(column: _Column) -> Cell:
    quantity = format_quantity(column.priced.quantity, column.product.unit_code)
    if column.priced.amount.amount_minor > MAXIMUM_MINOR:
        return Cell(_("more than one order can hold"), quantity)
    return Cell(format_money(column.priced.amount), _("for %(quantity)s") % {"quantity": quantity})


def _variant_rows(columns: Sequence[_Column]) -> list[Row]:
    """Which variant is compared, where there is a choice."""
    kinds: list[list[str]] = [column.product.__dict__["kinds"] for column in columns]
    if all(len(names) < 2 for names in kinds):
        return []
    cells = [
        Cell(names[0], ngettext("and %(n)s more", "and %(n)s more", len(names) - 1) % {"n": len(names) - 1})
        if len(names) > 1
        else Cell()
        for names in kinds
    ]
    return [Row(_("Variant"), tuple(cells))]


def _term_rows(columns: Sequence[_Column]) -> list[Row]:
    leads = [Decimal(_lead_days(column)) for column in columns]
    minimums = [column.moq * measures.factor_of(column.product.unit_code) for column in columns]
    comparable = len({measures.dimension_of(column.product.unit_code) for column in columns}) == 1
    soonest, smallest = _best(leads), _best(minimums) if comparable else None
    return [
        Row(
            _("Minimum order"),
            tuple(
                Cell(format_quantity(column.moq, column.product.unit_code), best=least == smallest)
                for column, least in zip(columns, minimums, strict=True)
            ),
        ),
        Row(
            _("Sold in steps of"),
            tuple(Cell(format_quantity(column.multiple, column.product.unit_code)) for column in columns),
        ),
        Row(
            _("Ready in"),
            tuple(Cell(lead_text(int(days)), best=days == soonest) for days in leads),
        ),
        *_stock_rows(columns),
        _row(_("Incoterms 2020"), columns, lambda p: f"{p.incoterms_rule} {p.named_place}"),
        _row(_("Country of origin"), columns, lambda p: country_name(p.origin)),
        Row(_("Packaging"), tuple(Cell(column.packaging) for column in columns)),
        Row(
            _("HS code"),
            tuple(
                Cell(
                    format_hs_code(one.product.hs_code),
                    Truncator(hs.description(one.product.hs_code)).chars(_HS_WORDS),
                )
                for one in columns
            ),
        ),
    ]


def _stock_rows(columns: Sequence[_Column]) -> list[Row]:
    """What there is of the variant that is compared, where it is limited."""
    today = clock.now().date()
    notes = [_stock_note(one.product, today) for one in columns]
    if not any(note.lines for note in notes):
        return []
    said = [note.lines[0] if note.lines else None for note in notes]
    cells = [
        Cell(capfirst(line.note) or line.left, line.left if line.note else "") if line else Cell()
        for line in said
    ]
    return [Row(_("Available"), tuple(cells))]


def _stock_note(product: Product, today: date) -> StockNote:
    found = product.__dict__
    return stock_note(product, found["stock"], variants=1, today=today, pauses=read_pauses(found["pauses"]))


def _lead_days(column: _Column) -> int:
    """At the quantity that is compared; days off are said on the product's page."""
    product = column.product
    return lead_days_for(product.lead_time_days or 0, lead_steps_of(product), column.priced.quantity)


def _row(label: str, columns: Sequence[_Column], text: Callable[[Product], str]) -> Row:
    return Row(label, tuple(Cell(text(column.product)) for column in columns))


def _fact_rows(columns: Sequence[_Column]) -> list[Row]:
    """The attributes that any of them states, those of most first, in their categories' order, then what trades say of the suppliers."""
    uses = (
        CategoryAttribute.objects.filter(category__in={column.product.category_id for column in columns})
        .select_related("attribute")
        .order_by("position", "attribute__code")
    )
    rows: dict[str, Row] = {}
    for use in uses:
        attribute = use.attribute
        values = [column.product.attributes.get(attribute.code, "") for column in columns]
        if attribute.code not in rows and any(values):
            symbol = f"\u00a0{attribute.symbol}" if attribute.symbol else ""
            cells = [
                Cell(f"{value_text(attribute.kind, attribute.choices, value)}{symbol}" if value else "")
                for value in values
            ]
            rows[attribute.code] = Row(name_in(attribute.names), tuple(cells))
    # What several state stands first: of goods of different kinds most rows have one cell.
    shared = sorted(rows.values(), key=lambda row: -sum(1 for cell in row.cells if cell.text))
    return [*shared, *_supplier_rows(columns)]


def _supplier_rows(columns: Sequence[_Column]) -> list[Row]:
    lines = [{fact.label: fact.value for fact in supplier_line(c.product.supplier).facts} for c in columns]
    labels = list(dict.fromkeys(label for line in lines for label in line))
    return [Row(label, tuple(Cell(line.get(label, "")) for line in lines)) for label in labels]


def _best(values: Sequence[Decimal | None]) -> Decimal | None:
    """The least of what can be compared; nothing when all are alike or alone."""
    known = [value for value in values if value is not None]
    return min(known) if len(set(known)) > 1 else None
