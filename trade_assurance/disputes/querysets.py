"""Chainable filters of disputes. Must not write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Q

from marketplace.core.actors import Actor
from marketplace.core.querysets import LockableQuerySet
from trade_assurance.disputes.states import OPEN_STATES

if TYPE_CHECKING:
    from trade_assurance.disputes.models import Dispute  # noqa: F401 -- the parameter below


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
