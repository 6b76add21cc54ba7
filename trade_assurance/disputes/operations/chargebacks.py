"""The buyer's bank took money back from under a claim: the claim shrinks, or ends, in a clear sentence."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.money import Money
from trade_assurance.disputes.models import Dispute
from trade_assurance.disputes.operations.case import Case, end_case, tell
from trade_assurance.disputes.states import OPEN_STATES, DisputeState, Ending
from trade_assurance.holds.operations import lock_trade, open_freezes


@transaction.atomic
def follow_chargeback(*, order_ref: str, at: datetime) -> None:
    """Holds has booked a lost chargeback: compare each open claim of the order with what is still frozen for it.

    What was taken counts as the buyer's already: it comes off what is still to be divided. A claim of which
    nothing is left ends. Running it again changes nothing.
    """
    actor = Actor.system("chargeback")
    trade = lock_trade(order_ref, actor=actor)
    claims = Dispute.objects.filter(order=trade.order, state__in=OPEN_STATES).select_related("shipment")
    for dispute in claims.lock():
        left = sum(row.standing_minor for row in open_freezes(trade, dispute.ref))
        taken = dispute.standing.amount_minor - left
        if taken > 0:
            _shrink(Case(trade, dispute, None), taken, actor=actor, at=at)


def _shrink(case: Case, taken_minor: int, *, actor: Actor, at: datetime) -> None:
    dispute = case.dispute
    total = dispute.charged_back_minor + taken_minor
    Dispute.objects.filter(pk=dispute.pk).update(charged_back_minor=total)
    dispute.charged_back_minor = total
    taken, nothing = Money(taken_minor, dispute.currency), Money.zero(dispute.currency)
    if dispute.standing.is_positive:
        tell(case, "claim_shrank", actor=actor, at=at, taken=taken, left=dispute.standing)
        return
    tell(case, "claim_charged_back", actor=actor, at=at, taken=taken)
    end_case(
        case,
        DisputeState.CHARGED_BACK,
        because=Ending.CHARGED_BACK,
        refund=nothing,
        release=nothing,
        actor=actor,
        key=f"chargeback:{dispute.ref}",
        at=at,
    )
