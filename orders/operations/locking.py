"""Taking an order's lock, first in the global order (Order → Hold → Dispute → ledger accounts)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from marketplace.core.actors import Actor
from marketplace.core.errors import NotFound
from orders.errors import OfficerInvolved, OrderNotYours
from orders.models import Order, Shipment
from orders.policies import belongs_to_a_party, can_act_as_supplier, can_answer_as_buyer, is_party


def lock_order(order_ref: str, actor: Actor) -> Order:
    """The order with its row locked until the transaction ends.

    Raises `NotFound` when there is none or the actor may not know of it.
    """
    order = Order.objects.visible_to(actor).filter(ref=order_ref).lock().first()
    if order is None:
        raise NotFound
    return order


def lock_shipment(shipment_ref: str, actor: Actor) -> tuple[Order, Shipment]:
    """A shipment under its order's lock. Raises `NotFound` like `lock_order`."""
    order = Order.objects.visible_to(actor).filter(shipments__ref=shipment_ref).lock().first()
    if order is None:
        raise NotFound
    return order, order.shipments.get(ref=shipment_ref)


def demand_supplier(actor: Actor, order: Order) -> None:
    """Raises `OrderNotYours` unless the person may act as the supplier."""
    _demand(can_act_as_supplier, actor, order, side=_("supplier"), roles=_("owner or sales"))


def demand_buyer(actor: Actor, order: Order) -> None:
    """Raises `OrderNotYours` unless the person may act as the buyer."""
    _demand(can_answer_as_buyer, actor, order, side=_("buyer"), roles=_("owner or purchasing"))


def demand_no_part(actor: Actor, order: Order) -> None:
    """Raises `OfficerInvolved` for an officer who is a member of one of the two companies."""
    if is_party(actor, order) or belongs_to_a_party(actor, order):
        raise OfficerInvolved


def _demand(policy: Callable[[Actor, Order], bool], actor: Actor, order: Order, **context: Any) -> None:
    if not policy(actor, order):
        raise OrderNotYours(**context)
