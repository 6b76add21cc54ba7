"""Who may see what of payments. Pure."""

from __future__ import annotations

from marketplace.core.actors import Actor
from trade_assurance.payments.models import Payment

FINANCE = "finance"
PAYING_ROLES = ("owner", "purchasing", "finance")


def may_see_payment(actor: Actor, payment: Payment) -> bool:
    """The members of the company that pays, while they act for it."""
    return actor.acts_for(payment.payer_id)


def may_read_proof(actor: Actor, paid_company_id: int | None) -> bool:
    """The finance desk; and those to whom that transfer went, if it was one of ours to them.

    What came in stands on bank statements that may name other people's money: for the desk only.
    """
    return actor.has_desk(FINANCE) or (actor.acts_for(paid_company_id) and actor.has_role("owner", "finance"))
