"""Prices and quantities: pure calculation, frozen dataclasses in and out.

Owns what a quantity costs, which quantities can be ordered and which price tiers make sense. Must not
touch database, clock or settings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from django.utils.translation import gettext_lazy as _

from catalog.errors import (
    QuantityBelowMinimum,
    QuantityNotAMultiple,
    QuantityNotReadable,
    QuantityTooLarge,
    TiersWrong,
)
from marketplace.core.errors import Text
from marketplace.core.formatting import format_number, format_quantity
from marketplace.core.money import Money, line_amount
from marketplace.core.units import UNITS

QUANTITY_DECIMALS = 3
PRICE_DECIMALS = 6
MAXIMUM_QUANTITY = Decimal(10) ** 11  # numeric(14, 3)
MAXIMUM_PRICE = Decimal(10) ** 12  # numeric(18, 6)
MAXIMUM_TIERS = 6


@dataclass(frozen=True, slots=True)
class Tier:
    """The unit price from this quantity on."""

    min_quantity: Decimal
    unit_price: Decimal


def with_variant(title: str, variant_name: str) -> str:
    """`Fresh cherries · Grade A, 5 kg carton`: a listing and its variant as one text; the title alone without one."""
    return f"{title} · {variant_name}" if variant_name else title


@dataclass(frozen=True, slots=True)
class Saving:
    """What ordering up to the next tier would bring: its unit price, and the saving per unit in basis points."""

    tier: Tier
    more: Decimal
    saves_bps: int
    amount_now: Money
    amount_there: Money


@dataclass(frozen=True, slots=True)
class Weights:
    """What a quantity weighs, packed; `packages` is rounded up to whole ones."""

    packages: int
    net_kg: Decimal | None
    gross_kg: Decimal | None


def unit_price_for(tiers: Sequence[Tier], quantity: Decimal) -> Decimal:
    """The unit price at a quantity; below the first tier its price, so that an offer always has one.

    Raises `ValueError` for no tiers: a live product has at least one.
    """
    return tier_for(tiers, quantity).unit_price


def tier_for(tiers: Sequence[Tier], quantity: Decimal) -> Tier:
    """The tier that a quantity falls into; the first one below it."""
    if not tiers:
        msg = "a product without a price tier cannot be priced"
        raise ValueError(msg)
    ordered = sorted(tiers, key=lambda tier: tier.min_quantity)
    reached = [tier for tier in ordered if tier.min_quantity <= quantity]
    return reached[-1] if reached else ordered[0]


def next_tier(tiers: Sequence[Tier], quantity: Decimal) -> Tier | None:
    """The nearest tier above a quantity; None at the last one."""
    above = [tier for tier in tiers if tier.min_quantity > quantity]
    return min(above, key=lambda tier: tier.min_quantity) if above else None


def saving_at_next_tier(tiers: Sequence[Tier], quantity: Decimal, currency: str) -> Saving | None:
    """What the next tier would save per unit; None at the last one or when it is too large to price."""
    upper = next_tier(tiers, quantity)
    if upper is None:
        return None
    now = unit_price_for(tiers, quantity)
    saves_bps = int(((now - upper.unit_price) * 10_000 / now).to_integral_value(ROUND_FLOOR))
    return Saving(
        tier=upper,
        more=upper.min_quantity - quantity,
        saves_bps=saves_bps,
        amount_now=line_amount(quantity, now, currency),
        amount_there=line_amount(upper.min_quantity, upper.unit_price, currency),
    )


def quantity_problem(
    quantity: Decimal, *, moq: Decimal, multiple: Decimal, unit_code: str
) -> QuantityNotReadable | QuantityTooLarge | QuantityBelowMinimum | QuantityNotAMultiple | None:
    """Why a quantity cannot be ordered, as the error to raise with its field; None when it can."""
    if not quantity.is_finite() or quantity <= 0 or decimals_of(quantity) > QUANTITY_DECIMALS:
        return QuantityNotReadable(field="quantity")
    if quantity >= MAXIMUM_QUANTITY:
        return QuantityTooLarge(field="quantity")
    if quantity < moq:
        return QuantityBelowMinimum(field="quantity", minimum=format_quantity(moq, unit_code))
    if quantity % multiple != 0:
        lower, upper = nearest_quantities(quantity, moq=moq, multiple=multiple)
        return QuantityNotAMultiple(
            field="quantity",
            multiple=format_quantity(multiple, unit_code),
            lower=format_number(lower),
            upper=format_quantity(upper, unit_code),
        )
    return None


def quantity_fits(moq: Decimal, multiple: Decimal, quantity: Decimal) -> bool:
    """Whether a quantity can be ordered: finite, at least the minimum, a whole number of multiples."""
    return quantity_problem(quantity, moq=moq, multiple=multiple, unit_code="C62") is None


def nearest_quantities(quantity: Decimal, *, moq: Decimal, multiple: Decimal) -> tuple[Decimal, Decimal]:
    """The orderable quantities just below and just above; never less than the first that can be ordered."""
    first = first_quantity(moq=moq, multiple=multiple)
    lower = (quantity / multiple).to_integral_value(ROUND_FLOOR) * multiple
    return max(lower, first), max(lower + multiple, first)


def first_quantity(*, moq: Decimal, multiple: Decimal) -> Decimal:
    """The smallest quantity that can be ordered."""
    return (moq / multiple).to_integral_value(ROUND_CEILING) * multiple


def smallest_order(*, moq: Decimal | None, multiple: Decimal | None) -> Decimal:
    """The same of a listing that may lack its terms; zero while it does."""
    return first_quantity(moq=moq, multiple=multiple) if moq and multiple else Decimal(0)


def terms_problem(*, moq: Decimal, multiple: Decimal, unit_code: str) -> tuple[str, Text] | None:
    """What is wrong with the minimum and the multiple of a listing: the field and the message; None when they fit."""
    if unit_code in UNITS and UNITS[unit_code].whole and multiple != multiple.to_integral_value():
        return "order_multiple", _("This unit is only counted: the order multiple is a whole number.")
    if moq % multiple != 0:
        return "moq", _("The minimum order is a whole number of order multiples.")
    return None


def check_tiers(tiers: Sequence[Tier | None], *, moq: Decimal | None, multiple: Decimal | None) -> list[Tier]:
    """The filled rows as tiers in order.

    Raises `TiersWrong`, naming each row from 0: quantities must rise (no gap below the first, no overlap),
    start at the minimum order, and each next price must be lower than the one before.
    """
    problems: list[tuple[int, Text]] = []
    filled = [(row, tier) for row, tier in enumerate(tiers) if tier is not None]
    before: Tier | None = None
    for row, tier in filled:
        problem = _row_problem(tier, before, moq=moq, multiple=multiple)
        if problem is not None:
            problems.append((row, problem))
        before = tier
    if len(filled) > MAXIMUM_TIERS:
        problems.append((filled[MAXIMUM_TIERS][0], _("At most six price tiers.")))
    if problems:
        raise TiersWrong(problems)
    return [tier for _row, tier in filled]


def check_priced_tiers(
    tiers: Sequence[Tier | None], *, moq: Decimal | None, multiple: Decimal | None, currency: str
) -> list[Tier]:
    """The same, and each tier comes to an amount in this currency; "" when it is not stated yet. Raises `TiersWrong`."""
    clean = check_tiers(tiers, moq=moq, multiple=multiple)
    text = _("This quantity at this price comes to nothing: raise one of them.")
    nothing = [
        (row, text)
        for row, tier in enumerate(tiers)
        if currency and tier and not line_amount(tier.min_quantity, tier.unit_price, currency).is_positive
    ]
    if nothing:
        raise TiersWrong(nothing)
    return clean


def _row_problem(
    tier: Tier, before: Tier | None, *, moq: Decimal | None, multiple: Decimal | None
) -> Text | None:
    problem = _number_problem(tier)
    if problem is not None:
        return problem
    if before is None:
        return _first_row_problem(tier, moq)
    if tier.min_quantity == before.min_quantity:
        return _("This quantity is already in the row above: two prices would apply to it.")
    if tier.min_quantity < before.min_quantity:
        return _("Quantities rise from row to row: this one is below the row above.")
    if tier.unit_price >= before.unit_price:
        return _("A larger quantity costs less per unit: this price is not below the row above.")
    if multiple is not None and multiple > 0 and tier.min_quantity % multiple != 0:
        return _("Nobody can order exactly this quantity: it is not a whole number of order multiples.")
    return None


def _first_row_problem(tier: Tier, moq: Decimal | None) -> Text | None:
    if moq is None:
        return None
    if tier.min_quantity < moq:
        return _("This is below the minimum order: the first price starts at the minimum order.")
    if tier.min_quantity > moq:
        return _("Between the minimum order and this quantity there is no price: start at the minimum order.")
    return None


def _number_problem(tier: Tier) -> Text | None:
    quantity, price = tier.min_quantity, tier.unit_price
    if not quantity.is_finite() or quantity <= 0 or quantity >= MAXIMUM_QUANTITY:
        return _("Enter a quantity above zero.")
    if decimals_of(quantity) > QUANTITY_DECIMALS:
        return _("A quantity has at most three decimals.")
    if not price.is_finite() or price <= 0 or price >= MAXIMUM_PRICE:
        return _("Enter a price above zero.")
    if decimals_of(price) > PRICE_DECIMALS:
        return _("A unit price has at most six decimals.")
    return None


def decimals_of(number: Decimal) -> int:
    """How many decimals a finite number really has (`1.500` has one)."""
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def weights_for(
    quantity: Decimal,
    *,
    units_per_package: Decimal | None,
    net_weight_kg: Decimal | None,
    gross_weight_kg: Decimal | None,
) -> Weights | None:
    """Packages (the last may be part full), and net and gross weight of a quantity; None when not stated.

    The net weight is in proportion to the quantity; the gross weight counts every package whole.
    """
    if units_per_package is None or units_per_package <= 0:
        return None
    packages = int((quantity / units_per_package).to_integral_value(ROUND_CEILING))
    net = None if net_weight_kg is None else quantity * net_weight_kg / units_per_package
    gross = None
    if gross_weight_kg is not None:
        tare = gross_weight_kg - net_weight_kg if net_weight_kg is not None else None
        gross = packages * gross_weight_kg if tare is None or net is None else net + packages * tare
    return Weights(packages, _to_grams(net), _to_grams(gross))


def _to_grams(weight: Decimal | None) -> Decimal | None:
    return None if weight is None else weight.quantize(Decimal("0.001"))
