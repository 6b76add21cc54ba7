"""Card and wallet processors hold money for about 90 days only: people are told in time, before the processor acts.

Money that came by bank transfer, or was moved there, has no such cap. Opens the clocks; moves no money.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.deadlines import open_deadline
from marketplace.core.models import Deadline
from marketplace.core.outbox import emit
from marketplace.core.states import DeadlineState
from trade_assurance.holds.age_rules import AGE_CAP
from trade_assurance.holds.models import Hold
from trade_assurance.holds.operations.trades.trade import lock_trade_of_hold
from trade_assurance.holds.queries.age.carried import carried_since
from trade_assurance.holds.rules import AGE_DECISION, AGE_WARNING

HOLD_AGE_WARNING: Final = "hold_age_warning"
HOLD_AGE_DECISION: Final = "hold_age_decision"
HOLD_AGE_CAP: Final = "hold_age_cap"
AGE_CLOCKS: Final = (HOLD_AGE_WARNING, HOLD_AGE_DECISION, HOLD_AGE_CAP)


@transaction.atomic
def watch_age(*, hold_ref: str, at: datetime) -> bool:
    """A hold has its money: if a processor carries any of it, the warning at 75 days is set. False when none does."""
    lock_trade_of_hold(hold_ref)
    hold = Hold.objects.select_related("order").get(ref=hold_ref)
    since = carried_since(hold)
    if since is None or is_clock_open(HOLD_AGE_WARNING, hold_ref):
        return False
    _open(hold, HOLD_AGE_WARNING, since, max(since + AGE_WARNING, at))
    return True


@transaction.atomic
def warn_of_age(*, hold_ref: str, at: datetime) -> None:
    """Held for 75 days: both sides and the desk are told, by when it has to be decided and what happens otherwise."""
    hold = Hold.objects.select_related("order").get(ref=hold_ref)
    since = carried_since(hold)
    if since is None or hold.held_minor == 0:
        return
    tell_of_age(hold, HOLD_AGE_WARNING, at)
    if not is_clock_open(HOLD_AGE_DECISION, hold_ref):
        _open(hold, HOLD_AGE_DECISION, since, max(since + AGE_DECISION, at))
    if not is_clock_open(HOLD_AGE_CAP, hold_ref):
        _open(hold, HOLD_AGE_CAP, since, max(since + AGE_CAP, at))


@transaction.atomic
def demand_decision(*, hold_ref: str, at: datetime) -> None:
    """Held for 84 days: both sides and the desk have to see to it now."""
    hold = Hold.objects.select_related("order").get(ref=hold_ref)
    if hold.held_minor and carried_since(hold) is not None:
        tell_of_age(hold, HOLD_AGE_DECISION, at)


def is_clock_open(kind: str, hold_ref: str) -> bool:
    """Whether this clock of the hold runs."""
    return Deadline.objects.filter(kind=kind, subject=hold_ref, state=DeadlineState.OPEN).exists()


def tell_of_age(hold: Hold, kind: str, at: datetime) -> None:
    """Emit the event that notices are made of."""
    emit(
        kind=kind,
        subject=hold.ref,
        root=hold.order.ref,
        payload={"amount_minor": hold.held_minor, "currency": hold.currency},
        actor=Actor.system("clock"),
        at=at,
    )


def _open(hold: Hold, kind: str, since: datetime, due_at: datetime) -> None:
    open_deadline(
        kind=kind,
        subject=hold.ref,
        root=hold.order.ref,
        started_at=since,
        due_at=due_at,
        rule="provider.holding_days",
    )
