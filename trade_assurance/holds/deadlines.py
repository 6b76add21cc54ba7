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
    accept_by_silence_together,
    accept_shipment_by_silence,
    cancel_unpaid_by_clock,
    cancel_unshipped_by_clock,
    demand_decision,
    funding_time_is_over,
    lock_trade,
    lock_trade_of_hold,
    lock_trade_of_shipment,
    release_kept_deposit,
    remind_of_evidence,
    remind_of_payment,
    reserve_ends,
    send_evidence_by_clock,
    settle_by_age,
    warn_of_age,
)

_CLOCK: Final = Actor.system("clock")


def _lock_order(subject: str) -> object:
    return lock_trade(subject, actor=_CLOCK)


def _lock_hold(subject: str) -> object:
    return lock_trade_of_hold(subject)


def _lock_shipment(subject: str) -> object:
    return lock_trade_of_shipment(subject)


def _lapse(deadline: Deadline, at: datetime) -> None:
    funding_time_is_over(hold_ref=deadline.subject, at=at)


def _remind(deadline: Deadline, at: datetime) -> None:
    remind_of_payment(hold_ref=deadline.subject, at=at)


def _cancel_unpaid(deadline: Deadline, at: datetime) -> None:
    cancel_unpaid_by_clock(order_ref=deadline.subject, at=at)


def _release_deposit(deadline: Deadline, at: datetime) -> None:
    release_kept_deposit(order_ref=deadline.subject, at=at)


def _cancel(deadline: Deadline, at: datetime) -> None:
    cancel_unshipped_by_clock(order_ref=deadline.subject, at=at)


def _accept(deadline: Deadline, at: datetime) -> None:
    accept_by_silence(order_ref=deadline.subject, at=at)


def _accept_shipment(deadline: Deadline, at: datetime) -> None:
    accept_shipment_by_silence(shipment_ref=deadline.subject, at=at)


def _explain_funding(deadline: Deadline) -> str:
    if deadline.rule == "clocks.top_up_days":
        return _(
            "If the goods beyond the order are neither paid nor given by then, the shipment is unpacked; the supplier "
            "packs what was ordered, and what came in part goes back to the buyer."
        )
    if deadline.rule != "clocks.funding_days":
        return _(
            "If the money has not arrived by then, the supplier may cancel the order, "
            "and its own time to ship stands still until it is paid."
        )
    return _(
        "If the money has not arrived by then, the order lapses; what came in part goes back to the buyer."
    )


def _explain_reminder(deadline: Deadline) -> str:
    return _("If it is not paid by then, the buyer is reminded.")


def _explain_cancel_unpaid(deadline: Deadline) -> str:
    return _(
        "If the overdue payment is still missing then, the order cancels by itself. What is held is claimed for "
        "the supplier, and the buyer has time to object before it is released."
    )


def _explain_deposit(deadline: Deadline) -> str:
    return _(
        "The order was cancelled because a payment did not come. What the supplier keeps of the deposit is "
        "released to it then, unless the buyer opens a claim about it before."
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
    """The operation locks what it needs itself; it is no trade's money (any more)."""
    return None


def _let_reserve_go(deadline: Deadline, at: datetime) -> None:
    reserve_ends(kept_ref=deadline.subject, at=at)


def _explain_reserve(deadline: Deadline) -> str:
    return _("What was kept back as reserve goes to the supplier's balance, as far as no chargeback took it.")


def _send_evidence(deadline: Deadline, at: datetime) -> None:
    send_evidence_by_clock(chargeback_ref=deadline.subject, at=at)


def _remind_of_evidence(deadline: Deadline, at: datetime) -> None:
    remind_of_evidence(chargeback_ref=deadline.subject, at=at)


def _explain_evidence(deadline: Deadline) -> str:
    return _(
        "The marketplace shows the payer's bank why the payment was right. If no officer sends anything by then, "
        "the facts and papers of this order are sent by themselves."
    )


def _explain_evidence_reminder(deadline: Deadline) -> str:
    return _("The finance desk is reminded that evidence is due.")


def _explain_shipment(deadline: Deadline) -> str:
    return _(
        "The buyer inspects this shipment. If they say nothing by then, it counts as accepted and its share of "
        "the money is released to the supplier, less commission; the rest stays held."
    )


def _warn_of_age(deadline: Deadline, at: datetime) -> None:
    warn_of_age(hold_ref=deadline.subject, at=at)


def _demand_decision(deadline: Deadline, at: datetime) -> None:
    demand_decision(hold_ref=deadline.subject, at=at)


def _settle_by_age(deadline: Deadline, at: datetime) -> None:
    settle_by_age(hold_ref=deadline.subject, at=at)


def _explain_age_cap(deadline: Deadline) -> str:
    return _(
        "The processor does not hold this money longer. Goods that have not left are cancelled and refunded; goods "
        "that the buyer has had for three days without a claim count as accepted and their share is released; about "
        "the rest an officer decides. A side that has consented to move the money to the bank loses nothing by this "
        "without an officer."
    )


def _explain_age(deadline: Deadline) -> str:
    return _(
        "Card and wallet processors hold money for about 90 days. If it is still held by then, both sides are told, "
        "so that it is released or refunded before the processor acts."
    )


def _explain_age_decision(deadline: Deadline) -> str:
    return _(
        "The processor will not hold this money much longer. If it is still held by then, both sides and the "
        "marketplace are told once more: release it, refund it, or consent that it moves to the bank."
    )


KINDS: Final = (
    DeadlineKind("hold_age_warning", QUEUE_HOLDS, _lock_hold, _warn_of_age, _explain_age),
    DeadlineKind("hold_age_decision", QUEUE_HOLDS, _lock_hold, _demand_decision, _explain_age_decision),
    DeadlineKind("hold_age_cap", QUEUE_HOLDS, _lock_hold, _settle_by_age, _explain_age_cap),
    DeadlineKind("chargeback_evidence_due", QUEUE_HOLDS, _lock_nothing, _send_evidence, _explain_evidence),
    DeadlineKind(
        "chargeback_evidence_reminder",
        QUEUE_HOLDS,
        _lock_nothing,
        _remind_of_evidence,
        _explain_evidence_reminder,
    ),
    DeadlineKind("reserve_ends", QUEUE_HOLDS, _lock_nothing, _let_reserve_go, _explain_reserve),
    DeadlineKind("fund_by", QUEUE_HOLDS, _lock_hold, _lapse, _explain_funding),
    DeadlineKind("payment_reminder", QUEUE_HOLDS, _lock_hold, _remind, _explain_reminder),
    DeadlineKind("cancel_unpaid", QUEUE_HOLDS, _lock_order, _cancel_unpaid, _explain_cancel_unpaid),
    DeadlineKind("keep_deposit", QUEUE_HOLDS, _lock_order, _release_deposit, _explain_deposit),
    DeadlineKind("cancel_unshipped", QUEUE_HOLDS, _lock_order, _cancel, _explain_cancellation),
    DeadlineKind(
        "accept_by_silence",
        QUEUE_HOLDS,
        _lock_order,
        _accept,
        _explain_acceptance,
        accept_by_silence_together,
    ),
    DeadlineKind(
        "accept_shipment_by_silence",
        QUEUE_HOLDS,
        _lock_shipment,
        _accept_shipment,
        _explain_shipment,
        accept_by_silence_together,
    ),
)
