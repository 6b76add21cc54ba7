"""How goods are packed and what a package weighs: of a listing, or of one of its variants. Pure.

A variant that states any of it states all of it: a punnet with the weight of the carton would be a false statement.
One that states nothing is packed as its listing says. Must not touch database, clock or settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Protocol

from django.utils.translation import gettext_lazy as _

from catalog.rules import prices
from catalog.rules.measures import dimension_of, factor_of
from marketplace.core.errors import Text
from marketplace.core.formatting import format_quantity
from marketplace.core.typed_numbers import editable_number

PACKAGING_LENGTH = 200
WEIGHT_DECIMALS = 4
WEIGHT_MAXIMUM = Decimal(10) ** 10
PACKAGE_MAXIMUM = Decimal(10) ** 8
FIELDS: Final = ("packaging", "units_per_package", "net_weight_kg", "gross_weight_kg")


class StatesPacking(Protocol):
    """Whatever says how goods are packed: a listing, its facts, a variant."""

    @property
    def packaging(self) -> str: ...
    @property
    def units_per_package(self) -> Decimal | None: ...
    @property
    def net_weight_kg(self) -> Decimal | None: ...
    @property
    def gross_weight_kg(self) -> Decimal | None: ...


@dataclass(frozen=True, slots=True)
class Packing:
    """`packaging` in words; how many units one package holds, and what one weighs in kg."""

    packaging: str = ""
    units_per_package: Decimal | None = None
    net_weight_kg: Decimal | None = None
    gross_weight_kg: Decimal | None = None

    @property
    def is_stated(self) -> bool:
        """Whether anything is said."""
        return self != AS_LISTED

    @property
    def columns(self) -> dict[str, str | Decimal | None]:
        """Each part by the name that it has in rows, facts and forms."""
        return {name: getattr(self, name) for name in FIELDS}

    @property
    def stated(self) -> dict[str, str]:
        """The parts that say something, as text, for the history."""
        said = {name: value for name, value in self.columns.items() if value not in (None, "")}
        return {name: _as_text(value) for name, value in said.items()}

    def adds_nothing_to(self, listing: Packing) -> bool:
        """Whether every part that is stated says what the listing says."""
        other = listing.stated
        return all(other.get(name) == text for name, text in self.stated.items())


AS_LISTED: Final = Packing()


def packing_of(row: StatesPacking) -> Packing:
    """What a listing, its facts or a variant states."""
    return Packing(row.packaging, row.units_per_package, row.net_weight_kg, row.gross_weight_kg)


def packed_as(variant: StatesPacking, listing: StatesPacking) -> Packing:
    """How a variant is packed: as it states itself, else as its listing says."""
    own = packing_of(variant)
    return own if own.is_stated else packing_of(listing)


def is_weighed_whole(one: StatesPacking) -> bool:
    """Whether buyers can calculate freight: packaging, how much is in it, its weights."""
    weighed = None not in (one.units_per_package, one.net_weight_kg, one.gross_weight_kg)
    return bool(one.packaging) and weighed


def held_by_weight(net_weight_kg: Decimal | None, unit_code: str) -> Decimal | None:
    """How many units a package of so much holds, of goods that are sold by weight; None for others."""
    if net_weight_kg is None or not net_weight_kg.is_finite() or dimension_of(unit_code) != "mass":
        return None
    held = net_weight_kg / factor_of(unit_code)
    return round(held, prices.PRICE_DECIMALS) or None


def packing_problems(one: StatesPacking, unit_code: str) -> Mapping[str, Text]:
    """What is wrong, by part, of goods sold in this unit; `packaging` comes in one line."""
    problems: dict[str, Text] = {}
    if len(one.packaging) > PACKAGING_LENGTH:
        problems["packaging"] = _("At most {limit} characters.").format(limit=PACKAGING_LENGTH)
    net, gross, units = one.net_weight_kg, one.gross_weight_kg, one.units_per_package
    for name, value in (("net_weight_kg", net), ("gross_weight_kg", gross)):
        if value is not None and not _is_weight(value):
            problems[name] = _("Enter a weight above zero with at most four decimals.")
    if units is not None and not _is_package(units):
        problems["units_per_package"] = _("Enter a quantity above zero with at most six decimals.")
    weighed = not problems.keys() & {"net_weight_kg", "gross_weight_kg"}
    if weighed and net is not None and gross is not None and gross < net:
        problems["gross_weight_kg"] = _("With its packaging a package cannot weigh less than without.")
    held = None if problems else held_by_weight(net, unit_code)
    if held is not None and net is not None and units is not None and abs(units - held) * 10 > held:
        problems["units_per_package"] = _(
            "{stated} are not {net}. A package of that weight holds {held}: write {number}, or correct the net weight."
        ).format(
            stated=format_quantity(units, unit_code),
            net=format_quantity(net, "KGM"),
            held=format_quantity(held, unit_code),
            number=editable_number(held),
        )
    return problems


def _is_weight(value: Decimal) -> bool:
    return value.is_finite() and 0 < value < WEIGHT_MAXIMUM and prices.decimals_of(value) <= WEIGHT_DECIMALS


def _is_package(value: Decimal) -> bool:
    # A carton of 18.1 kg of goods sold by the tonne holds 0.0181 t.
    return (
        value.is_finite()
        and 0 < value < PACKAGE_MAXIMUM
        and prices.decimals_of(value) <= prices.PRICE_DECIMALS
    )


def _as_text(value: str | Decimal | None) -> str:
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)
