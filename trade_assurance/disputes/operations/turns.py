"""Whose case it is: officers take it, hand it back, are given it. Nobody judges where they have an interest."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from marketplace.accounts.queries import people_of_desk
from marketplace.core.actors import Actor
from marketplace.core.idempotency import remember, replayed
from orders.models import Order
from trade_assurance.disputes.errors import (
    CaseTaken,
    ConflictOfInterest,
    JudgedBefore,
    NotAColleague,
    NotYourCase,
)
from trade_assurance.disputes.models import Assignment, Dispute
from trade_assurance.disputes.operations.case import Case, demand, demand_state, lock_case, tell
from trade_assurance.disputes.policies import DESK, can_judge, is_partial
from trade_assurance.disputes.queries.judges import first_judges, has_interest
from trade_assurance.disputes.states import JUDGED_STATES, DisputeState


@transaction.atomic
def take_case(*, dispute_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """An officer takes a case that waits for one.

    Raises `DisputeNotFound`, `NotYourCase`, `ConflictOfInterest`, `JudgedBefore`, `TalksOver`, `CaseTaken`.
    """
    case = lock_case(dispute_ref, actor=actor)
    content = {"dispute": dispute_ref, "actor": actor.as_text}
    if (first := replayed(key=key, operation="take_case", content=content)) is not None:
        return first
    officer_id = demand_officer(case, actor)
    demand_state(case.dispute, JUDGED_STATES)
    if case.dispute.officer_id is not None:
        raise CaseTaken
    _begin_turn(case, officer_id, by=actor, at=at)
    tell(case, "case_taken", actor=actor, at=at)
    remember(key=key, operation="take_case", content=content, result=dispute_ref, at=at)
    return dispute_ref


@transaction.atomic
def assign_case(*, dispute_ref: str, officer_id: int, actor: Actor, key: str, at: datetime) -> str:
    """Give a case to a colleague: one that nobody has, or one's own.

    The colleague sits at the disputes desk and has no interest in the case either. Raises `DisputeNotFound`,
    `NotYourCase`, `ConflictOfInterest`, `JudgedBefore` (theirs or the actor's), `TalksOver`, `CaseTaken`
    (by somebody else), `NotAColleague`.
    """
    case = lock_case(dispute_ref, actor=actor)
    content = {"dispute": dispute_ref, "officer": officer_id, "actor": actor.as_text}
    if (first := replayed(key=key, operation="assign_case", content=content)) is not None:
        return first
    own_id = demand_officer(case, actor)
    demand_state(case.dispute, JUDGED_STATES)
    if case.dispute.officer_id not in (None, own_id):
        raise CaseTaken
    if officer_id not in {person.user_id for person in people_of_desk(DESK)}:
        raise NotAColleague(field="officer")
    demand_no_interest(case.dispute, case.order, officer_id)
    end_turn(case, at=at)
    _begin_turn(case, officer_id, by=actor, at=at)
    tell(case, "case_assigned", actor=actor, at=at)
    remember(key=key, operation="assign_case", content=content, result=dispute_ref, at=at)
    return dispute_ref


@transaction.atomic
def hand_back_case(*, dispute_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """The officer in charge gives the case back to the desk. Raises `DisputeNotFound`, `NotYourCase`, `TalksOver`."""
    case = lock_case(dispute_ref, actor=actor)
    content = {"dispute": dispute_ref, "actor": actor.as_text}
    if (first := replayed(key=key, operation="hand_back_case", content=content)) is not None:
        return first
    demand(can_judge(actor, case.dispute, case.order))
    demand_state(case.dispute, JUDGED_STATES)
    end_turn(case, at=at)
    tell(case, "case_handed_back", actor=actor, at=at)
    remember(key=key, operation="hand_back_case", content=content, result=dispute_ref, at=at)
    return dispute_ref


def end_turn(case: Case, *, at: datetime) -> None:
    """Nobody has the case any more."""
    Assignment.objects.filter(dispute=case.dispute, ended_at__isnull=True).update(ended_at=at)
    Dispute.objects.filter(pk=case.dispute.pk).update(officer_id=None)
    case.dispute.officer_id = None


def demand_officer(case: Case, actor: Actor) -> int:
    """The officer's own id, once it is sure that they have no interest in the case."""
    if not actor.has_desk(DESK) or actor.user_id is None:
        raise NotYourCase
    if is_partial(actor, case.order):
        raise ConflictOfInterest
    demand_no_interest(case.dispute, case.order, actor.user_id)
    return actor.user_id


def demand_no_interest(dispute: Dispute, order: Order, user_id: int) -> None:
    """Raise `ConflictOfInterest` for somebody who is or ever was of either company, `JudgedBefore` on appeal."""
    if has_interest(order, user_id):
        raise ConflictOfInterest
    if dispute.state == DisputeState.APPEALED and user_id in first_judges(dispute):
        raise JudgedBefore


def _begin_turn(case: Case, officer_id: int, *, by: Actor, at: datetime) -> None:
    Assignment.objects.create(
        dispute=case.dispute, officer_id=officer_id, by=by.as_text, by_label=by.label, at=at
    )
    Dispute.objects.filter(pk=case.dispute.pk).update(officer_id=officer_id)
    case.dispute.officer_id = officer_id
