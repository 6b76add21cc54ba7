"""What one row of an import says: by what it finds its listing, what it states of it, what is wrong with it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from catalog.imports import fields
from catalog.imports.translated import Names as NamesByLanguage
from catalog.imports.translated import Words
from catalog.rules.listing import ListingFacts
from catalog.rules.offering import OfferingFacts
from catalog.rules.prices import MAXIMUM_TIERS
from catalog.states import Offered


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row: the column's heading, the value as it came, and what to do."""

    column: str
    value: str
    text: str


@dataclass(frozen=True, slots=True)
class RowKeys:
    """By what a row finds its listing and which variant of it: as they stand in its cells, in one line each."""

    ref: str
    sku: str
    listing: str
    variant: str
    is_stated: bool = False  # whether it says how the variant stands, so that it may be about a withdrawn one

    @property
    def group(self) -> str:
        """What rows of one listing have in common, where they say so themselves; else empty."""
        return f"ref {self.ref}" if self.ref else f"listing {self.listing}" if self.listing else ""


@dataclass(frozen=True, slots=True)
class Statement:
    """What a row states about a listing; number, names and prices are its variant's. `pictures` are file names.

    `offered` is how the variant shall stand; None leaves it.
    """

    facts: ListingFacts
    offering: OfferingFacts
    pictures: tuple[str, ...]
    problems: tuple[Problem, ...]
    variant_name: str = ""
    words: Words = field(default_factory=dict)
    offered: Offered | None = None
    variant_names: NamesByLanguage = field(default_factory=dict)


_TIERS = tuple(
    name(number) for number in range(1, MAXIMUM_TIERS + 1) for name in (fields.tier_from, fields.tier_price)
)
_CAUSES = {"attributes": ("category_code",), "tiers": ("moq", "order_multiple", *_TIERS)}


def causes_of(name: str) -> tuple[str, ...]:
    """The columns of which a refusal by the rules only follows, where they are wrong themselves.

    Without its category a row's facts belong to none; without one of its prices the others begin nowhere.
    """
    kind, dot, _rest = name.partition(".")
    return _CAUSES.get(kind, ()) if dot else ()
