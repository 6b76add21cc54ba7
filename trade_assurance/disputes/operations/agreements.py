"""What an agreement does: money at once exactly as agreed, or a promise that must be kept first."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.deadlines import close_deadline
from marketplace.core.idempotency import remember, replayed
from marketplace.core.money import Money
from orders.operations import grant_discount
from trade_assurance.disputes.errors import PromiseNotThere, PromiseNotYours
from trade_assurance.disputes.models import Offer, Promise
from trade_assurance.disputes.operations.case import (
    Case,
    case_deadline,
    clean_text,
    close_deadlines,
    demand_state,
    drop_decision,
    drop_talks,
    end_case,
    lock_case,
    open_promise,
    tell,
)
from trade_assurance.disputes.operations.escalation import begin_evidence
from trade_assurance.disputes.policies import can_answer_for
from trade_assurance.disputes.rules.clocks import (
    DECISION_DUE,
    EVIDENCE_KINDS,
    NEGOTIATION_END,
    PAUSE_END,
    PROMISE_DUE,
    PROMISE_KINDS,
    RETURN_RECEIPT,
    days_of,
    end_of_day,
)
from trade_assurance.disputes.rules.offers import receiver_of, sender_of
from trade_assurance.disputes.states import DisputeState, Ending, OfferKind, PromiseState, Side


def agree(case: Case, refund: Money, *, because: Ending, actor: Actor, key: str, at: datetime) -> None:
    """Refund exactly this of the claim now; the rest goes on with the trade (released if it was accepted)."""
    tell(case, "dispute_settled", actor=actor, at=at, refund=refund)
    _settle(case, refund, Money.zero(refund.currency), because=because, actor=actor, key=key, at=at)


def carry_out_offer(case: Case, offer: Offer, *, actor: Actor, key: str, at: datetime) -> None:
    """What an accepted offer does, by its kind."""
    currency = case.dispute.currency
    refund = min(offer.refund(currency), case.dispute.standing)
    if offer.kind in (OfferKind.RETURN_AND_REFUND, OfferKind.REPLACE):
        _promise(case, offer, actor=actor, key=key, at=at)
    elif offer.kind == OfferKind.KEEP_AND_PAY:
        _keep_and_pay(case, refund, actor=actor, key=key, at=at)
    elif offer.kind == OfferKind.DISCOUNT_NEXT_ORDER:
        _grant(case, offer, actor=actor, at=at)
        agree(case, refund, because=Ending.OFFER, actor=actor, key=key, at=at)
    else:
        agree(case, refund, because=Ending.OFFER, actor=actor, key=key, at=at)


@transaction.atomic
def send_promised(
    *, dispute_ref: str, carrier: str, tracking_number: str, actor: Actor, key: str, at: datetime
) -> str:
    """The goods are on their way: the buyer's return, or the supplier's replacement.

    A return starts the days within which the supplier confirms its receipt.
    Raises `DisputeNotFound`, `PromiseNotThere`, `PromiseNotYours`, `TextMissing` (no carrier).
    """
    case, promise, first = _locked_promise(
        dispute_ref, actor, key, "send_promised", {"carrier": carrier, "tracking": tracking_number}
    )
    if first is not None or promise is None:
        return dispute_ref
    _demand_side(case, sender_of(promise.offer.kind), actor)
    if promise.state != PromiseState.PROMISED:
        raise PromiseNotThere
    promise.move_to(
        PromiseState.SENT,
        actor=actor,
        at=at,
        key=key,
        carrier=clean_text(carrier, field="carrier")[:80],
        tracking_number=clean_text(tracking_number, field="tracking_number")[:64],
        sent_at=at,
    )
    if promise.offer.kind == OfferKind.RETURN_AND_REFUND:
        close_deadline(kind=PROMISE_DUE, subject=dispute_ref, outcome="sent", at=at)
        due_at = at + timedelta(days=days_of(case.order.clocks, "return_receipt_days"))
        case_deadline(case, RETURN_RECEIPT, due_at=due_at, rule="return_receipt_days", at=at)
    tell(case, f"{promise.offer.kind}_sent", actor=actor, at=at)
    _remember(key, "send_promised", dispute_ref, actor, at, {"carrier": carrier, "tracking": tracking_number})
    return dispute_ref


@transaction.atomic
def confirm_promised(*, dispute_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """The other side has them: a return is refunded now, a replacement lets the claimed amount go on.

    Raises `DisputeNotFound`, `PromiseNotThere` (nothing on its way), `PromiseNotYours`.
    """
    case, promise, first = _locked_promise(dispute_ref, actor, key, "confirm_promised", {})
    if first is not None or promise is None:
        return dispute_ref
    _demand_side(case, receiver_of(promise.offer.kind), actor)
    if promise.state != PromiseState.SENT:
        raise PromiseNotThere
    _keep(case, promise, actor=actor, key=key, at=at)
    _remember(key, "confirm_promised", dispute_ref, actor, at, {})
    return dispute_ref


@transaction.atomic
def contest_promised(*, dispute_ref: str, text: str, actor: Actor, key: str, at: datetime) -> str:
    """What came is not what was agreed, or it did not come: the case goes to the dispute officer, with the words.

    Raises `DisputeNotFound`, `PromiseNotThere` (nothing on its way), `PromiseNotYours`, `TextMissing`.
    """
    case, promise, first = _locked_promise(dispute_ref, actor, key, "contest_promised", {"text": text})
    if first is not None or promise is None:
        return dispute_ref
    _demand_side(case, receiver_of(promise.offer.kind), actor)
    if promise.state != PromiseState.SENT:
        raise PromiseNotThere
    words = clean_text(text, field="text")
    promise.move_to(PromiseState.CONTESTED, actor=actor, at=at, key=key, ended_at=at, contested_because=words)
    _to_the_officer(case, actor=actor, key=key, at=at)
    _remember(key, "contest_promised", dispute_ref, actor, at, {"text": text})
    return dispute_ref


@transaction.atomic
def promise_is_due(*, dispute_ref: str, at: datetime) -> None:
    """The promised day is over. Silence never favours whoever had to act. By the deadline.

    No return sent: the claim ends without a refund. No replacement sent: it is refunded as agreed. A
    replacement on its way that nobody has confirmed: the officer decides.
    """
    actor = Actor.system("clock")
    case = lock_case(dispute_ref, actor=actor)
    promise = open_promise(case.dispute)
    if promise is None:
        return
    key = f"promise_due:{promise.pk}"
    if promise.state == PromiseState.SENT:
        promise.move_to(PromiseState.BROKEN, actor=actor, at=at, ended_at=at)
        _to_the_officer(case, actor=actor, key=key, at=at)
        return
    promise.move_to(PromiseState.BROKEN, actor=actor, at=at, ended_at=at)
    refund = Money.zero(case.dispute.currency)
    if promise.offer.kind == OfferKind.REPLACE:
        refund = min(promise.offer.refund(case.dispute.currency), case.dispute.standing)
    agree(case, refund, because=Ending.PROMISE_BROKEN, actor=actor, key=key, at=at)


@transaction.atomic
def receipt_is_due(*, dispute_ref: str, at: datetime) -> None:
    """The supplier has not said a word about the return: it counts as received and is refunded. By the deadline."""
    actor = Actor.system("clock")
    case = lock_case(dispute_ref, actor=actor)
    promise = open_promise(case.dispute)
    if promise is not None and promise.state == PromiseState.SENT:
        _keep(case, promise, actor=actor, key=f"receipt:{promise.pk}", at=at)


def _settle(
    case: Case, refund: Money, release: Money, *, because: Ending, actor: Actor, key: str, at: datetime
) -> None:
    end_case(
        case,
        DisputeState.SETTLED,
        because=because,
        refund=refund,
        release=release,
        actor=actor,
        key=key,
        at=at,
    )


def _keep_and_pay(case: Case, refund: Money, *, actor: Actor, key: str, at: datetime) -> None:
    """The buyer keeps the goods and pays for them: all but the refund is released now, as agreed.

    What is owed for goods cancelled meanwhile is the buyer's and never part of the release.
    """
    standing = case.dispute.standing
    owed = Money(sum(hold.refund_due_minor for hold in case.trade.holds), standing.currency)
    rest = standing - refund
    release = rest - min(owed, rest)
    tell(case, "kept_and_paid", actor=actor, at=at, refund=refund, release=release)
    _settle(case, refund, release, because=Ending.OFFER, actor=actor, key=key, at=at)


def _grant(case: Case, offer: Offer, *, actor: Actor, at: datetime) -> None:
    if offer.due_on is None:  # INVARIANT: such an offer has a day (enforced by offer_of_its_kind_has_a_day)
        raise PromiseNotThere
    discount = Money(offer.discount_minor, case.dispute.currency)
    grant_discount(
        buyer_id=case.order.buyer_id,
        supplier_id=case.order.supplier_id,
        money=discount,
        cause=case.dispute.ref,
        expires_at=end_of_day(offer.due_on),
        actor=actor,
        at=at,
    )
    tell(case, "discount_granted", actor=actor, at=at, discount=discount)


def _promise(case: Case, offer: Offer, *, actor: Actor, key: str, at: datetime) -> None:
    if offer.due_on is None:  # INVARIANT: such an offer has a day (enforced by offer_of_its_kind_has_a_day)
        raise PromiseNotThere
    dispute = case.dispute
    dispute.move_to(DisputeState.AGREED, actor=actor, at=at, key=key, paused_at=None)
    waiting = (NEGOTIATION_END, *EVIDENCE_KINDS, DECISION_DUE, PAUSE_END)
    close_deadlines(dispute, outcome="agreed", at=at, kinds=waiting)
    drop_talks(dispute, actor=actor, at=at)
    drop_decision(dispute, actor=actor, at=at)
    promise = Promise.objects.create(dispute=dispute, offer=offer, due_at=end_of_day(offer.due_on))
    promise.log_transition("", PromiseState.PROMISED, actor=actor, at=at, key=key)
    case_deadline(case, PROMISE_DUE, due_at=promise.due_at, rule="promised_day", at=at)
    tell(case, f"{offer.kind}_agreed", actor=actor, at=at, refund=offer.refund(dispute.currency))


def _keep(case: Case, promise: Promise, *, actor: Actor, key: str, at: datetime) -> None:
    promise.move_to(PromiseState.KEPT, actor=actor, at=at, key=key, ended_at=at)
    refund = Money.zero(case.dispute.currency)
    if promise.offer.kind == OfferKind.RETURN_AND_REFUND:
        refund = min(promise.offer.refund(case.dispute.currency), case.dispute.standing)
    agree(case, refund, because=Ending.PROMISE_KEPT, actor=actor, key=key, at=at)


def _to_the_officer(case: Case, *, actor: Actor, key: str, at: datetime) -> None:
    close_deadlines(case.dispute, outcome="contested", at=at, kinds=PROMISE_KINDS)
    begin_evidence(case, DisputeState.ESCALATED, actor=actor, key=key, at=at, escalated_at=at)


def _locked_promise(
    dispute_ref: str, actor: Actor, key: str, operation: str, more: dict[str, object]
) -> tuple[Case, Promise | None, str | None]:
    case = lock_case(dispute_ref, actor=actor)
    content = {"dispute": dispute_ref, "actor": actor.as_text, **more}
    if (first := replayed(key=key, operation=operation, content=content)) is not None:
        return case, None, first
    demand_state(case.dispute, (DisputeState.AGREED,))
    promise = open_promise(case.dispute)
    if promise is None:
        raise PromiseNotThere
    return case, promise, None


def _remember(
    key: str, operation: str, dispute_ref: str, actor: Actor, at: datetime, more: dict[str, object]
) -> None:
    content = {"dispute": dispute_ref, "actor": actor.as_text, **more}
    remember(key=key, operation=operation, content=content, result=dispute_ref, at=at)


def _demand_side(case: Case, side: Side, actor: Actor) -> None:
    if case.side != side or not can_answer_for(side, actor, case.order):
        raise PromiseNotYours
