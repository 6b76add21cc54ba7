"""One officer says something, above a limit a second one agrees or turns it down. Lower halves, on locked rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marketplace.core.actors import Actor
from marketplace.core.money import Money
from trade_assurance.holds.errors import NotYourStep, ReasonMissing, SecondApprovalBySamePerson
from trade_assurance.holds.models import AgeDecision, SuspenseAssignment
from trade_assurance.payments.queries import needs_two_persons

Row = AgeDecision | SuspenseAssignment


def first_word(amount: Money, reason: str, *, actor: Actor, at: datetime) -> dict[str, Any]:
    """The columns of what the first officer says. Raises `ReasonMissing`, `NotYourStep` for no person."""
    if not reason.strip():
        raise ReasonMissing(field="reason")
    if actor.user_id is None:
        raise NotYourStep
    return {
        "reason": reason.strip()[:500],
        "first_by_id": actor.user_id,
        "first_by_label": actor.label,
        "first_at": at,
        "needs_second": needs_two_persons(amount),
    }


def second_word(row: Row, *, actor: Actor) -> None:
    """Another officer agrees. Raises `SecondApprovalBySamePerson`."""
    if row.first_by_id == actor.user_id:
        raise SecondApprovalBySamePerson
    row.second_by_id, row.second_by_label = actor.user_id, actor.label
    row.save(update_fields=["second_by", "second_by_label"])


def done(row: Row, at: datetime) -> None:
    """It is carried out. INVARIANT: above the limit by two persons (enforced by `…_needs_two_persons`)."""
    row.done_at = at
    row.save(update_fields=["done_at"])


def drop(row: Row, *, actor: Actor, at: datetime) -> None:
    """Turned down, also by who said it: it may be said anew."""
    row.dropped_at, row.dropped_by_label = at, actor.label
    row.save(update_fields=["dropped_at", "dropped_by_label"])
