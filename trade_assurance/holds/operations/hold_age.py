"""Card and wallet processors hold money for about 90 days only: people are told in time, before the processor acts.

Money that came by bank transfer has no such cap. Runs by deadlines; moves no money.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Min

from marketplace.core.actors import Actor
from marketplace.core.deadlines import open_deadline
from marketplace.core.models import Deadline
from marketplace.core.outbox import emit
from marketplace.core.states import DeadlineState
from trade_assurance.holds.models import Funding, Hold
from trade_assurance.holds.operations.trade import lock_trade_of_hold
from trade_assurance.holds.rules import AGE_DECISION, AGE_WARNING
from trade_assurance.payments.queries import is_by_bank

HOLD_AGE_WARNING: Final = "hold_age_warning"
HOLD_AGE_DECISION: Final = "hold_age_decision"


@transaction.atomic
def watch_age(*, hold_ref: str, at: datetime) -> bool:
    """A hold has its money: if a processor carries any of it, the warning at 75 days is set. False when none does."""
    lock_trade_of_hold(hold_ref)
    hold = Hold.objects.select_related("order").get(ref=hold_ref)
    since = _carried_since(hold)
    if since is None or _is_open(HOLD_AGE_WARNING, hold_ref):
        return False
    open_deadline(
        kind=HOLD_AGE_WARNING,
        subject=hold_ref,
        root=hold.order.ref,
        started_at=since,
        due_at=max(since + AGE_WARNING, at),
        rule="provider.holding_days",
    )
    return True


@transaction.atomic
def warn_of_age(*, hold_ref: str, at: datetime) -> None:
    """Held for 75 days: both sides and the desk are told, and by when it has to be decided."""
    hold = Hold.objects.select_related("order").get(ref=hold_ref)
    since = _carried_since(hold)
    if since is None or hold.held_minor == 0:
        return
    _tell(hold, HOLD_AGE_WARNING, at)
    if not _is_open(HOLD_AGE_DECISION, hold_ref):
        open_deadline(
            kind=HOLD_AGE_DECISION,
            subject=hold_ref,
            root=hold.order.ref,
            started_at=since,
            due_at=max(since + AGE_DECISION, at),
            rule="provider.holding_days",
        )


@transaction.atomic
def demand_decision(*, hold_ref: str, at: datetime) -> None:
    """Held for 84 days: the desk has to see to it now, with both sides."""
    hold = Hold.objects.select_related("order").get(ref=hold_ref)
    if hold.held_minor:
        _tell(hold, HOLD_AGE_DECISION, at)


def _carried_since(hold: Hold) -> datetime | None:
    """When the first money that a processor carries came in; None when all of it came by bank."""
    rows = Funding.objects.filter(hold=hold)
    names = [name for name in rows.values_list("provider", flat=True).distinct() if not is_by_bank(name)]
    found: datetime | None = rows.filter(provider__in=names).aggregate(first=Min("at"))["first"]
    return found


def _is_open(kind: str, hold_ref: str) -> bool:
    return Deadline.objects.filter(kind=kind, subject=hold_ref, state=DeadlineState.OPEN).exists()


def _tell(hold: Hold, kind: str, at: datetime) -> None:
    emit(
        kind=kind,
        subject=hold.ref,
        root=hold.order.ref,
        payload={"amount_minor": hold.held_minor, "currency": hold.currency},
        actor=Actor.system("clock"),
        at=at,
    )
