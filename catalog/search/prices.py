"""Prices of every currency and unit on one scale, so that they can be compared; never shown, never charged. Pure.

A comparable price is what the base unit (or the product's own unit) costs in euro at the reference rates, to
fifteen significant digits: as many as a double holds exactly, so that two equal prices are the same number
whatever unit they were quoted in, and prices up to 10⁹ keep their six decimals apart.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Context, Decimal

from catalog.rules.exchange import rates

_DIGITS = Context(prec=15)
_TWO_DIGITS = Context(prec=2, rounding=ROUND_CEILING)
_ONE = Decimal(1)


def is_rated(currency: str) -> bool:
    """Whether the bank publishes a rate; a price without one compares only with its own currency."""
    return currency in rates().per_euro


def comparable_price(unit_price: Decimal, currency: str, factor: Decimal = _ONE) -> float:
    """A price on the one scale; `factor` is how many base units the unit is, 1 for the product's own unit."""
    return float(_DIGITS.divide(unit_price, _per_euro(currency) * factor))


def round_price_above(comparable: float, currency: str, factor: Decimal = _ONE) -> Decimal:
    """The next price of two digits at or above a comparable one, in a currency and unit."""
    exact = Decimal(repr(comparable)) * _per_euro(currency) * factor
    return _TWO_DIGITS.plus(_DIGITS.plus(exact))


def _per_euro(currency: str) -> Decimal:
    return rates().per_euro.get(currency, _ONE)
