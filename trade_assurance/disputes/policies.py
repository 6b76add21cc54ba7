"""Who may do what in a case. Pure: no query, no exception."""

from __future__ import annotations

from marketplace.core.actors import Actor
from orders.models import Order
from trade_assurance.disputes.models import Dispute
from trade_assurance.disputes.states import BundleFor, DisputeState, Side

BUYING_ROLES = ("owner", "purchasing")
SELLING_ROLES = ("owner", "sales")
SPEAKING_ROLES = ("owner", "purchasing", "sales", "finance")
DESK = "disputes"
# They answer the payer's bank with the bundle.
BUNDLE_DESKS = (DESK, "finance")


def side_of(actor: Actor, order: Order) -> Side | None:
    """The side the person acts for; officer for the disputes desk; None for everybody else."""
    if actor.acts_for(order.buyer_id):
        return Side.BUYER
    if actor.acts_for(order.supplier_id):
        return Side.SUPPLIER
    return Side.OFFICER if actor.has_desk(DESK) else None


def is_partial(actor: Actor, order: Order) -> bool:
    """Whether the person belongs to one of the two companies, whichever they act for now."""
    return bool({order.buyer_id, order.supplier_id} & actor.member_of)


def can_claim(actor: Actor, order: Order) -> bool:
    """The buyer's owner or purchasing."""
    return actor.acts_for(order.buyer_id) and actor.has_role(*BUYING_ROLES)


def can_answer_for(side: Side, actor: Actor, order: Order) -> bool:
    """Bind one side: offers, acceptance, waiver."""
    if side == Side.BUYER:
        return can_claim(actor, order)
    return side == Side.SUPPLIER and actor.acts_for(order.supplier_id) and actor.has_role(*SELLING_ROLES)


def can_speak(actor: Actor, dispute: Dispute, order: Order) -> bool:
    """Write in the thread: both sides (not viewers) and the officer in charge."""
    side = side_of(actor, order)
    if side in (Side.BUYER, Side.SUPPLIER):
        return actor.has_role(*SPEAKING_ROLES)
    return side == Side.OFFICER and can_judge(actor, dispute, order)


def can_take(actor: Actor, order: Order) -> bool:
    """Sit at the desk and belong to neither company."""
    return actor.has_desk(DESK) and not is_partial(actor, order)


def can_judge(actor: Actor, dispute: Dispute, order: Order) -> bool:
    """The officer who has taken the case."""
    return can_take(actor, order) and actor.user_id is not None and dispute.officer_id == actor.user_id


def can_pause(actor: Actor, dispute: Dispute, order: Order) -> bool:
    """The officer in charge; while the two sides still talk alone, any officer of neither company."""
    if dispute.state == DisputeState.NEGOTIATION:
        return can_take(actor, order)
    return can_judge(actor, dispute, order)


def bundle_audience(actor: Actor, order: Order) -> BundleFor | None:
    """Whose bundle this person may have: their side's, or the desks' (belonging to neither company); else None.

    Who once belonged to a company is told apart by `operations.turns.has_interest`.
    """
    side = side_of(actor, order)
    if side in (Side.BUYER, Side.SUPPLIER):
        return BundleFor(side.value)
    sits = any(actor.has_desk(desk) for desk in BUNDLE_DESKS)
    return BundleFor.DESK if sits and not is_partial(actor, order) else None
