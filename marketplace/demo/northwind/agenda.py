"""What happens when, as the data says it: pure planning of every step of every trade.

The rules of the replay: ship-by is `required_date`; shipped by air, delivered three days after
`shipped_date`; what leaves more than 14 days late is postponed by the buyer first; what leaves late at all
is claimed on delivery and conceded; odd order ids are accepted the next day, even ones by the clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from marketplace.demo.northwind.data import MarketplaceOrder

TRANSIT = timedelta(days=3)
CANCELS_AFTER = timedelta(days=14)


class Step(StrEnum):
    """The steps of one trade that people take."""

    PLACE = "place"
    ANSWER = "answer"
    ACCEPT_TERMS = "terms"
    PAY = "pay"
    RECEIVE = "receipt"
    POSTPONE = "postpone"
    PACK = "pack"
    DISPATCH = "dispatch"
    DELIVER = "deliver"
    CLAIM = "claim"
    CONCEDE = "concede"
    ACCEPT = "accept"


_HOUR = {
    Step.PLACE: 8,
    Step.ANSWER: 9,
    Step.ACCEPT_TERMS: 10,
    Step.PAY: 11,
    Step.RECEIVE: 12,
    Step.POSTPONE: 9,
    Step.PACK: 13,
    Step.DISPATCH: 14,
    Step.DELIVER: 10,
    Step.CLAIM: 11,
    Step.CONCEDE: 15,
    Step.ACCEPT: 10,
}


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One step of one trade at its moment; sorts by moment, then by order and supplier."""

    at: datetime
    order_id: int
    supplier_id: int
    step: Step


def plan(orders: tuple[MarketplaceOrder, ...]) -> list[Entry]:
    """Every step of every trade, in order of time."""
    return sorted(
        Entry(moment(day, step), order.order_id, order.supplier_id, step)
        for order in orders
        for step, day in _days(order)
    )


def is_late(order: MarketplaceOrder) -> bool:
    """Whether the goods left after ship-by."""
    return order.shipped_on is not None and order.shipped_on > order.required_on


def moment(day: date, step: Step) -> datetime:
    """The hour of the day at which such a step is taken."""
    return datetime.combine(day, time(_HOUR[step]), tzinfo=UTC)


def month_ends(orders: tuple[MarketplaceOrder, ...]) -> list[datetime]:
    """The moments at which suppliers ask for their balance: the last evening of every month of trade."""
    first = min(order.ordered_on for order in orders).replace(day=1)
    last = max(order.required_on for order in orders)
    ends: list[datetime] = []
    month = first
    while month <= last:
        month = (month + timedelta(days=32)).replace(day=1)
        ends.append(datetime.combine(month - timedelta(days=1), time(20), tzinfo=UTC))
    return ends


def _days(order: MarketplaceOrder) -> list[tuple[Step, date]]:
    steps = [
        (step, order.ordered_on)
        for step in (Step.PLACE, Step.ANSWER, Step.ACCEPT_TERMS, Step.PAY, Step.RECEIVE)
    ]
    if order.shipped_on is None:
        return steps
    if order.shipped_on > order.required_on + CANCELS_AFTER:
        steps.append((Step.POSTPONE, order.required_on + timedelta(days=1)))
    arrived_on = order.shipped_on + TRANSIT
    steps += [(Step.PACK, order.shipped_on), (Step.DISPATCH, order.shipped_on), (Step.DELIVER, arrived_on)]
    if is_late(order):
        steps += [(Step.CLAIM, arrived_on), (Step.CONCEDE, arrived_on)]
    if order.order_id % 2:
        steps.append((Step.ACCEPT, arrived_on + timedelta(days=1)))
    return steps
