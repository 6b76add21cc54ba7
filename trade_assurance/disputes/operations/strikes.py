"""Strikes: given for facts the books show, told with their reason, appealed, answered, and over by the clock.

Owns who has how many and what follows for the visibility of their listings; moves no money.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from catalog.operations import set_listing_visibility
from catalog.states import ListingVisibility
from marketplace.core.actors import Actor
from marketplace.core.deadlines import close_deadline, open_deadline
from marketplace.core.idempotency import lock_key, remember, replayed
from marketplace.core.operator_settings import integer_of
from marketplace.core.outbox import emit
from orders.models import Order
from trade_assurance.disputes.errors import (
    ConflictOfInterest,
    NotYourStrike,
    StrikeAnswered,
    StrikeAppealTooLate,
    StrikeNotFound,
)
from trade_assurance.disputes.models import Strike
from trade_assurance.disputes.operations.case import clean_text
from trade_assurance.disputes.policies import DESK, SELLING_ROLES
from trade_assurance.disputes.rules.strikes import HIDE_FROM, LOWER_FROM, visibility_for
from trade_assurance.disputes.states import StrikeCause, StrikeState

STRIKE_ENDS = "strike_ends"
VALID_DAYS = "strikes.valid_days"
APPEAL_DAYS = "strikes.appeal_days"


@transaction.atomic
def give_strike(*, order_ref: str, cause: StrikeCause, at: datetime) -> Strike | None:
    """The supplier of this order gets a strike; once per order and cause, None when it has it already.

    Opens the deadline at which it is over, sets the visibility of the supplier's listings anew, and tells the
    supplier why, until when, and that it may appeal (`strike_given`).
    """
    actor = Actor.system("strikes")
    order = Order.objects.select_related("supplier").get(ref=order_ref)
    _one_at_a_time(order.supplier_id)
    # INVARIANT: one strike per order and cause (enforced by strike_once_per_order_and_cause)
    strike, created = Strike.objects.get_or_create(
        order=order,
        cause=cause,
        defaults={
            "company_id": order.supplier_id,
            "given_at": at,
            "appeal_until": at + timedelta(days=integer_of(APPEAL_DAYS)),
            "ends_at": at + timedelta(days=integer_of(VALID_DAYS)),
        },
    )
    if not created:
        return None
    strike.log_transition("", StrikeState.STANDING, actor=actor, at=at)
    open_deadline(
        kind=STRIKE_ENDS,
        subject=strike.ref,
        root=strike.ref,
        started_at=at,
        due_at=strike.ends_at,
        rule=VALID_DAYS,
    )
    _tell(strike, "strike_given", actor=actor, at=at)
    refresh_visibility(strike.company_id, at=at)
    return strike


@transaction.atomic
def appeal_strike(*, strike_ref: str, text: str, actor: Actor, key: str, at: datetime) -> str:
    """The supplier says why the strike is wrong; an officer answers. The strike counts until then.

    Raises `StrikeNotFound`, `NotYourStrike` (not the supplier's owner or sales), `StrikeAppealTooLate`,
    `IllegalTransition` (appealed already, or over), `TextMissing`, `TextTooLong`.
    """
    strike = lock_strike(strike_ref, actor=actor)
    content = {"strike": strike_ref, "text": text, "actor": actor.as_text}
    if (first := replayed(key=key, operation="appeal_strike", content=content)) is not None:
        return first
    if not (actor.acts_for(strike.company_id) and actor.has_role(*SELLING_ROLES)):
        raise NotYourStrike
    words = clean_text(text, field="text")
    if at >= strike.appeal_until:
        raise StrikeAppealTooLate
    strike.move_to(
        StrikeState.APPEALED,
        actor=actor,
        at=at,
        key=key,
        appeal_text=words,
        appealed_at=at,
        appealed_by_label=actor.label,
    )
    _tell(strike, "strike_appealed", actor=actor, at=at)
    remember(key=key, operation="appeal_strike", content=content, result=strike_ref, at=at)
    return strike_ref


@transaction.atomic
def answer_strike(*, strike_ref: str, lift: bool, reasons: str, actor: Actor, key: str, at: datetime) -> str:
    """An officer lifts the strike, or turns its appeal down, with reasons that the supplier reads.

    A strike may be lifted without an appeal, too. Sets the visibility anew. Raises `StrikeNotFound`,
    `NotYourStrike` (no officer), `ConflictOfInterest`, `StrikeAnswered`, `TextMissing`, `TextTooLong`.
    """
    strike = lock_strike(strike_ref, actor=actor)
    content = {"strike": strike_ref, "lift": lift, "reasons": reasons, "actor": actor.as_text}
    if (first := replayed(key=key, operation="answer_strike", content=content)) is not None:
        return first
    if not actor.has_desk(DESK):
        raise NotYourStrike
    if {strike.order.buyer_id, strike.order.supplier_id} & actor.member_of:
        raise ConflictOfInterest
    words = clean_text(reasons, field="reasons")
    state = StrikeState.LIFTED if lift else StrikeState.UPHELD
    if not strike.can_move_to(state):
        raise StrikeAnswered
    strike.move_to(
        state,
        actor=actor,
        at=at,
        key=key,
        reason=words,
        answer=words,
        answered_at=at,
        answered_by_label=actor.label,
    )
    if lift:
        close_deadline(kind=STRIKE_ENDS, subject=strike.ref, outcome="lifted", at=at)
    _tell(strike, "strike_lifted" if lift else "strike_upheld", actor=actor, at=at)
    refresh_visibility(strike.company_id, at=at)
    remember(key=key, operation="answer_strike", content=content, result=strike_ref, at=at)
    return strike_ref


@transaction.atomic
def end_strike(*, strike_ref: str, at: datetime) -> None:
    """Its time is over: it does not count any more. By the deadline."""
    actor = Actor.system("strikes")
    strike = lock_strike(strike_ref, actor=actor)
    if strike.can_move_to(StrikeState.EXPIRED):
        strike.move_to(StrikeState.EXPIRED, actor=actor, at=at)
        _tell(strike, "strike_expired", actor=actor, at=at)
        refresh_visibility(strike.company_id, at=at)


@transaction.atomic
def refresh_visibility(company_id: int, *, at: datetime) -> ListingVisibility:
    """Count what counts and tell the catalogue; also after an operator has changed the limits."""
    _one_at_a_time(company_id)
    visibility = visibility_for(
        Strike.objects.filter(company_id=company_id).counting().count(),
        lower_from=integer_of(LOWER_FROM),
        hide_from=integer_of(HIDE_FROM),
    )
    set_listing_visibility(supplier_id=company_id, visibility=visibility, at=at)
    return visibility


def _one_at_a_time(company_id: int) -> None:
    """Two strikes of one supplier at the same moment would each count without the other."""
    lock_key(f"strikes:{company_id}")


def lock_strike(strike_ref: str, *, actor: Actor) -> Strike:
    """Lock the supplier's strikes, then this one. Raises `StrikeNotFound` when the actor may not know of it."""
    company_id = (
        Strike.objects.visible_to(actor).filter(ref=strike_ref).values_list("company_id", flat=True).first()
    )
    if company_id is None:
        raise StrikeNotFound
    _one_at_a_time(company_id)
    return Strike.objects.filter(ref=strike_ref).select_related("order").lock().get()


def _tell(strike: Strike, kind: str, *, actor: Actor, at: datetime) -> None:
    emit(
        kind=kind,
        subject=strike.ref,
        root=strike.ref,
        payload={"company_id": strike.company_id, "order": strike.order.ref, "cause": strike.cause},
        actor=actor,
        at=at,
    )
