"""Countries by ISO 3166-1 alpha-2 code, named in the reader's language (CLDR)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

import pycountry
from babel import Locale, UnknownLocaleError
from babel.core import get_global
from django.utils.translation import get_language


def reader_locale() -> Locale:
    """The CLDR locale of the active language; English when there is none."""
    return _locale_of(get_language() or "en")


@cache
def _locale_of(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


@cache
def country_codes() -> frozenset[str]:
    """All ISO 3166-1 alpha-2 codes."""
    return frozenset(country.alpha_2 for country in pycountry.countries)


def country_name(code: str) -> str:
    """The country's name in the reader's language; the code itself when unknown."""
    return country_names().get(code, code)


def country_names() -> Mapping[str, str]:
    """The names in the reader's language, for whoever needs many of them."""
    return _names_in(reader_locale())


@cache
def _names_in(locale: Locale) -> Mapping[str, str]:
    return {code: str(name) for code, name in locale.territories.items()}


def country_choices() -> list[tuple[str, str]]:
    """For a select field, sorted by name in the reader's language."""
    return sorted(((code, country_name(code)) for code in country_codes()), key=lambda pair: pair[1])


@cache
def weekend_of(code: str) -> frozenset[int]:
    """The days of the week on which offices are closed there (Monday is 0), as CLDR says: Sunday alone in India."""
    try:
        locale = Locale.parse(f"und_{code}")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en", "GB")
    length = (locale.weekend_end - locale.weekend_start) % 7 + 1
    return frozenset((locale.weekend_start + place) % 7 for place in range(length))


def time_zone_of(code: str, at: datetime) -> ZoneInfo:
    """The country's time zone, the middle one by its clock at a moment where it has several; UTC when unknown."""
    zones = [ZoneInfo(name) for name in _zones_in().get(code, ("UTC",))]
    zones.sort(key=lambda zone: (at.astimezone(zone).utcoffset(), zone.key))
    return zones[len(zones) // 2]


@cache
def _zones_in() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, code in get_global("zone_territories").items():
        found.setdefault(str(code), []).append(str(name))
    return {code: tuple(names) for code, names in found.items()}
