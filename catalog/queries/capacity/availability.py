"""What a product page says of stock and capacity, in plain words. No statement: the periods came with the prices.

Pages without any period say nothing: nothing is limited.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from catalog.errors import NotEnoughLeft
from catalog.models import Product, Variant
from catalog.queries.buying.lines import lead_text
from catalog.queries.buying.product_parts import Pricing
from catalog.queries.capacity.lead_times import LeadLine
from catalog.queries.capacity.stated import left_parts, left_text, taken_text
from catalog.rules.availability import Availability, AvailabilityKind, Supply, availability_of
from catalog.rules.capacity import Period, earliest, most_by, read_capacity
from catalog.rules.lead_times import Pause, read_pauses
from catalog.rules.prices import smallest_order
from marketplace.core.formatting import format_quantity


@dataclass(frozen=True, slots=True)
class AvailabilityLine:
    """What there is, and of my quantity where it comes from. `parts` is empty where nothing is limited or left.

    `unsold` says why what is left cannot be ordered, where it is sold out though something is left.
    """

    offer: Availability
    parts: tuple[str, ...]
    mine: str
    problem: str
    days: int | None  # until my quantity is there, where that is known
    unsold: str = ""

    @property
    def is_sold_out(self) -> bool:
        """Whether not even the smallest order can be placed."""
        return self.offer.kind == AvailabilityKind.SOLD_OUT

    @property
    def is_limited(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.parts) or self.is_sold_out


def availability_line(
    product: Product,
    periods: Sequence[Period],
    offer: Availability,
    *,
    quantity: Decimal | None,
    lead: LeadLine | None,
    today: date,
) -> AvailabilityLine:
    """What a reader who wants this quantity is told; `lead` is its lead time, `offer` what everybody is told."""
    ready_on = today + timedelta(days=lead.days if lead else 0)
    if not periods:
        return AvailabilityLine(offer, (), "", "", None)
    parts = tuple(left_parts(periods, product.unit_code, today))
    wanted = _smallest(product) if quantity is None else quantity
    found = earliest(periods, wanted, product.unit_code, ready_on)
    if found is None:
        left = left_text(periods, product.unit_code, today)
        problem = NotEnoughLeft(wanted=format_quantity(wanted, product.unit_code), left=left).text
        unsold = _unsold(product, periods, today) if offer.kind == AvailabilityKind.SOLD_OUT and parts else ""
        return AvailabilityLine(offer, parts, "", problem, None, unsold)
    return AvailabilityLine(offer, parts, taken_text(found, today), "", (found.there_on - today).days)


def public_availability(
    product: Product, periods: Sequence[Period], pauses: Sequence[Pause], today: date
) -> Availability:
    """What everybody is told of a variant with these periods: of its smallest order."""
    supply = Supply(periods, _smallest(product), product.unit_code, product.lead_time_days or 0, pauses)
    return availability_of(supply, today)


def with_shortage(pricing: Pricing | None, line: AvailabilityLine) -> Pricing | None:
    """The price of my quantity; why it cannot be ordered, where less is left. What is sold out says so itself."""
    if pricing is None or pricing.problem or not line.problem:
        return pricing
    if line.is_sold_out:
        return replace(pricing, saving="")
    return replace(pricing, problem=line.problem, amount=None, saving="")


def lead_until_there(lead: LeadLine | None, line: AvailabilityLine) -> LeadLine | None:
    """The lead time until my quantity is there, where its period begins later."""
    if lead is None or line.days is None or line.days <= lead.days:
        return lead
    note = _("As soon as the supplier has enough for your quantity.")
    return replace(lead, text=lead_text(line.days), note=f"{lead.note} {note}", days=line.days)


def _unsold(product: Product, periods: Sequence[Period], today: date) -> str:
    """Why not even the smallest order can be placed of what is left: it is less, or its days end too soon."""
    smallest = _smallest(product)
    if most_by(periods, product.unit_code, ready_on=today, ship_by=date.max) < smallest:
        least = format_quantity(smallest, product.unit_code)
        return _("Less than the minimum order of %(least)s, so it cannot be ordered.") % {"least": least}
    return _("It ends before an order placed now would be ready, so it cannot be ordered.")


def _smallest(product: Product) -> Decimal:
    return smallest_order(moq=product.moq, multiple=product.order_multiple)


@dataclass(frozen=True, slots=True)
class StatedAvailability:
    """What programs are told; `periods` that are not over, the next ones first."""

    status: str
    available_on: date | None
    periods: tuple[Period, ...]


def stated_availability(variant: Variant, today: date) -> StatedAvailability | None:
    """Of a variant that was read with its `periods`, its product with `pauses`; None when nothing is limited."""
    periods, product = read_capacity(variant.__dict__["periods"]), variant.product
    if not periods:
        return None
    found = public_availability(product, periods, read_pauses(product.__dict__["pauses"]), today)
    usable = [one for one in periods if one.unit_code == product.unit_code and not one.is_over(today)]
    return StatedAvailability(found.kind.value, found.there_on, tuple(usable))
