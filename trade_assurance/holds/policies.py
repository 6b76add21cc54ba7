"""Who may do what with a trade's money. Pure: no query, no exception."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Company
from marketplace.accounts.states import VerificationState
from marketplace.core.actors import Actor
from marketplace.core.errors import Text
from orders.models import Order
from trade_assurance.holds.models import Payout

BUYING_ROLES = ("owner", "purchasing")
PAYING_ROLES = ("owner", "purchasing", "finance")
SELLING_ROLES = ("owner", "sales")
PAYOUT_ROLES = ("owner", "finance")
SEEING_DESKS = ("finance", "disputes")


def can_see_trade(actor: Actor, order: Order) -> bool:
    """The two sides, the money desks, and jobs of the system."""
    if actor.is_system or actor.acts_for(order.buyer_id) or actor.acts_for(order.supplier_id):
        return True
    return any(actor.has_desk(desk) for desk in SEEING_DESKS)


def can_confirm(actor: Actor, order: Order) -> bool:
    """The supplier binds itself."""
    return actor.acts_for(order.supplier_id) and actor.has_role(*SELLING_ROLES)


def can_decide_for_buyer(actor: Actor, order: Order) -> bool:
    """Accept an amendment or the goods, cancel, postpone."""
    return actor.acts_for(order.buyer_id) and actor.has_role(*BUYING_ROLES)


def can_pay(actor: Actor, order: Order) -> bool:
    """Bring the buyer's money."""
    return actor.acts_for(order.buyer_id) and actor.has_role(*PAYING_ROLES)


def can_spend_credit(actor: Actor, company_id: int) -> bool:
    """Have the company's credit as a buyer sent back."""
    return actor.acts_for(company_id) and actor.has_role(*PAYING_ROLES)


def can_give_up(actor: Actor, order: Order) -> bool:
    """The supplier says it will not ship the rest, which refunds the buyer."""
    return actor.acts_for(order.supplier_id) and actor.has_role(*SELLING_ROLES)


def can_ask_payout(actor: Actor) -> bool:
    """Send the company's balance to its bank."""
    return actor.has_role(*PAYOUT_ROLES)


def can_see_balance(actor: Actor) -> bool:
    """Every member of the company reads its balance."""
    return actor.company_id is not None


def consent_side(actor: Actor, order: Order) -> str | None:
    """Whose consent this person may give or take back: the buyer's, the supplier's, or nobody's."""
    if can_decide_for_buyer(actor, order):
        return "buyer"
    return "supplier" if can_give_up(actor, order) else None


_NOT_PAID = {
    VerificationState.EXPIRED: _("Its verification has expired."),
    VerificationState.REJECTED: _("Its verification was not accepted."),
}


def why_not_paid(company: Company) -> Text:
    """Why payouts of this company wait now; empty when they do not."""
    return _NOT_PAID.get(VerificationState(company.state), "")


def asked_for(actor: Actor, payout: Payout) -> bool:
    """Whether this very person requested the payout, also when they have left the company since."""
    return actor.wrote(payout.requested_by)


def can_judge_payout(actor: Actor, payout: Payout) -> bool:
    """A finance officer who does not belong to the company and did not ask for the money when they did."""
    return (
        actor.has_desk("finance")
        and payout.company_id not in actor.member_of
        and not asked_for(actor, payout)
    )
