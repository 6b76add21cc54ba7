"""What an officer looks at: decisions of both instances, colleagues, and how like cases ended (nobody's names)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, Value, When

from marketplace.accounts.queries import people_of_desk
from marketplace.core.errors import Text
from marketplace.core.money import BASIS_POINTS, Money
from trade_assurance.disputes.models import Assignment, ClaimLine, Decision, Dispute
from trade_assurance.disputes.policies import DESK
from trade_assurance.disputes.queries.inspections import CostView, settled_costs
from trade_assurance.disputes.queries.judges import first_judges, interested_people
from trade_assurance.disputes.states import DecisionState, DisputeState

SIMILAR_SHOWN = 6
# "About as much": between a third of the amount and three times it.
ABOUT = 3


@dataclass(frozen=True, slots=True)
class DecidedLine:
    """A decision's split for one claimed line."""

    title: str
    claimed: Money
    refund: Money
    release: Money


@dataclass(frozen=True, slots=True)
class DecisionView:
    """An officer's split with its window, its second officer, its split per line."""

    instance: int
    state: str
    state_label: Text
    refund: Money
    release: Money
    stays: Money
    reasons: str
    officer: str
    decided_at: datetime
    needs_second: bool
    second_officer: str
    second_note: str
    appeal_until: datetime | None
    waived_by_buyer_at: datetime | None
    waived_by_supplier_at: datetime | None
    executed_at: datetime | None
    lines: tuple[DecidedLine, ...]
    costs: CostView | None

    @property
    def counts(self) -> bool:
        """Whether it is in force: not waiting, sent back or replaced."""
        return self.state == DecisionState.IN_FORCE


@dataclass(frozen=True, slots=True)
class SimilarLine:
    """How a like case ended: facts alone, no company, no order, no way into it."""

    reason_label: Text
    clause_label: Text
    hs_chapter: str
    state_label: Text
    claimed: Money
    refunded: Money
    share_bps: int
    same_clause: bool
    same_goods: bool
    about_as_much: bool


@dataclass(frozen=True, slots=True)
class Colleague:
    """An officer the case may be given to."""

    user_id: int
    name: str


@dataclass(frozen=True, slots=True)
class TurnLine:
    """Who had the case, from when until when."""

    officer: str
    by: str
    at: datetime
    ended_at: datetime | None


def decisions_of(row: Dispute, *, for_officers: bool) -> tuple[DecisionView, ...]:
    """Every decision of the case, the latest first; the two sides see what came into force. Two statements."""
    rows = Decision.objects.filter(dispute=row).order_by("-pk")
    if not for_officers:
        rows = rows.filter(in_force_at__isnull=False)
    return tuple(_decision(row, decision) for decision in rows.prefetch_related("lines__claim_line"))


def similar_to(row: Dispute) -> tuple[SimilarLine, ...]:
    """Ended cases on the same ground, the most alike first: clause, HS chapter, about the same amount. Two statements."""
    chapters = list(ClaimLine.objects.filter(dispute=row).values_list("hs_chapter", flat=True))
    same_goods = Exists(
        ClaimLine.objects.filter(dispute=OuterRef("pk"), hs_chapter__in=[c for c in chapters if c])
    )
    about = Q(
        currency=row.currency,
        claimed_minor__gte=row.claimed_minor // ABOUT,
        claimed_minor__lte=row.claimed_minor * ABOUT,
    )
    rows = (
        Dispute.objects.filter(
            reason=row.reason,
            state__in=[DisputeState.CLOSED, DisputeState.SETTLED],
            refund_minor__isnull=False,
        )
        .annotate(goods=same_goods, likeness=_one_if(Q(clause=row.clause)) + _one_if(about))
        .annotate(alike=F("likeness") + _one_if(Q(goods=True)))
        .prefetch_related("lines")
        .order_by("-alike", "-ended_at", "-pk")[:SIMILAR_SHOWN]
    )
    return tuple(_similar(other, row) for other in rows)


def colleagues_for(row: Dispute, own_id: int | None) -> tuple[Colleague, ...]:
    """Officers without an interest in this case, but for oneself. Three statements."""
    barred = interested_people(row.order)
    if row.state == DisputeState.APPEALED:
        barred |= first_judges(row)
    return tuple(
        Colleague(person.user_id, person.name)
        for person in people_of_desk(DESK)
        if person.user_id is not None and person.user_id != own_id and person.user_id not in barred
    )


def turns_of(row: Dispute) -> Sequence[TurnLine]:
    """Who had the case when; one statement."""
    return tuple(
        TurnLine(turn.officer.name, turn.by_label, turn.at, turn.ended_at)
        for turn in Assignment.objects.filter(dispute=row).select_related("officer").order_by("pk")
    )


def _one_if(condition: Q) -> Case:
    return Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())


def _decision(row: Dispute, decision: Decision) -> DecisionView:
    refund, release = Money(decision.refund_minor, row.currency), Money(decision.release_minor, row.currency)
    return DecisionView(
        instance=decision.instance,
        state=decision.state,
        state_label=decision.get_state_display(),
        refund=refund,
        release=release,
        stays=Money(decision.divided_minor, row.currency) - refund - release,
        reasons=decision.reasons,
        officer=decision.officer_label,
        decided_at=decision.decided_at,
        needs_second=decision.needs_second,
        second_officer=decision.second_label,
        second_note=decision.second_note,
        appeal_until=decision.appeal_until,
        waived_by_buyer_at=decision.waived_by_buyer_at,
        waived_by_supplier_at=decision.waived_by_supplier_at,
        executed_at=decision.executed_at,
        lines=tuple(
            DecidedLine(
                line.claim_line.title,
                Money(line.claim_line.claimed_minor, row.currency),
                Money(line.refund_minor, row.currency),
                Money(line.release_minor, row.currency),
            )
            for line in sorted(decision.lines.all(), key=lambda part: part.claim_line.position)
        ),
        costs=settled_costs(row, decision) if decision.executed_at else None,
    )


def _similar(other: Dispute, row: Dispute) -> SimilarLine:
    chapters = sorted({line.hs_chapter for line in other.lines.all() if line.hs_chapter})
    low, high = row.claimed_minor // ABOUT, row.claimed_minor * ABOUT
    return SimilarLine(
        reason_label=other.get_reason_display(),
        clause_label=other.get_clause_display(),
        hs_chapter=", ".join(chapters),
        state_label=other.get_state_display(),
        claimed=other.claimed,
        refunded=Money(other.refund_minor or 0, other.currency),
        share_bps=(other.refund_minor or 0) * BASIS_POINTS // other.claimed_minor,
        same_clause=other.clause == row.clause,
        same_goods=bool(getattr(other, "goods", False)),
        about_as_much=other.currency == row.currency and low <= other.claimed_minor <= high,
    )
