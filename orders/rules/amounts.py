"""What lines and totals are worth. Every line is rounded once, half up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from marketplace.core.money import line_amount, split_minor
from orders.errors import (
    BadDiscount,
    BadFreight,
    BadQuantity,
    BadUnitPrice,
    DiscountAboveGoods,
    OrderTooLarge,
    OrderWorthNothing,
)

TOTAL_LIMIT_MINOR = 10**12
_QUANTITY_LIMIT = Decimal(10) ** 11
_PRICE_LIMIT = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class WantedLine:
    """How much of a variant (its number; the first without one) of a product, in the product's unit; `specification` is what the buyer asks for beyond the listing.

    A sample is the quantity that the supplier states for it, at its price, free of the minimum order.
    """

    product_ref: str
    quantity: Decimal
    specification: str = ""
    is_sample: bool = False
    variant: int | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """Goods, freight and their sum in minor units."""

    goods_minor: int
    freight_minor: int

    @property
    def total_minor(self) -> int:
        return self.goods_minor + self.freight_minor


def price_of_line(quantity: Decimal, unit_price: Decimal, discount_bps: int, currency: str) -> int:
    """The line's value in minor units. Raises `Rejected` for what is no quantity, price or discount."""
    check_quantity(quantity, allow_zero=True)
    if not unit_price.is_finite() or not 0 <= unit_price < _PRICE_LIMIT or _decimals(unit_price) > 6:
        raise BadUnitPrice(field="unit_price")
    if not 0 <= discount_bps <= 10_000:
        raise BadDiscount(field="discount_bps")
    return line_amount(quantity, unit_price, currency, discount_bps=discount_bps).amount_minor


def check_quantity(quantity: Decimal, *, allow_zero: bool = False) -> None:
    """Raises `BadQuantity` unless it is a finite positive number with at most 11 digits and 3 decimals."""
    if not quantity.is_finite() or not 0 <= quantity < _QUANTITY_LIMIT or _decimals(quantity) > 3:
        raise BadQuantity(field="quantity")
    if quantity == 0 and not allow_zero:
        raise BadQuantity(field="quantity")


def totals(line_amounts: Sequence[int], freight_minor: int) -> Totals:
    """Goods and freight together. Raises `Rejected` for a negative freight, nothing to pay or over 12 digits."""
    if freight_minor < 0:
        raise BadFreight(field="freight")
    result = Totals(sum(line_amounts), freight_minor)
    if result.total_minor >= TOTAL_LIMIT_MINOR:
        raise OrderTooLarge(field="quantity")
    if result.total_minor == 0:
        raise OrderWorthNothing
    return result


def parts_of_discount(line_amounts: Sequence[int], discount_minor: int) -> list[int]:
    """A promised discount over the lines, in proportion to their value, to the last minor unit.

    Raises `DiscountAboveGoods` unless the goods are worth more than it.
    """
    if not discount_minor:
        return [0] * len(line_amounts)
    if discount_minor >= sum(line_amounts):
        raise DiscountAboveGoods(field="promised_discount")
    return split_minor(discount_minor, line_amounts)


def unit_price_as_stored(unit_price: Decimal) -> Decimal:
    """With exactly six decimals, as the database holds it."""
    return unit_price.quantize(Decimal("0.000001"), ROUND_HALF_UP)


def _decimals(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
