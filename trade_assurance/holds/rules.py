"""Pure arithmetic of held money: commission, refunds, limits. No database, no clock, no settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from marketplace.core.money import share_half_up
from orders.states import FundOn


@dataclass(frozen=True, slots=True)
class Release:
    """What one release takes out of a hold: `amount_minor` = `commission_minor` + `to_supplier_minor`."""

    amount_minor: int
    commission_minor: int

    @property
    def to_supplier_minor(self) -> int:
        return self.amount_minor - self.commission_minor


def release_of(
    amount_minor: int, *, released_before_minor: int, commission_before_minor: int, commission_bps: int
) -> Release:
    """One release: the commission is the difference of cumulative half-up roundings.

    So n partial releases bear exactly the commission of the whole, and the supplier gets the rest.
    Raises `ValueError` for a negative amount.
    """
    if amount_minor < 0:
        msg = "a release is not negative"
        raise ValueError(msg)
    due = share_half_up(released_before_minor + amount_minor, commission_bps)
    return Release(amount_minor, due - commission_before_minor)


@dataclass(frozen=True, slots=True)
class Funded:
    """What one payment put into a hold, and how much of it went back."""

    payment_ref: str
    amount_minor: int
    refunded_minor: int

    @property
    def left_minor(self) -> int:
        return self.amount_minor - self.refunded_minor


def draw_refund(fundings: Sequence[Funded], amount_minor: int) -> list[tuple[str, int]]:
    """Which payment gives back how much: the newest first, so that the oldest stays the longest.

    Raises `ValueError` when the payments do not hold that much any more.
    """
    parts: list[tuple[str, int]] = []
    left = amount_minor
    for funding in reversed(fundings):
        part = min(left, funding.left_minor)
        if part > 0:
            parts.append((funding.payment_ref, part))
            left -= part
    if left:
        msg = "more is to be refunded than was paid in"
        raise ValueError(msg)
    return parts


@dataclass(frozen=True, slots=True)
class Intake:
    """What of an arriving payment the hold takes, and what goes straight back."""

    taken_minor: int
    excess_minor: int


def intake_of(arrived_minor: int, *, due_minor: int, funded_minor: int, open_for_funds: bool) -> Intake:
    """A hold takes what it still waits for; all else (over, twice, too late) goes back by itself."""
    taken = min(arrived_minor, due_minor - funded_minor) if open_for_funds else 0
    return Intake(taken, arrived_minor - taken)


def changed_lately(changed_at: datetime | None, at: datetime, days: int) -> bool:
    """Whether an account that was there before was changed within so many days."""
    return changed_at is not None and at - changed_at < timedelta(days=days)


def end_of_day(day: date) -> datetime:
    """The first moment after the day, in UTC: what is due "on the day" may still be done all day."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=UTC)


def days_after(day: date, days: int) -> datetime:
    """The end of the day that lies `days` after `day`."""
    return end_of_day(day + timedelta(days=days))


def fund_by_of(fund_on: str, fund_on_date: date | None, *, first_by: datetime) -> datetime | None:
    """By when a milestone is to be paid, as far as it is known at confirmation.

    A date never ends sooner than the time to pay what is due on confirmation; a balance before shipment
    falls due only when the goods are ready (None until then).
    """
    if fund_on == FundOn.DATE and fund_on_date is not None:
        return max(end_of_day(fund_on_date), first_by)
    return first_by if fund_on == FundOn.CONFIRMATION else None
