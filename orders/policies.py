"""Who may do what with an order. Pure: asks the actor and the row, nothing else."""

from __future__ import annotations

from typing import Final

from marketplace.accounts.states import Desk
from marketplace.core.actors import Actor
from orders.models import Enquiry, Order

BUYING_ROLES: Final = ("owner", "purchasing")
SELLING_ROLES: Final = ("owner", "sales")
OFFICER_DESK: Final = "disputes"


def can_buy(actor: Actor) -> bool:
    """Whether the person may fill the cart and place orders for the company acted for."""
    return actor.has_role(*BUYING_ROLES)


def can_answer_as_buyer(actor: Actor, order: Order) -> bool:
    """Whether the person may withdraw, accept or decline amendments, and report arrival for the buyer."""
    return actor.acts_for(order.buyer_id) and actor.has_role(*BUYING_ROLES)


def can_act_as_supplier(actor: Actor, order: Order) -> bool:
    """Whether the person may answer, produce and ship for the supplier."""
    return actor.acts_for(order.supplier_id) and actor.has_role(*SELLING_ROLES)


def is_party(actor: Actor, order: Order) -> bool:
    """Whether the person acts for one of the two companies, in any role."""
    return actor.acts_for(order.buyer_id) or actor.acts_for(order.supplier_id)


def belongs_to_a_party(actor: Actor, order: Order) -> bool:
    """Whether the person is a member of one of the two companies, whichever they act for now."""
    return bool(actor.member_of & {order.buyer_id, order.supplier_id})


def can_decide_delivery(actor: Actor, order: Order) -> bool:
    """Whether the person is a dispute officer with no part in the trade."""
    return actor.has_desk(OFFICER_DESK) and not belongs_to_a_party(actor, order)


def can_report_arrival(actor: Actor, order: Order) -> bool:
    """Whether the person may say that goods arrived: for the buyer, or as an officer with no part in the trade."""
    return can_answer_as_buyer(actor, order) or can_decide_delivery(actor, order)


def can_write_in_enquiry(actor: Actor, enquiry: Enquiry) -> bool:
    """Whether the person may write for their side, and close: those who buy for the buyer, who sell for the supplier."""
    if actor.acts_for(enquiry.buyer_id):
        return actor.has_role(*BUYING_ROLES)
    return actor.acts_for(enquiry.supplier_id) and actor.has_role(*SELLING_ROLES)


def can_judge_enquiry(actor: Actor, enquiry: Enquiry) -> bool:
    """Whether the person is a moderator who belongs to neither side."""
    return actor.has_desk(Desk.MODERATION) and not actor.member_of & {enquiry.buyer_id, enquiry.supplier_id}
