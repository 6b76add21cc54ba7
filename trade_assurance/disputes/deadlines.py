"""What happens to a case when nobody acts, and how that is said to a reader.

Handlers run inside the sweep's transaction, after `lock`; they call operations only.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from marketplace.core.actors import Actor
from marketplace.core.deadlines import DeadlineKind
from marketplace.core.jobs import QUEUE_DISPUTES
from marketplace.core.models import Deadline
from trade_assurance.disputes import operations
from trade_assurance.disputes.operations.case import lock_case
from trade_assurance.disputes.operations.strikes import lock_strike

_CLOCK: Final = Actor.system("clock")


def _lock(subject: str) -> object:
    return lock_case(subject, actor=_CLOCK)


def _escalate(deadline: Deadline, at: datetime) -> None:
    operations.escalate_by_clock(dispute_ref=deadline.subject, at=at)


def _lapse_offer(deadline: Deadline, at: datetime) -> None:
    operations.lapse_offer(dispute_ref=deadline.subject, at=at)


def _promise(deadline: Deadline, at: datetime) -> None:
    operations.promise_is_due(dispute_ref=deadline.subject, at=at)


def _receipt(deadline: Deadline, at: datetime) -> None:
    operations.receipt_is_due(dispute_ref=deadline.subject, at=at)


def _resume(deadline: Deadline, at: datetime) -> None:
    operations.pause_is_over(dispute_ref=deadline.subject, at=at)


def _remind_48(deadline: Deadline, at: datetime) -> None:
    operations.remind_of_evidence(dispute_ref=deadline.subject, hours=48, at=at)


def _remind_24(deadline: Deadline, at: datetime) -> None:
    operations.remind_of_evidence(dispute_ref=deadline.subject, hours=24, at=at)


def _end_evidence(deadline: Deadline, at: datetime) -> None:
    operations.end_evidence(dispute_ref=deadline.subject, at=at)


def _overdue(deadline: Deadline, at: datetime) -> None:
    operations.decision_is_late(dispute_ref=deadline.subject, at=at)


def _execute(deadline: Deadline, at: datetime) -> None:
    operations.execute_decision(dispute_ref=deadline.subject, at=at)


def _explain_negotiation(deadline: Deadline) -> str:
    return _("If the two sides have not agreed by then, the claim goes to a dispute officer by itself.")


def _explain_offer(deadline: Deadline) -> str:
    return _("The open offer is off the table then; the talks go on, and either side may make another.")


def _explain_promise(deadline: Deadline) -> str:
    return _(
        "Who promised to send the goods has until then. A return that was not sent ends the claim without a refund; "
        "a replacement that was not sent is refunded; one on its way that nobody has confirmed goes to the officer."
    )


def _explain_receipt(deadline: Deadline) -> str:
    return _(
        "The supplier confirms the return or says what is wrong with it. Without a word by then "
        "it counts as received, and the agreed amount is refunded."
    )


def _explain_pause(deadline: Deadline) -> str:
    return _(
        "The clocks of the case run again by themselves; each moment moves by as long as they stood still."
    )


def _explain_reminder(deadline: Deadline) -> str:
    return _("Both sides are reminded that evidence is still taken.")


def _explain_evidence(deadline: Deadline) -> str:
    return _("Until then both sides may submit evidence; the officer decides after it on what is there.")


def _explain_decision(deadline: Deadline) -> str:
    return _(
        "The dispute officer decides by then. If not, the case goes back to the whole desk, both sides are told, "
        "and the next day is set; the amount stays frozen."
    )


def _explain_appeal(deadline: Deadline) -> str:
    return _(
        "Either side may appeal until then. Otherwise the decision stands and the money moves exactly as decided; "
        "earlier if both sides accept it."
    )


def _lock_strike(subject: str) -> object:
    return lock_strike(subject, actor=_CLOCK)


def _end_strike(deadline: Deadline, at: datetime) -> None:
    operations.end_strike(strike_ref=deadline.subject, at=at)


def _explain_strike(deadline: Deadline) -> str:
    return _("From then on the strike does not count any more.")


KINDS: Final = (
    DeadlineKind("strike_ends", QUEUE_DISPUTES, _lock_strike, _end_strike, _explain_strike),
    DeadlineKind("negotiation_end", QUEUE_DISPUTES, _lock, _escalate, _explain_negotiation),
    DeadlineKind("offer_end", QUEUE_DISPUTES, _lock, _lapse_offer, _explain_offer),
    DeadlineKind("promise_due", QUEUE_DISPUTES, _lock, _promise, _explain_promise),
    DeadlineKind("return_receipt", QUEUE_DISPUTES, _lock, _receipt, _explain_receipt),
    DeadlineKind("pause_end", QUEUE_DISPUTES, _lock, _resume, _explain_pause),
    DeadlineKind("evidence_reminder_48h", QUEUE_DISPUTES, _lock, _remind_48, _explain_reminder),
    DeadlineKind("evidence_reminder_24h", QUEUE_DISPUTES, _lock, _remind_24, _explain_reminder),
    DeadlineKind("evidence_end", QUEUE_DISPUTES, _lock, _end_evidence, _explain_evidence),
    DeadlineKind("decision_due", QUEUE_DISPUTES, _lock, _overdue, _explain_decision),
    DeadlineKind("appeal_end", QUEUE_DISPUTES, _lock, _execute, _explain_appeal),
)
