"""The rules of a storefront: what a supplier may say on its public page, in which order. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from django.utils.translation import gettext_lazy as _

from catalog.errors import FieldErrors
from catalog.rules import richtext
from catalog.rules.listing import one_line
from catalog.states import StorefrontSection
from marketplace.core.countries import country_codes
from marketplace.core.errors import Text

STORY_LENGTH: Final = 8_000
CAPACITY_LENGTH: Final = 200
CAPTION_LENGTH: Final = 160
MARKETS_MAXIMUM: Final = 60
PEOPLE_MAXIMUM: Final = 5_000_000
SECTIONS: Final = tuple(section.value for section in StorefrontSection)


@dataclass(frozen=True, slots=True)
class StorefrontFacts:
    """What a supplier says of itself. `story` is text with simple marks or HTML; `markets` are country codes."""

    story: str = ""
    people: int | None = None
    capacity: str = ""
    markets: tuple[str, ...] = ()
    sections: tuple[str, ...] = SECTIONS


def checked_storefront(facts: StorefrontFacts) -> StorefrontFacts:
    """The facts in their clean form. Raises `FieldErrors` with every field that is wrong."""
    clean = replace(
        facts,
        story=richtext.clean_html(facts.story),
        capacity=one_line(facts.capacity),
        markets=tuple(dict.fromkeys(code.strip().upper() for code in facts.markets)),
        sections=all_sections(facts.sections),
    )
    errors: dict[str, Text] = {}
    if len(clean.story) > STORY_LENGTH:
        errors["story"] = _("At most {limit} characters.").format(limit=STORY_LENGTH)
    if len(clean.capacity) > CAPACITY_LENGTH:
        errors["capacity"] = _("At most {limit} characters.").format(limit=CAPACITY_LENGTH)
    if clean.people is not None and not 1 <= clean.people <= PEOPLE_MAXIMUM:
        errors["people"] = _("Enter how many people work for you, or leave it empty.")
    if not set(clean.markets) <= country_codes():
        errors["markets"] = _("Choose countries of the list.")
    elif len(clean.markets) > MARKETS_MAXIMUM:
        errors["markets"] = _("At most {limit} countries.").format(limit=MARKETS_MAXIMUM)
    if errors:
        raise FieldErrors(errors)
    return clean


def all_sections(chosen: Iterable[str]) -> tuple[str, ...]:
    """Every section once: the known ones in the order chosen, then those left out."""
    known = [section for section in dict.fromkeys(chosen) if section in SECTIONS]
    return (*known, *(section for section in SECTIONS if section not in known))


def moved(sections: tuple[str, ...], section: str, step: int) -> tuple[str, ...]:
    """The sections with one of them so many places further down (or up); at the end it stays."""
    if section not in sections:
        return sections
    order = list(sections)
    place = order.index(section)
    order.insert(max(0, min(place + step, len(order) - 1)), order.pop(place))
    return tuple(order)
