"""The prices of a list beside everybody's: page by page for the grid, all of them for a file. For the supplier's sellers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from catalog import policies
from catalog.errors import PriceListNotFound
from catalog.imports.cells import Cell
from catalog.imports.values import plain_number
from catalog.models import PriceList, PriceTier, PrivatePrice, Variant
from catalog.price_table import headings
from catalog.queries.prices.standing import state_of_list
from catalog.rules.price_lists import PriceRow, Sellable, article_of
from catalog.rules.prices import Tier, unit_price_for
from marketplace.core.actors import Actor
from marketplace.core.formatting import format_number, format_percent, format_unit_price
from marketplace.core.typed_numbers import editable_price
from marketplace.core.units import unit_symbol

PAGE: Final = 20
_CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class PricedVariant:
    """A variant on offer with everybody's prices and those of one list.

    `left_behind`: currencies of prices that the list has for it and that no longer apply.
    """

    id: int
    article: str
    title: str
    name: str
    unit_code: str
    public: tuple[Tier, ...]
    own: tuple[Tier, ...]
    left_behind: tuple[str, ...]
    sellable: Sellable

    @property
    def currency(self) -> str:
        """The listing's, in which a price is typed."""
        return self.sellable.currency

    @property
    def per(self) -> str:
        """What a price is for: `USD / t`."""
        return f"{self.currency} / {unit_symbol(self.unit_code)}"

    @property
    def minimum(self) -> str:
        """The least one can order, as text; empty when the listing does not say."""
        return "" if self.sellable.moq is None else format_number(self.sellable.moq)


@dataclass(frozen=True, slots=True)
class GridLine:
    """One step as typed or stored, beside everybody's price at its quantity."""

    number: int
    quantity: str = ""
    price: str = ""
    public_text: str = ""
    difference: str = ""
    is_dearer: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class GridVariant:
    """A variant and its lines: a line for each step of either price, and an empty one."""

    variant: PricedVariant
    lines: tuple[GridLine, ...]


@dataclass(frozen=True, slots=True)
class PriceGrid:
    """One page of the grid."""

    ref: str
    name: str
    state_label: str
    tone: str
    is_ended: bool
    revision: int
    share: str
    query: str
    priced_only: bool
    page: int
    has_next: bool
    variants: tuple[GridVariant, ...]


def price_grid(
    ref: str,
    actor: Actor,
    day: date,
    *,
    query: str = "",
    priced_only: bool = False,
    page: int = 1,
    ids: Sequence[int] | None = None,
) -> PriceGrid:
    """A page of what the supplier offers, oldest listing first, or the variants of `ids`. Raises `PriceListNotFound`.

    Four statements.
    """
    found = list_to_price(ref, actor)
    rows = variants_of(found, query=query, priced_only=priced_only)
    if ids is not None:
        chosen = list(rows_by_id(found, ids))
    else:
        chosen = list(rows[(page - 1) * PAGE : page * PAGE + 1])
    state_label, tone = state_of_list(found, day)
    return PriceGrid(
        ref=found.ref,
        name=found.name,
        state_label=state_label,
        tone=tone,
        is_ended=found.ended_at is not None,
        revision=found.revision,
        share=format_percent(found.percent_off_bps) if found.percent_off_bps else "",
        query=query,
        priced_only=priced_only,
        page=page,
        has_next=ids is None and len(chosen) > PAGE,
        variants=tuple(GridVariant(one, _stored(one)) for one in priced_variants(chosen[:PAGE], found)),
    )


def list_to_price(ref: str, actor: Actor) -> PriceList:
    """A list of the company acted for. Raises `PriceListNotFound`."""
    found = PriceList.objects.filter(ref=ref).first()
    if found is None or not policies.can_list_for(actor, found.supplier_id):
        raise PriceListNotFound
    return found


def variants_of(price_list: PriceList, *, query: str = "", priced_only: bool = False) -> QuerySet[Variant]:
    """What its supplier has on offer and has a currency for, in a fixed order."""
    rows = Variant.objects.filter(product__supplier_id=price_list.supplier_id, position__isnull=False)
    rows = rows.exclude(product__currency="").select_related("product")
    if query:
        words = Q(product__title__icontains=query) | Q(name__icontains=query)
        rows = rows.filter(words | Q(sku__icontains=query) | Q(product__ref=query))
    if priced_only:
        rows = rows.filter(Exists(PrivatePrice.objects.filter(price_list=price_list, variant=OuterRef("pk"))))
    return rows.order_by("product_id", "position")


def rows_by_id(price_list: PriceList, ids: Sequence[int]) -> QuerySet[Variant]:
    """Those of the supplier's variants that a page has shown."""
    return variants_of(price_list).filter(pk__in=ids)


def priced_variants(variants: Sequence[Variant], price_list: PriceList) -> list[PricedVariant]:
    """Each with both prices. Two statements."""
    ids = [variant.pk for variant in variants]
    public: dict[int, list[Tier]] = {}
    for tier in PriceTier.objects.filter(variant_id__in=ids).order_by("min_quantity"):
        public.setdefault(tier.variant_id, []).append(Tier(tier.min_quantity, tier.unit_price))
    own: dict[int, list[PrivatePrice]] = {}
    for price in price_list.prices.filter(variant_id__in=ids).order_by("min_quantity"):
        own.setdefault(price.variant_id, []).append(price)
    return [_priced(one, public.get(one.pk, ()), own.get(one.pk, ())) for one in variants]


def _priced(variant: Variant, public: Iterable[Tier], own: Iterable[PrivatePrice]) -> PricedVariant:
    product = variant.product
    counting = [price for price in own if price.currency == product.currency]
    return PricedVariant(
        id=variant.pk,
        article=article_of(variant.sku, product.ref, variant.number),
        title=product.title,
        name=variant.name,
        unit_code=product.unit_code,
        public=tuple(public),
        own=tuple(Tier(price.min_quantity, price.unit_price) for price in counting),
        left_behind=tuple(sorted({price.currency for price in own} - {product.currency})),
        sellable=Sellable(variant.pk, product.currency, product.moq, product.order_multiple),
    )


def _stored(variant: PricedVariant) -> tuple[GridLine, ...]:
    own = {tier.min_quantity: tier.unit_price for tier in variant.own}
    quantities = sorted({*own, *(tier.min_quantity for tier in variant.public)})
    lines = [
        GridLine(number, plain_number(least), editable_price(own.get(least), variant.currency))
        for number, least in enumerate(quantities)
    ]
    return beside_public(variant, [*lines, GridLine(len(lines))])


def beside_public(variant: PricedVariant, lines: Iterable[GridLine]) -> tuple[GridLine, ...]:
    """The lines with everybody's price at their quantity, and how far theirs is from it."""
    return tuple(_beside(variant, line) for line in lines)


def _beside(variant: PricedVariant, line: GridLine) -> GridLine:
    least, price = plain_decimal(line.quantity), plain_decimal(line.price)
    public = public_price(variant, least)
    if public is None:
        return line
    return replace(
        line,
        public_text=format_unit_price(public, variant.currency),
        difference=difference_text(price, public),
        is_dearer=price is not None and price >= public,
    )


def public_price(variant: PricedVariant, quantity: Decimal | None) -> Decimal | None:
    """Everybody's at a quantity; none where nothing says it."""
    return unit_price_for(variant.public, quantity) if variant.public and quantity is not None else None


def difference_text(price: Decimal | None, public: Decimal | None) -> str:
    """How far a price is from everybody's, in percent with its sign."""
    if price is None or public is None:
        return ""
    bps = int(((price - public) * 10_000 / public).to_integral_value())
    return f"{'−' if bps < 0 else '+' if bps > 0 else ''}{format_percent(abs(bps))}"


def plain_decimal(text: str) -> Decimal | None:
    """A number as this page writes it; none for anything else."""
    whole, _point, rest = text.partition(".")
    digits = whole + rest
    return Decimal(text) if digits.isascii() and digits.isdigit() and whole else None


def copied_prices(price_list: PriceList) -> tuple[PriceRow, ...]:
    """Its prices that apply now, as a new list would state them."""
    rows = list(variants_of(price_list, priced_only=True))
    return tuple(
        PriceRow(one.article, tier.min_quantity, tier.unit_price)
        for one in priced_variants(rows, price_list)
        for tier in one.own
    )


def price_table(price_list: PriceList, *, everything: bool) -> tuple[list[str], Iterator[list[Cell]]]:
    """Headings and rows of a file to fill: a row for each step, with `everything` also of what has no price yet."""
    return headings(), _table_rows(price_list, everything=everything)


def _table_rows(price_list: PriceList, *, everything: bool) -> Iterator[list[Cell]]:
    ids = list(variants_of(price_list, priced_only=not everything).values_list("pk", flat=True))
    for start in range(0, len(ids), _CHUNK):
        chosen = list(rows_by_id(price_list, ids[start : start + _CHUNK]))
        for one in priced_variants(chosen, price_list):
            yield from _rows_of(one, everything=everything)


def _rows_of(one: PricedVariant, *, everything: bool) -> Iterator[list[Cell]]:
    own: Mapping[Decimal, Decimal] = {tier.min_quantity: tier.unit_price for tier in one.own}
    quantities = {*own, *(tier.min_quantity for tier in one.public if everything)}
    for least in sorted(quantities):
        public = public_price(one, least)
        yield [
            one.article,
            one.title,
            one.name,
            unit_symbol(one.unit_code),
            one.currency,
            ["n", plain_number(public)],
            ["n", plain_number(least)],
            ["n", plain_number(own.get(least))],
        ]


def share_note(share: str) -> str:
    """What a list's share means beside its prices; empty without one."""
    if not share:
        return ""
    return _("This list takes %(share)s off everything, too: the lower of both counts.") % {"share": share}
