"""Which products somebody may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Q

from catalog.states import ProductState
from marketplace.core.actors import Actor
from marketplace.core.querysets import LockableQuerySet

if TYPE_CHECKING:
    from catalog.models import Product  # noqa: F401 -- mypy reads it inside the string

MODERATION_DESK = "moderation"


class ProductQuerySet(LockableQuerySet["Product"]):
    """Filters over products; must not write."""

    def live(self) -> Self:
        """What the public sees."""
        return self.filter(state=ProductState.LIVE)

    def of_supplier(self, company_id: int | None) -> Self:
        """A supplier's own, in any state; none without a company."""
        return self.none() if company_id is None else self.filter(supplier_id=company_id)

    def visible_to(self, actor: Actor) -> Self:
        """Live ones for everybody, all of the company acted for, all that were submitted for a moderator."""
        return self.visible(actor.company_id, moderates=actor.has_desk(MODERATION_DESK))

    def visible(self, company_id: int | None, *, moderates: bool) -> Self:
        """The same by what of an actor decides."""
        may_see = Q(state=ProductState.LIVE)
        if company_id is not None:
            may_see |= Q(supplier_id=company_id)
        if moderates:
            may_see |= ~Q(state=ProductState.DRAFT)
        return self.filter(may_see)
