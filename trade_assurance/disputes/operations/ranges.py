"""Sealed ranges: the buyer's least and the supplier's most. When they meet the case settles at the midpoint.

An amount sealed here leaves this module in no event, message or result (ADR 0014): the other side learns
that a range was left, once, and nothing else, neither before nor after.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.idempotency import remember, replayed
from marketplace.core.money import Money
from trade_assurance.disputes.errors import NotYourCase, OfferOutOfRange, RangeNotThere, TooManyRanges
from trade_assurance.disputes.models import SealedRange
from trade_assurance.disputes.operations.agreements import agree
from trade_assurance.disputes.operations.case import Case, demand_talks, lock_case, tell
from trade_assurance.disputes.policies import can_answer_for
from trade_assurance.disputes.rules.offers import RANGES_PER_SIDE, ranges_meet
from trade_assurance.disputes.states import Ending, RangeEnd, Side

SEALED, MET = "sealed", "met"


@transaction.atomic
def seal_range(*, dispute_ref: str, bound: Money, actor: Actor, key: str, at: datetime) -> str:
    """Leave the least refund the buyer takes, or the most the supplier gives; replaces one's own earlier one.

    When the buyer's least is not above the supplier's most, the midpoint (rounded up by at most one minor
    unit, to the buyer) is refunded at once. Returns `sealed` or `met`. A side may seal `RANGES_PER_SIDE`
    times in a case, withdrawn ones included: more would feel out the other side's range.
    Raises `DisputeNotFound`, `NotYourCase`, `TalksOver`, `OfferOutOfRange`, `TooManyRanges`.
    """
    case = lock_case(dispute_ref, actor=actor)
    content = {"dispute": dispute_ref, "bound": bound, "actor": actor.as_text}
    if (first := replayed(key=key, operation="seal_range", content=content)) is not None:
        return first
    side = _binding_side(case, actor)
    demand_talks(case.dispute)
    standing = case.dispute.standing
    if not bound.is_positive or bound > standing:
        raise OfferOutOfRange(field="bound", claimed=f"{standing.as_decimal()} {standing.currency}")
    mine = SealedRange.objects.filter(dispute=case.dispute, side=side)
    sealed_before = mine.count()
    if sealed_before >= RANGES_PER_SIDE:
        raise TooManyRanges(field="bound", limit=RANGES_PER_SIDE)
    mine.filter(ended_at__isnull=True).update(ended_at=at, ended_as=RangeEnd.REPLACED)
    SealedRange.objects.create(
        dispute=case.dispute,
        side=side,
        bound_minor=bound.amount_minor,
        sealed_by=actor.as_text,
        sealed_at=at,
    )
    if not sealed_before:
        tell(case, "range_sealed", actor=actor, at=at, line=False)
    result = MET if _settle_if_met(case, actor=actor, key=key, at=at) else SEALED
    remember(key=key, operation="seal_range", content=content, result=result, at=at)
    return result


@transaction.atomic
def withdraw_range(*, dispute_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """Take one's own sealed range back; nobody is told.

    Raises `DisputeNotFound`, `NotYourCase`, `TalksOver`, `RangeNotThere`.
    """
    case = lock_case(dispute_ref, actor=actor)
    content = {"dispute": dispute_ref, "actor": actor.as_text}
    if (first := replayed(key=key, operation="withdraw_range", content=content)) is not None:
        return first
    side = _binding_side(case, actor)
    demand_talks(case.dispute)
    rows = SealedRange.objects.filter(dispute=case.dispute, side=side, ended_at__isnull=True)
    if rows.update(ended_at=at, ended_as=RangeEnd.WITHDRAWN) != 1:
        raise RangeNotThere
    remember(key=key, operation="withdraw_range", content=content, result=dispute_ref, at=at)
    return dispute_ref


def _settle_if_met(case: Case, *, actor: Actor, key: str, at: datetime) -> bool:
    rows = SealedRange.objects.filter(dispute=case.dispute, ended_at__isnull=True)
    bounds = dict(rows.values_list("side", "bound_minor"))
    if len(bounds) != len((Side.BUYER, Side.SUPPLIER)):
        return False
    midpoint = ranges_meet(bounds[Side.BUYER], bounds[Side.SUPPLIER])
    if midpoint is None:
        return False
    rows.update(ended_at=at, ended_as=RangeEnd.MET)
    refund = min(Money(midpoint, case.dispute.currency), case.dispute.standing)
    agree(case, refund, because=Ending.RANGES_MET, actor=actor, key=key, at=at)
    return True


def _binding_side(case: Case, actor: Actor) -> Side:
    side = case.side
    if side is None or not can_answer_for(side, actor, case.order):
        raise NotYourCase
    return side
