"""The variants of a product page: which is shown, what each costs at my quantity. One statement.

It is the statement of the price tiers, so a page with several variants costs none more than with one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from catalog.models import PriceTier, Product
from catalog.queries.capacity.stated import capacity_from
from catalog.queries.capacity.stock_lines import availability_note
from catalog.queries.listings.translations import Wording, name_for_reader
from catalog.rules.availability import Availability
from catalog.rules.capacity import Period, read_capacity
from catalog.rules.packing import AS_LISTED, Packing, packing_of
from catalog.rules.prices import Tier, unit_price_for
from catalog.rules.private_prices import PrivateTerms
from marketplace.core.compiled import compiled
from marketplace.core.formatting import format_unit_price


@dataclass(frozen=True, slots=True)
class OfferedVariant:
    """A variant on offer with everybody's prices."""

    id: int
    number: int
    name: str
    sku: str
    tiers: tuple[Tier, ...]
    capacity: tuple[Period, ...] = ()  # none: nothing is limited
    packing: Packing = AS_LISTED  # its own, where it states any

    def named(self, texts: Mapping[str, str]) -> OfferedVariant:
        """As a reader who is shown these words calls it."""
        return replace(self, name=name_for_reader(texts, self.number, self.name))


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to choose: its address, and its price at my quantity."""

    number: int
    name: str
    sku: str
    price_text: str
    url: str
    current: bool
    note: str = ""  # where it is sold out, or comes later
    is_sold_out: bool = False
    packaging: str = ""  # its own, where it states any


@dataclass(frozen=True, slots=True)
class VariantsPart:
    """What there is to choose; empty for a listing with one variant. `missed`: the one asked for is not on offer."""

    choices: tuple[Choice, ...]
    from_text: str
    missed: bool

    @property
    def others_open(self) -> tuple[Choice, ...]:
        """Those not shown of which something can be ordered."""
        return tuple(one for one in self.choices if not one.current and not one.is_sold_out)

    @property
    def name(self) -> str:
        """The name of the variant that is shown."""
        return next((one.name for one in self.choices if one.current), "")


@compiled
def _steps(product_id: int) -> QuerySet[PriceTier, PriceTier]:
    steps = PriceTier.objects.filter(variant__product_id=product_id, variant__position__isnull=False)
    dated = steps.annotate(capacity=capacity_from("variant"))
    return dated.select_related("variant").order_by("variant__position", "min_quantity")


def public_ladders(product_id: int) -> tuple[OfferedVariant, ...]:
    """The priced variants on offer, in their order, with what there is of each. One statement."""
    found: dict[int, tuple[PriceTier, list[Tier]]] = {}
    for row in _steps(product_id):
        found.setdefault(row.variant_id, (row, []))[1].append(Tier(row.min_quantity, row.unit_price))
    return tuple(_offered(row, tuple(tiers)) for row, tiers in found.values())


def _offered(row: PriceTier, tiers: tuple[Tier, ...]) -> OfferedVariant:
    variant, capacity = row.variant, read_capacity(row.__dict__["capacity"])
    return OfferedVariant(
        variant.pk, variant.number, variant.name, variant.sku, tiers, capacity, packing_of(variant)
    )


def shown_variant(variants: Sequence[OfferedVariant], number: int | None) -> OfferedVariant | None:
    """The one of this number, else the first; None for a draft without prices."""
    first = variants[0] if variants else None
    return next((one for one in variants if one.number == number), first)


def own_ladder(product: Product, variant: OfferedVariant | None, terms: PrivateTerms) -> tuple[Tier, ...]:
    """What a reader pays for it: the public prices, or better ones of a price list."""
    if variant is None:
        return ()
    return terms.ladder(
        variant.tiers, supplier_id=product.supplier_id, variant_id=variant.id, currency=product.currency
    )


def variants_part(
    product: Product,
    variants: Sequence[OfferedVariant],
    shown: OfferedVariant | None,
    *,
    asked: int | None,
    quantity: Decimal | None,
    terms: PrivateTerms,
    url: str,
) -> VariantsPart:
    """The choice, each priced for this reader at this quantity; without one, at the smallest order."""
    missed = asked is not None and (shown is None or shown.number != asked)
    if len(variants) < 2:
        return VariantsPart((), "", missed)
    prices = [_price(product, one, terms, quantity) for one in variants]
    lowest = format_unit_price(min(prices), product.currency)
    return VariantsPart(
        choices=tuple(
            Choice(
                number=one.number,
                name=one.name or _("Variant %(number)s") % {"number": one.number},
                sku=one.sku,
                price_text=format_unit_price(price, product.currency),
                url=f"{url}?{urlencode(address_of(one.number, quantity))}",
                current=one is shown,
                packaging=one.packing.packaging,
            )
            for one, price in zip(variants, prices, strict=True)
        ),
        from_text="" if min(prices) == max(prices) else lowest,
        missed=missed,
    )


def with_names(part: VariantsPart, wording: Wording) -> VariantsPart:
    """The choice in these words; who asked for them in the address goes on in them."""
    tail = f"&{urlencode({'texts': wording.asked})}" if wording.asked else ""
    choices = (
        replace(one, name=name_for_reader(wording.texts, one.number, one.name), url=f"{one.url}{tail}")
        for one in part.choices
    )
    return replace(part, choices=tuple(choices))


def with_availability(part: VariantsPart, offers: Sequence[Availability]) -> VariantsPart:
    """The choice with what can be had of each; `offers` are of the variants it was made of, in their order."""
    if not part.choices:
        return part
    choices = (
        replace(one, note=availability_note(offer), is_sold_out=offer.there_on is None)
        for one, offer in zip(part.choices, offers, strict=True)
    )
    return replace(part, choices=tuple(choices))


def _price(product: Product, one: OfferedVariant, terms: PrivateTerms, quantity: Decimal | None) -> Decimal:
    tiers = own_ladder(product, one, terms)
    return unit_price_for(tiers, tiers[0].min_quantity if quantity is None else quantity)


def address_of(number: int | None, quantity: Decimal | None) -> dict[str, str]:
    """What the address of a variant at a quantity says, of what is known."""
    asked = {} if number is None else {"variant": str(number)}
    return asked if quantity is None else {**asked, "quantity": f"{quantity.normalize():f}"}
