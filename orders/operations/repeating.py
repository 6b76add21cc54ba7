"""Ordering the same again: the lines of an order go into the cart, each at today's price and terms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.errors import DomainError, NotAllowed
from orders.errors import LineInCart, UnitChanged
from orders.models import CartLine, OrderLine
from orders.operations.cart import add_to_cart
from orders.operations.locking import demand_buyer, lock_order


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A line that did not go into the cart, and why."""

    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Repeated:
    """How many lines went into the cart, and those that did not."""

    added: int
    left_out: tuple[LeftOut, ...]


@transaction.atomic
def order_again(*, order_ref: str, actor: Actor, key: str, at: datetime) -> Repeated:
    """Put what was ordered into the buyer's cart: the same variants in the same quantities.

    A line that cannot be ordered now (withdrawn, paused, below today's minimum, sold by another unit), or that the
    cart holds already, is left out with its reason; the others go in. Nothing is ordered by this.
    Raises `NotFound`, `OrderNotYours`.
    """
    order = lock_order(order_ref, actor)
    demand_buyer(actor, order)
    lines = order.lines.filter(quantity__gt=0).select_related("product", "variant").order_by("position")
    left_out = [one for line in lines if (one := _put(line, actor, key, at))]
    return Repeated(added=len(lines) - len(left_out), left_out=tuple(left_out))


def _put(line: OrderLine, actor: Actor, key: str, at: datetime) -> LeftOut | None:
    try:
        with transaction.atomic():
            _demand_same(line, actor)
            add_to_cart(
                product_ref=line.product.ref,
                quantity=line.quantity,
                variant=line.variant.number if line.variant else None,
                actor=actor,
                key=f"{key}:{line.position}",
                at=at,
            )
    except NotAllowed:
        raise
    except DomainError as error:
        return LeftOut(line.full_title, error.text)
    return None


def _demand_same(line: OrderLine, actor: Actor) -> None:
    """The quantity means what it meant, and is not wanted already."""
    if line.product.unit_code != line.unit_code:
        raise UnitChanged
    of_mine = CartLine.objects.filter(cart__company_id=actor.company_id or 0)
    if of_mine.filter(variant_id=line.variant_id or 0).exists():
        raise LineInCart
