"""Who may do what with a listing. Pure: from the actor and ids, no queries."""

from __future__ import annotations

from collections.abc import Iterable

from catalog.querysets import MODERATION_DESK
from catalog.states import ReviewStep
from marketplace.core.actors import Actor

SELLING_ROLES = ("owner", "sales")
REVIEWING_ROLES = ("owner", "purchasing")
FAVOURITE_ROLES = ("owner", "purchasing", "sales", "finance")


def can_list_for(actor: Actor, supplier_id: int) -> bool:
    """Make, edit, submit, pause and resume listings: owners and sales of the supplier acted for."""
    return actor.acts_for(supplier_id) and actor.has_role(*SELLING_ROLES)


def can_see_workbench(actor: Actor, supplier_id: int) -> bool:
    """See the supplier's own listings in every state: anybody acting for it."""
    return actor.acts_for(supplier_id)


def sits_at_moderation(actor: Actor) -> bool:
    """See the queue of listings and their previews."""
    return actor.has_desk(MODERATION_DESK)


def can_moderate(actor: Actor, supplier_id: int) -> bool:
    """Approve, reject, suspend: a moderator who does not belong to the supplier, or the marketplace itself."""
    return actor.is_system or (sits_at_moderation(actor) and supplier_id not in actor.member_of)


def can_keep_goods_rules(actor: Actor) -> bool:
    """Add and end rules about goods: the moderation desk, or the marketplace itself."""
    return actor.is_system or sits_at_moderation(actor)


def can_keep_favourites(actor: Actor, company_id: int) -> bool:
    """Change the company's lists of favourites: everybody acting for it but viewers."""
    return actor.acts_for(company_id) and actor.has_role(*FAVOURITE_ROLES)


def can_decide_appeal(actor: Actor, supplier_id: int, decided_by: str) -> bool:
    """Decide an appeal: a moderator who may moderate the supplier and who did not take the first decision."""
    return can_moderate(actor, supplier_id) and not actor.wrote(decided_by)


def can_judge_review(actor: Actor, supplier_id: int, concerned: Iterable[int]) -> bool:
    """Decide about a review: a moderator who belongs neither to a side of the trade nor to who reported it."""
    return can_moderate(actor, supplier_id) and actor.member_of.isdisjoint(concerned)


def can_decide_review_appeal(
    actor: Actor, supplier_id: int, concerned: Iterable[int], decided_by: str
) -> bool:
    """Decide an appeal about a review: who may judge it and did not take the first decision."""
    return can_judge_review(actor, supplier_id, concerned) and can_decide_appeal(
        actor, supplier_id, decided_by
    )


def can_appeal_review(actor: Actor, step: str, buyer_id: int, supplier_id: int) -> bool:
    """Answer a decision about a review: the side that it went against. What was shown again was looked at twice."""
    if step == ReviewStep.TAKEN_DOWN:
        return actor.acts_for(buyer_id) and actor.has_role(*REVIEWING_ROLES)
    return step == ReviewStep.KEPT and can_list_for(actor, supplier_id)


def can_report(actor: Actor) -> bool:
    """Report a review for the company acted for: everybody but viewers."""
    return actor.company_id is not None and actor.has_role(*FAVOURITE_ROLES)


def may_see_hidden_review(actor: Actor, buyer_id: int) -> bool:
    """See a review that was taken down, and its pictures: its writer's company and the moderators."""
    return actor.acts_for(buyer_id) or sits_at_moderation(actor)
