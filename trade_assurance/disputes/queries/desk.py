"""The dispute officers' queue: by deadline, then by amount."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from marketplace.core.actors import Actor
from marketplace.core.errors import Text
from marketplace.core.models import Deadline
from marketplace.core.money import Money
from marketplace.core.states import DeadlineState
from orders.queries.desk import UnprovenLine, unproven_shipments
from trade_assurance.disputes.models import Dispute
from trade_assurance.disputes.policies import is_partial
from trade_assurance.disputes.rules.clocks import APPEAL_END, DECISION_DUE, EVIDENCE_END, NEGOTIATION_END
from trade_assurance.disputes.states import JUDGED_STATES, OPEN_STATES

LIMIT = 200
_SHOWN = (DECISION_DUE, EVIDENCE_END, APPEAL_END, NEGOTIATION_END)


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One case in the queue."""

    ref: str
    order_number: str
    buyer: str
    supplier: str
    reason_label: Text
    state: str
    state_label: Text
    claimed: Money
    opened_at: datetime
    due_at: datetime | None
    overdue: bool
    officer: str
    mine: bool
    ready: bool
    conflict: bool


@dataclass(frozen=True, slots=True)
class DisputesDesk:
    """Cases for the officer who looks, cases nobody has taken, all others; and arrivals nobody can prove."""

    mine: tuple[DeskRow, ...]
    free: tuple[DeskRow, ...]
    others: tuple[DeskRow, ...]
    unproven: tuple[UnprovenLine, ...]


def desk(actor: Actor, at: datetime) -> DisputesDesk:
    """The queue; three statements."""
    rows = list(
        Dispute.objects.filter(state__in=OPEN_STATES)
        .select_related("order__buyer", "order__supplier", "officer")
        .order_by("opened_at")[:LIMIT]
    )
    due = _due([row.ref for row in rows])
    lines = sorted(
        (_row(row, due.get(row.ref), actor, at) for row in rows),
        key=lambda line: (line.due_at is None, line.due_at or at, -line.claimed.amount_minor),
    )
    return DisputesDesk(
        mine=tuple(line for line in lines if line.mine),
        free=tuple(line for line in lines if line.state in JUDGED_STATES and not line.officer),
        others=tuple(
            line for line in lines if not line.mine and (line.officer or line.state not in JUDGED_STATES)
        ),
        unproven=tuple(unproven_shipments()),
    )


def _due(refs: list[str]) -> Mapping[str, datetime]:
    rows = Deadline.objects.filter(subject__in=refs, kind__in=_SHOWN, state=DeadlineState.OPEN)
    soonest: dict[str, datetime] = {}
    for subject, due_at in rows.order_by("due_at").values_list("subject", "due_at"):
        soonest.setdefault(subject, due_at)
    return soonest


def _row(row: Dispute, due_at: datetime | None, actor: Actor, at: datetime) -> DeskRow:
    escalated = row.state in JUDGED_STATES
    return DeskRow(
        ref=row.ref,
        order_number=row.order.number,
        buyer=row.order.buyer.legal_name,
        supplier=row.order.supplier.legal_name,
        reason_label=row.get_reason_display(),
        state=row.state,
        state_label=row.get_state_display(),
        claimed=row.claimed,
        opened_at=row.opened_at,
        due_at=due_at,
        overdue=escalated and row.overdue_count > 0,
        officer=row.officer.name if row.officer else "",
        mine=row.officer_id is not None and row.officer_id == actor.user_id,
        ready=escalated and row.evidence_until is not None and row.evidence_until <= at,
        conflict=is_partial(actor, row.order),
    )
