"""Who may judge a case and who may not, and what waits for a second officer. Must not write."""

from __future__ import annotations

from marketplace.accounts.models import Member
from orders.models import Order
from trade_assurance.disputes.models import Decision, Dispute
from trade_assurance.disputes.states import DecisionState


def has_interest(order: Order, user_id: int) -> bool:
    """Whether this person belongs, or ever belonged, to one of the two companies."""
    sides = (order.buyer_id, order.supplier_id)
    return Member.objects.filter(company_id__in=sides, user_id=user_id).exists()


def interested_people(order: Order) -> set[int]:
    """Everybody who belongs, or ever belonged, to one of the two companies; one statement."""
    sides = (order.buyer_id, order.supplier_id)
    return set(Member.objects.filter(company_id__in=sides).values_list("user_id", flat=True))


def first_judges(dispute: Dispute) -> set[int]:
    """Who decided or approved in the first instance: the second is for others."""
    decisions = Decision.objects.filter(dispute=dispute, instance=1)
    people = {decision.officer_id for decision in decisions}
    return people | {row.second_officer_id for row in decisions if row.second_officer_id is not None}


def waiting_decision(dispute: Dispute) -> Decision | None:
    """The decision that waits for its second officer."""
    return Decision.objects.filter(dispute=dispute, state=DecisionState.PROPOSED).first()
