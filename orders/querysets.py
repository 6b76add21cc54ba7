"""Chainable filters on orders. Must not write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Q

from marketplace.core.actors import Actor
from marketplace.core.querysets import LockableQuerySet

if TYPE_CHECKING:
    from orders.models.order import Order  # noqa: F401 -- named in the brackets of the base class

# Desks whose work is somebody else's order.
READING_DESKS = ("disputes", "finance")


class OrderQuerySet(LockableQuerySet["Order"]):
    """Orders a person may know of, from one side or the other."""

    def visible_to(self, actor: Actor) -> Self:
        """Orders of the company acted for; all for dispute and finance officers; none for anybody else."""
        if actor.is_system or any(actor.has_desk(desk) for desk in READING_DESKS):
            return self
        if actor.company_id is None or actor.is_anonymous:
            return self.none()
        return self.filter(Q(buyer_id=actor.company_id) | Q(supplier_id=actor.company_id))

    def listed_for(self, actor: Actor) -> Self:
        """Orders of the company acted for, and nothing else; an officer who acts for none lists all."""
        if actor.company_id is None:
            return self.visible_to(actor)
        return self.filter(Q(buyer_id=actor.company_id) | Q(supplier_id=actor.company_id))

    def bought_by(self, company_id: int) -> Self:
        """Orders this company placed."""
        return self.filter(buyer_id=company_id)

    def sold_by(self, company_id: int) -> Self:
        """Orders this company answers and ships."""
        return self.filter(supplier_id=company_id)
