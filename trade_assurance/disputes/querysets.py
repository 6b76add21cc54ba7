"""Chainable filters of disputes. Must not write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Q

from marketplace.core.actors import Actor
from marketplace.core.querysets import LockableQuerySet
from trade_assurance.disputes.states import OPEN_STATES, STRIKES_COUNTING

if TYPE_CHECKING:
    from trade_assurance.disputes.models import Dispute, Strike  # noqa: F401 -- the parameters below


class DisputeQuerySet(LockableQuerySet["Dispute"]):
    """Disputes of orders."""

    def visible_to(self, actor: Actor) -> Self:
        """Of trades of the company acted for; all for the disputes desk and the system."""
        if actor.is_system or actor.has_desk("disputes"):
            return self
        if actor.company_id is None:
            return self.none()
        return self.filter(Q(order__buyer_id=actor.company_id) | Q(order__supplier_id=actor.company_id))

    def open(self) -> Self:
        """Whose amount is still frozen."""
        return self.filter(state__in=OPEN_STATES)


class StrikeQuerySet(LockableQuerySet["Strike"]):
    """Strikes of suppliers."""

    def visible_to(self, actor: Actor) -> Self:
        """Of the company acted for; all for the disputes desk and the system."""
        if actor.is_system or actor.has_desk("disputes"):
            return self
        return self.none() if actor.company_id is None else self.filter(company_id=actor.company_id)

    def counting(self) -> Self:
        """Neither lifted nor over."""
        return self.filter(state__in=STRIKES_COUNTING)
