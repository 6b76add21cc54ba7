"""What a product page says to machines: codes instead of words, everybody's prices, the words of shops. No statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from catalog.models import Product
from catalog.queries.buying.variant_choice import OfferedVariant
from catalog.queries.listings.offering import offering_of
from catalog.queries.suppliers.facts import is_hidden
from catalog.rules import richtext
from catalog.rules.availability import Announced, Availability, AvailabilityKind, announced
from catalog.rules.lead_times import Pause, days_until_ready
from marketplace.core.money import Money


@dataclass(frozen=True, slots=True)
class MachineSample:
    """The sample: what all of it costs, and in how many days of work it is ready."""

    quantity: Decimal
    amount: Money
    days: int
    told: Announced


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """What a listing is to machines: every variant offered with everybody's prices, and what is told of each."""

    is_listed: bool
    summary: str
    unit_code: str
    currency: str
    hs_code: str
    origin: str
    offered: tuple[OfferedVariant, ...]
    told: tuple[Announced, ...]  # of each variant offered
    sample: MachineSample | None


@dataclass(frozen=True, slots=True)
class Supplied:
    """What there is of each variant, for everybody, and when the supplier is away."""

    offers: Sequence[Availability]
    pauses: Sequence[Pause]
    today: date


def machine_facts(
    product: Product, offered: tuple[OfferedVariant, ...], supplied: Supplied, *, description: str
) -> MachineFacts:
    """Of a page that was read already; `offered` in the words of the page's language, as `description` is."""
    pauses, today = supplied.pauses, supplied.today
    return MachineFacts(
        is_listed=product.is_live and not is_hidden(product.supplier),
        summary=richtext.plain_text(description)[:300],
        unit_code=product.unit_code,
        currency=product.currency,
        hs_code=product.hs_code,
        origin=product.origin,
        offered=offered,
        told=tuple(announced(one, pauses, today) for one in supplied.offers),
        sample=_sample(product, pauses, today),
    )


def _sample(product: Product, pauses: Sequence[Pause], today: date) -> MachineSample | None:
    """It takes nothing of stock or capacity, so only its own days and the supplier's days off count."""
    sample = offering_of(product).sample
    if sample is None:
        return None
    there_on = today + timedelta(days=days_until_ready(sample.days, pauses, today))
    told = announced(Availability(AvailabilityKind.OPEN, there_on), pauses, today)
    return MachineSample(sample.quantity, sample.amount(product.currency), sample.days, told)
