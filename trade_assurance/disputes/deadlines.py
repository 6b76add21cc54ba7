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


def _explain_reminder(deadline: Deadline) -> str:
    return _("Both sides are reminded that evidence is still taken.")


def _explain_evidence(deadline: Deadline) -> str:
    return _("Until then both sides may submit evidence; the officer decides after it on what is there.")


def _explain_decision(deadline: Deadline) -> str:
    return _("The dispute officer decides by then. If not, the whole desk is told; the amount stays frozen.")


def _explain_appeal(deadline: Deadline) -> str:
    return _(
        "The decision stands. From then on the money moves exactly as decided; earlier if both sides accept it."
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
    DeadlineKind("evidence_reminder_48h", QUEUE_DISPUTES, _lock, _remind_48, _explain_reminder),
    DeadlineKind("evidence_reminder_24h", QUEUE_DISPUTES, _lock, _remind_24, _explain_reminder),
    DeadlineKind("evidence_end", QUEUE_DISPUTES, _lock, _end_evidence, _explain_evidence),
    DeadlineKind("decision_due", QUEUE_DISPUTES, _lock, _overdue, _explain_decision),
    DeadlineKind("appeal_end", QUEUE_DISPUTES, _lock, _execute, _explain_appeal),
)
