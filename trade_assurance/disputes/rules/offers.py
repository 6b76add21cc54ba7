"""What each kind of offer says and does, and where two sealed ranges meet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from marketplace.core.money import Money
from trade_assurance.disputes.states import (
    CONDITIONAL_KINDS,
    OfferKind,
    Side,
)

PROMISE_AT_MOST_DAYS: Final = 120
DISCOUNT_AT_MOST_DAYS: Final = 730
OFFER_AT_MOST_DAYS: Final = 14
# A range may be sealed so often in one case: more would feel out the other side's.
RANGES_PER_SIDE: Final = 3


@dataclass(frozen=True, slots=True)
class OfferTerms:
    """What is proposed. `refund` goes back to the buyer; for `replace` it does when the goods do not come."""

    kind: str
    refund: Money
    discount: Money
    return_paid_by: str = ""
    due_on: date | None = None

    @property
    def is_conditional(self) -> bool:
        """Agreed, but the money moves when something was done."""
        return self.kind in CONDITIONAL_KINDS


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an offer: the field, and the code of the refusal."""

    field: str
    code: str


def fault_of(terms: OfferTerms, *, standing: Money, today: date) -> Fault | None:
    """Why such an offer cannot be made of a claim of `standing`; None when it can."""
    if terms.kind not in OfferKind.values:
        return Fault("kind", "kind")
    if terms.kind == OfferKind.KEEP_AND_PAY:
        fits = terms.refund.amount_minor >= 0 and terms.refund < standing
    elif terms.kind == OfferKind.DISCOUNT_NEXT_ORDER:
        fits = terms.refund.is_zero
    else:
        fits = terms.refund.is_positive and terms.refund <= standing
    if not fits:
        return Fault("refund", "amount")
    if terms.kind == OfferKind.DISCOUNT_NEXT_ORDER:
        if not terms.discount.is_positive or terms.discount > standing:
            return Fault("discount", "amount")
    elif not terms.discount.is_zero:
        return Fault("discount", "amount")
    if terms.kind == OfferKind.RETURN_AND_REFUND and terms.return_paid_by not in (Side.BUYER, Side.SUPPLIER):
        return Fault("return_paid_by", "payer")
    return _day_fault(terms, today)


def _day_fault(terms: OfferTerms, today: date) -> Fault | None:
    needs_day = terms.is_conditional or terms.kind == OfferKind.DISCOUNT_NEXT_ORDER
    if not needs_day:
        return None
    limit = PROMISE_AT_MOST_DAYS if terms.is_conditional else DISCOUNT_AT_MOST_DAYS
    if terms.due_on is None or not today < terms.due_on <= today + timedelta(days=limit):
        return Fault("due_on", "day")
    return None


def ranges_meet(least_minor: int, most_minor: int) -> int | None:
    """The midpoint of the buyer's least and the supplier's most; None while they do not meet.

    An odd minor unit goes to the buyer: the midpoint is rounded up, and never above the supplier's most.
    """
    if least_minor > most_minor:
        return None
    return (least_minor + most_minor + 1) // 2


def sender_of(kind: str) -> Side:
    """Who sends what was agreed."""
    return Side.BUYER if kind == OfferKind.RETURN_AND_REFUND else Side.SUPPLIER


def receiver_of(kind: str) -> Side:
    """Who says that it came."""
    return Side.SUPPLIER if kind == OfferKind.RETURN_AND_REFUND else Side.BUYER
