"""When goods are ready: lead times that grow with the quantity, and the days a supplier is away. Pure.

Owns the rules only. A lead time counts from the day of payment; whoever asks before counts as if it were paid today.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalog.errors import FieldErrors
from catalog.rules import prices
from catalog.rules.listing import LEAD_TIME_MAXIMUM
from marketplace.core.errors import Text

MAXIMUM_STEPS = 5
LONGEST_PAUSE_DAYS = 180
WORDS_LENGTH = 300
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LeadStep:
    """From this quantity on, in the listing's unit, the goods are ready after so many days."""

    from_quantity: Decimal
    days: int


@dataclass(frozen=True, slots=True)
class Pause:
    """Days on which a supplier is away, both included; `words` are for buyers."""

    first_day: date
    last_day: date
    takes_orders: bool
    words: str = ""

    def holds_on(self, day: date) -> bool:
        """Whether the supplier is away on this day."""
        return self.first_day <= day <= self.last_day


def lead_days_for(base_days: int, steps: Sequence[LeadStep], quantity: Decimal | None) -> int:
    """The lead time of a quantity: that of the last step it reaches, else the listing's own."""
    reached = [step.days for step in steps if quantity is not None and quantity >= step.from_quantity]
    return max(reached, default=base_days)


def read_pauses(found: Iterable[Mapping[str, Any]]) -> tuple[Pause, ...]:
    """What an annotation of rows says, as pauses; without their words where these were not asked for."""
    return tuple(
        Pause(
            date.fromisoformat(row["first_day"]),
            date.fromisoformat(row["last_day"]),
            row["takes_orders"],
            row.get("words", ""),
        )
        for row in found
    )


def days_until_ready(lead_days: int, pauses: Iterable[Pause], today: date) -> int:
    """How many days from today the goods are ready, when nobody works on them during a pause."""
    day, left = today, lead_days
    for pause in sorted(pauses, key=lambda one: one.first_day):
        if pause.last_day < day:
            continue
        if pause.first_day > day and pause.first_day >= day + left * _DAY:
            break
        left -= max(0, (pause.first_day - day).days)
        day = pause.last_day + _DAY
    return (day - today).days + left


def closed_until(pauses: Iterable[Pause], today: date) -> date | None:
    """The last day of the pauses without orders that today belongs to; None when orders are taken."""
    last = None
    for pause in sorted(pauses, key=lambda one: one.first_day):
        if not pause.takes_orders and pause.holds_on(today if last is None else last + _DAY):
            last = pause.last_day
    return last


def checked_steps(
    rows: Sequence[LeadStep | None], *, base_days: int | None, moq: Decimal | None
) -> tuple[LeadStep, ...]:
    """The steps in order, empty rows left out. Raises `FieldErrors` (`steps.<row>`)."""
    errors: dict[str, Text] = {}
    quantity, days = moq or Decimal(0), base_days or 0
    for row, step in enumerate(rows):
        if step is None:
            continue
        problem = _step_problem(step, quantity, days)
        if problem is not None:
            errors[f"steps.{row}"] = problem
        quantity, days = step.from_quantity, step.days
    if errors:
        raise FieldErrors(errors)
    return tuple(step for step in rows if step is not None)


def _step_problem(step: LeadStep, quantity: Decimal, days: int) -> Text | None:
    if not step.from_quantity.is_finite() or step.from_quantity >= prices.MAXIMUM_QUANTITY:
        return _("Enter a quantity above zero with at most three decimals.")
    if step.from_quantity <= quantity:
        return _(
            "Each row begins at a larger quantity than the one before, the first above the minimum order."
        )
    if not 0 <= step.days <= LEAD_TIME_MAXIMUM:
        return _("Between 0 (in stock) and {limit} days.").format(limit=LEAD_TIME_MAXIMUM)
    if step.days <= days:
        return _("A larger quantity takes longer: more days than the row before, or leave the row out.")
    return None


def checked_pause(pause: Pause, *, today: date) -> Pause:
    """The pause in its clean form. Raises `FieldErrors` (`first_day`, `last_day`, `words`)."""
    errors: dict[str, Text] = {}
    if pause.last_day < pause.first_day:
        errors["last_day"] = _("The last day is before the first.")
    elif pause.last_day < today:
        errors["last_day"] = _("These days are over.")
    elif (pause.last_day - pause.first_day).days >= LONGEST_PAUSE_DAYS:
        errors["last_day"] = _("At most {limit} days: pause your products instead.").format(
            limit=LONGEST_PAUSE_DAYS
        )
    words = " ".join(pause.words.split())
    if len(words) > WORDS_LENGTH:
        errors["words"] = _("At most {limit} characters.").format(limit=WORDS_LENGTH)
    if errors:
        raise FieldErrors(errors)
    return Pause(pause.first_day, pause.last_day, pause.takes_orders, words)
