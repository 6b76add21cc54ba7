"""Chainable filters on orders and enquiries. Must not write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Q

from marketplace.accounts.states import Desk
from marketplace.core.actors import Actor
from marketplace.core.querysets import LockableQuerySet
from orders.states import Audience

if TYPE_CHECKING:
    from orders.models.enquiry import Enquiry  # noqa: F401 -- named in the brackets of the base class
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


class EnquiryQuerySet(LockableQuerySet["Enquiry"]):
    """Enquiries a person may know of: those of the company acted for; for moderators, those that were reported."""

    def visible_to(self, actor: Actor) -> Self:
        """Of either side for a member of it, in any role; reported ones for a moderator; none for anybody else."""
        if actor.is_anonymous:
            return self.none()
        mine = Q(buyer_id=actor.company_id) | Q(supplier_id=actor.company_id)
        seen = mine if actor.company_id is not None else Q(pk__in=[])
        if actor.has_desk(Desk.MODERATION):
            seen |= Q(reported_at__isnull=False)
        return self.filter(seen)

    def waiting(self) -> Self:
        """Those that wait for their supplier."""
        return self.filter(waits_since__isnull=False)

    def not_stopped(self) -> Self:
        """Without those that moderators stopped: they count nowhere."""
        return self.exclude(closed_by=Audience.STAFF)
