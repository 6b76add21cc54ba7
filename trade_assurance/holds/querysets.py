"""Chainable filters of holds and payouts. Must not write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import F, Q

from marketplace.core.actors import Actor
from marketplace.core.querysets import LockableQuerySet

if TYPE_CHECKING:
    from trade_assurance.holds.models import Credit, Hold, Payout, PayoutAccount  # noqa: F401 -- the parameters below

# Staff desks that see every trade's money.
MONEY_DESKS = ("finance", "disputes")
# Lines of rails' accounts that nobody has said of what they are about; a bank's line in suspense goes by its own name.
UNKNOWN_MOVEMENTS = Q(name__startswith="object:") | Q(name__startswith="line:") | Q(name__startswith="bsl_")


class HoldQuerySet(LockableQuerySet["Hold"]):
    """Holds of orders."""

    def visible_to(self, actor: Actor) -> Self:
        """Of trades of the company acted for; all for the money desks and the system."""
        if actor.is_system or any(actor.has_desk(desk) for desk in MONEY_DESKS):
            return self
        if actor.company_id is None:
            return self.none()
        return self.filter(Q(order__buyer_id=actor.company_id) | Q(order__supplier_id=actor.company_id))


class CreditQuerySet(LockableQuerySet["Credit"]):
    """Buyers' credit."""

    def of_company(self, company_id: int) -> Self:
        """Of one buyer."""
        return self.filter(company_id=company_id)

    def with_something_left(self) -> Self:
        """Not used up, not given back and not taken back."""
        return self.filter(amount_minor__gt=F("used_minor") + F("returned_minor") + F("taken_minor"))


class PayoutQuerySet(LockableQuerySet["Payout"]):
    """Payouts of suppliers."""

    def visible_to(self, actor: Actor) -> Self:
        """Of the company acted for; all for the finance desk and the system."""
        if actor.is_system or actor.has_desk("finance"):
            return self
        return self.none() if actor.company_id is None else self.filter(company_id=actor.company_id)


class PayoutAccountQuerySet(LockableQuerySet["PayoutAccount"]):
    """Where suppliers want their money."""

    def visible_to(self, actor: Actor) -> Self:
        """Of the company acted for only; officers see the copy on the payout."""
        return self.none() if actor.company_id is None else self.filter(company_id=actor.company_id)
