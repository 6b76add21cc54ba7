"""What is asked and what is answered. Plain data; must not touch the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from catalog.rules.hindrances import Hindrance
from marketplace.core import clock
from marketplace.core.money import Money

PAGE_SIZE = 24
LEAD_TIMES = (7, 14, 30, 60)


class Sort(TextChoices):
    """In which order the offers come."""

    RELEVANCE = "relevance", _("Best match")
    PRICE = "price", _("Lowest price")
    LEAD_TIME = "lead", _("Ready soonest")
    NEWEST = "newest", _("Newest")


@dataclass(frozen=True, slots=True)
class SearchSpec:
    """A question. `quantity` is in `unit_code`, or in each product's own unit when that is empty.

    `on` is the day that certificates must hold and seasons are asked for. Of `certificates` an offer has all.
    `ships_to` leaves what is offered to that country, `country` (the reader's) is only counted.
    `category_path` ends with a slash. `price_max` is per `unit_code` (or the product's own unit) in
    `currency`, into which prices are converted to be compared. `cursor` comes from a page before. Without
    `counted` there are only hits: no total, no filters' counts.
    `buyer_id` is the company whose price lists count; an answer with it is for nobody else.
    `unverified` (suppliers that are not), `priced_in` (a product's own currency) and `hs_prefix` (digits that its HS
    code begins with) narrow like a category does: nobody counts without them.
    """

    query: str = ""
    category_path: str = ""
    origins: tuple[str, ...] = ()
    incoterms: tuple[str, ...] = ()
    verified: bool = False
    price_max: Decimal | None = None
    moq_max: Decimal | None = None
    lead_max: int | None = None
    certificates: tuple[str, ...] = ()
    ships_to: str = ""
    country: str = ""
    in_season: bool = False
    on: date = field(default_factory=lambda: clock.now().date())
    quantity: Decimal | None = None
    unit_code: str = ""
    currency: str = "USD"
    supplier_id: int | None = None
    buyer_id: int | None = None
    sort: str = ""
    cursor: str = ""
    limit: int = PAGE_SIZE
    counted: bool = True
    unverified: bool = False
    priced_in: str = ""
    hs_prefix: str = ""

    @property
    def here(self) -> str:
        """The country whose offers are counted: the one asked for, else the reader's."""
        return self.ships_to or self.country

    @property
    def asks_prices(self) -> bool:
        """Whether prices decide the answer: by the ceiling, the order or the filters' counts."""
        return self.counted or self.price_max is not None or self.order is Sort.PRICE

    @property
    def order(self) -> Sort:
        """The order asked for; without one the best match, without words the newest first."""
        if self.sort in Sort.values and not (self.sort == Sort.RELEVANCE and not self.query.strip()):
            return Sort(self.sort)
        return Sort.RELEVANCE if self.query.strip() else Sort.NEWEST


@dataclass(frozen=True, slots=True)
class Hit:
    """One offer. `unit_price` applies at `priced_quantity` (in the product's unit): mine, or the minimum above it.

    `total` is missing when it is more than one order can hold; `comparable` says whether my quantity could be put into the product's unit at all.
    """

    product_id: int
    ref: str
    slug: str
    title: str
    supplier_name: str
    supplier_ref: str
    supplier_country: str
    verified_at: datetime | None
    origin: str
    unit_code: str
    unit_price: Decimal
    currency: str
    priced_quantity: Decimal
    below_minimum: bool
    comparable: bool
    total: Money | None
    moq: Decimal
    lead_time_days: int
    incoterms_rule: str
    named_place: str
    image_ref: str
    image_alt: str
    title_language: str = ""  # of a title that is not in the reader's language, when it is known
    certificates: tuple[str, ...] = ()
    public_price: Decimal | None = None  # where the reader's own is another
    variants: int = 1  # on offer; the price is the first one's
    hindrance: Hindrance | None = None  # why it cannot be had at its lead time


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter and how many offers it would leave."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """How many offers each value of each filter would leave, all the other filters applied.

    `ships_here` is of the country that is asked for, else of the reader's.
    """

    categories: Mapping[str, int]
    origins: tuple[Choice, ...]
    incoterms: tuple[Choice, ...]
    verified: int
    lead_times: tuple[Choice, ...]
    within_quantity: int
    prices: tuple[tuple[Decimal, int], ...]
    certificates: tuple[Choice, ...] = ()
    ships_here: int = 0
    in_season: int = 0


def choices_of(counts: Mapping[str, int], chosen: tuple[str, ...]) -> tuple[Choice, ...]:
    """Most offers first; what is chosen stays visible even when it leaves nothing."""
    values = sorted({*counts, *chosen}, key=lambda value: (-counts.get(value, 0), value))
    return tuple(Choice(value, counts.get(value, 0)) for value in values)


def counts_of_each(sets: Iterable[tuple[Sequence[str], int]]) -> dict[str, int]:
    """How many offers have each value, from how many have each set of them."""
    counts: dict[str, int] = {}
    for values, number in sets:
        for value in values if number else ():
            counts[value] = counts.get(value, 0) + number
    return counts


def lead_choices(steps: Mapping[int, int]) -> tuple[Choice, ...]:
    """How many are ready within each number of days, from the counts between one and the next."""
    choices, ready = [], 0
    for step, days in enumerate(LEAD_TIMES):
        ready += steps.get(step, 0)
        if ready:
            choices.append(Choice(str(days), ready))
    return tuple(choices)


def no_facets() -> Facets:
    """Where nothing is counted."""
    return Facets({}, (), (), 0, (), 0, ())


@dataclass(frozen=True, slots=True)
class Overview:
    """What can be found at all: offers by the path of their category, suppliers, how many of them are verified, origins."""

    categories: Mapping[str, int]
    suppliers: int
    verified_suppliers: int
    origins: int

    @property
    def offers(self) -> int:
        """All of them."""
        return sum(self.categories.values())


@dataclass(frozen=True, slots=True)
class SearchPage:
    """The answer. `corrected` is the question that was answered instead, when the one asked finds nothing."""

    hits: tuple[Hit, ...]
    total: int
    matched: int
    facets: Facets
    previous_cursor: str
    next_cursor: str
    corrected: str
