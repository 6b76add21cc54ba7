"""What happens to a trade's money when nobody acts, and how that is said to a reader.

Handlers run inside the sweep's transaction, after `lock`; they call operations only.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from marketplace.core.actors import Actor
from marketplace.core.deadlines import DeadlineKind
from marketplace.core.jobs import QUEUE_HOLDS
from marketplace.core.models import Deadline
from trade_assurance.holds.operations import (
    accept_by_silence,
    cancel_unshipped_by_clock,
    lapse_unfunded,
    lock_trade,
    lock_trade_of_hold,
    reserve_ends,
)

_CLOCK: Final = Actor.system("clock")


def _lock_order(subject: str) -> object:
    return lock_trade(subject, actor=_CLOCK)


def _lock_hold(subject: str) -> object:
    return lock_trade_of_hold(subject)


def _lapse(deadline: Deadline, at: datetime) -> None:
    lapse_unfunded(hold_ref=deadline.subject, at=at)


def _cancel(deadline: Deadline, at: datetime) -> None:
    cancel_unshipped_by_clock(order_ref=deadline.subject, at=at)


def _accept(deadline: Deadline, at: datetime) -> None:
    accept_by_silence(order_ref=deadline.subject, at=at)


def _explain_funding(deadline: Deadline) -> str:
    return _(
        "If the money has not arrived by then, the order lapses; what came in part goes back to the buyer."
    )


def _explain_cancellation(deadline: Deadline) -> str:
    if any(entry["what"] == "moved" for entry in deadline.history):
        return _(
            "The buyer has given more time. What is not shipped by then cancels by itself, "
            "and its value with its share of the freight is refunded in full."
        )
    return _(
        "What is not shipped by then cancels by itself, "
        "and its value with its share of the freight is refunded in full."
    )


def _explain_acceptance(deadline: Deadline) -> str:
    return _(
        "The buyer inspects the goods. If they say nothing by then, the goods count as accepted "
        "and what no claim has frozen is released to the supplier, less commission."
    )


def _lock_nothing(_subject: str) -> object:
    """The operation locks the supplier's account itself: a reserve belongs to no one trade any more."""
    return None


def _let_reserve_go(deadline: Deadline, at: datetime) -> None:
    reserve_ends(kept_ref=deadline.subject, at=at)


def _explain_reserve(deadline: Deadline) -> str:
    return _("What was kept back as reserve goes to the supplier's balance, as far as no chargeback took it.")


KINDS: Final = (
    DeadlineKind("reserve_ends", QUEUE_HOLDS, _lock_nothing, _let_reserve_go, _explain_reserve),
    DeadlineKind("fund_by", QUEUE_HOLDS, _lock_hold, _lapse, _explain_funding),
    DeadlineKind("cancel_unshipped", QUEUE_HOLDS, _lock_order, _cancel, _explain_cancellation),
    DeadlineKind("accept_by_silence", QUEUE_HOLDS, _lock_order, _accept, _explain_acceptance),
)
