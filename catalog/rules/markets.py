"""Where a listing is offered: everywhere, to some countries, or everywhere but some. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from catalog.errors import FieldErrors
from catalog.states import ShipsTo
from marketplace.core.countries import country_codes
from marketplace.core.errors import Text

MOST_COUNTRIES = 120


@dataclass(frozen=True, slots=True)
class Markets:
    """`countries` are ISO 3166-1 codes, in order; none where it is offered everywhere."""

    ships: str = ShipsTo.EVERYWHERE.value
    countries: tuple[str, ...] = ()

    def serves(self, country: str) -> bool:
        """Whether goods are offered to a country; an unknown one is nowhere in particular."""
        return not country or serves(self.ships, self.countries, country)


EVERYWHERE: Final = Markets()


def serves(ships: str, countries: Collection[str], country: str) -> bool:
    """The same of stored values."""
    return ships == ShipsTo.EVERYWHERE or (country in countries) == (ships == ShipsTo.ONLY)


def effective(own: Markets | None, suppliers: Markets | None) -> Markets:
    """A listing's own markets, else its supplier's, else everywhere."""
    return own or suppliers or EVERYWHERE


def checked_markets(ships: str, countries: Iterable[str]) -> Markets:
    """The markets in their clean form. Raises `FieldErrors` (`ships`, `countries`)."""
    codes = tuple(sorted({code.strip().upper() for code in countries if code.strip()}))
    errors: dict[str, Text] = {}
    if ships not in ShipsTo.values:
        errors["ships"] = _("Choose where you offer it.")
    if ships != ShipsTo.EVERYWHERE and not codes:
        errors["countries"] = _("Choose at least one country.")
    if not set(codes) <= country_codes():
        errors["countries"] = _("Choose countries of the list.")
    if len(codes) > MOST_COUNTRIES:
        errors["countries"] = _("At most {limit} countries: choose the other way round.").format(
            limit=MOST_COUNTRIES
        )
    if errors:
        raise FieldErrors(errors)
    return Markets(ships, () if ships == ShipsTo.EVERYWHERE else codes)
