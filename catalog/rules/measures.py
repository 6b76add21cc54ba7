"""Units that can be compared: 20 t and 20,000 kg are one quantity.

Owns the factors of the units in `core.units` to the base unit of their dimension. Pure; must not touch
the database. A counted unit (carton, pallet) is a dimension of its own: nobody knows what is in it.
"""

from __future__ import annotations

from decimal import Decimal

from marketplace.core.units import UNITS

# UN/ECE Recommendation 20, revision 17: conversion factors to the SI (kg, L, m, m²); LBR is the avoirdupois pound.
_FACTORS: dict[str, tuple[str, Decimal]] = {
    "KGM": ("mass", Decimal(1)),
    "TNE": ("mass", Decimal(1000)),
    "GRM": ("mass", Decimal("0.001")),
    "LBR": ("mass", Decimal("0.45359237")),
    "LTR": ("volume", Decimal(1)),
    "HLT": ("volume", Decimal(100)),
    "MTQ": ("volume", Decimal(1000)),
    "MTR": ("length", Decimal(1)),
    "YRD": ("length", Decimal("0.9144")),
    "KMT": ("length", Decimal(1000)),
    "MTK": ("area", Decimal(1)),
    "C62": ("count", Decimal(1)),
    "DZN": ("count", Decimal(12)),
}


def dimension_of(unit_code: str) -> str:
    """Units of one dimension can be compared; a counted package only with itself."""
    return _FACTORS[unit_code][0] if unit_code in _FACTORS else unit_code


def factor_of(unit_code: str) -> Decimal:
    """How many base units of its dimension one such unit is."""
    return _FACTORS[unit_code][1] if unit_code in _FACTORS else Decimal(1)


def in_unit(quantity: Decimal, from_unit: str, to_unit: str) -> Decimal | None:
    """The quantity in another unit, to three decimals; None when the two cannot be compared."""
    if from_unit == to_unit:
        return quantity
    if dimension_of(from_unit) != dimension_of(to_unit):
        return None
    return (quantity * factor_of(from_unit) / factor_of(to_unit)).quantize(Decimal("0.001"))


def comparable_units() -> list[str]:
    """The units a buyer may give “my quantity” in: measures first, then what is counted."""
    return [code for code in UNITS if code in _FACTORS] + [code for code in UNITS if code not in _FACTORS]
