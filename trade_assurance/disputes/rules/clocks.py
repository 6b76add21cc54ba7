"""Moments of a case: when what may be done and how long a clock may stand still."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

NEGOTIATION_END = "negotiation_end"
OFFER_END = "offer_end"
PROMISE_DUE = "promise_due"
RETURN_RECEIPT = "return_receipt"
EVIDENCE_REMINDER_48H = "evidence_reminder_48h"
EVIDENCE_REMINDER_24H = "evidence_reminder_24h"
EVIDENCE_END = "evidence_end"
DECISION_DUE = "decision_due"
APPEAL_END = "appeal_end"
PAUSE_END = "pause_end"
EVIDENCE_KINDS = (EVIDENCE_END, EVIDENCE_REMINDER_48H, EVIDENCE_REMINDER_24H)
# The clocks that stand still in a pause.
PAUSED_KINDS = (NEGOTIATION_END, *EVIDENCE_KINDS, DECISION_DUE)
PROMISE_KINDS = (PROMISE_DUE, RETURN_RECEIPT)
KINDS = (OFFER_END, *PROMISE_KINDS, *PAUSED_KINDS, APPEAL_END, PAUSE_END)

# Defaults of the operator's settings; an order placed before a setting existed goes by them.
DEFAULT_DAYS: Final[Mapping[str, int]] = {
    "negotiation_escalate_from_days": 4,
    "negotiation_days": 7,
    "offer_days": 3,
    "return_receipt_days": 21,
    "evidence_days": 5,
    "decision_days": 15,
    "overdue_days": 5,
    "appeal_days": 7,
    "pause_days": 14,
}
DAY: Final = timedelta(days=1)


def days_of(clocks: Mapping[str, Any], name: str) -> int:
    """Days of one clock from an order's frozen copy."""
    return int(clocks.get(f"clocks.{name}", DEFAULT_DAYS[name]))


def may_escalate_from(opened_at: datetime, days: int) -> datetime:
    """The first moment at which the buyer may call the officer: so many full days after the claim."""
    return opened_at + timedelta(days=days)


def reminder_moments(ends_at: datetime, starts_at: datetime) -> list[tuple[int, datetime]]:
    """(hours before, moment) of the evidence reminders that still lie after the start."""
    moments = [(hours, ends_at - timedelta(hours=hours)) for hours in (48, 24)]
    return [(hours, moment) for hours, moment in moments if moment > starts_at]


def pause_left(total_days: int, used_seconds: int) -> timedelta:
    """How long a case's clocks may still stand still, all pauses together."""
    return max(timedelta(0), timedelta(days=total_days) - timedelta(seconds=used_seconds))


def end_of_day(day: date) -> datetime:
    """The first moment after the day, in UTC: what is due on a day may be done all day."""
    return datetime.combine(day + DAY, time.min, tzinfo=UTC)
