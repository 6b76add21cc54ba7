"""Countries by ISO 3166-1 alpha-2 code, named in the reader's language (CLDR)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pycountry
from babel import Locale, UnknownLocaleError
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
