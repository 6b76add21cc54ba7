"""The timeline's lines that are not steps of a state, and telling the outbox. Their texts: `orders.event_texts`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import TextChoices

from marketplace.core.actors import Actor
from marketplace.core.money import Money
from marketplace.core.outbox import emit
from orders.event_texts import demand_registered
from orders.models import Order, OrderEvent
from orders.states import Audience


def record_event(
    *,
    order: Order,
    kind: str,
    actor: Actor,
    at: datetime,
    params: Mapping[str, object] | None = None,
    audience: str = Audience.BOTH,
) -> OrderEvent:
    """Lower half: write a line of the order's timeline, read by `audience` (officers read all).

    Parameters may be text, whole numbers, `Money`, dates and moments; they are shown in the reader's
    locale. Raises `KeyError` for an unregistered kind, `TypeError` for any other parameter.
    """
    demand_registered(kind)
    return OrderEvent.objects.create(
        order=order,
        kind=kind,
        params={name: _as_json(value) for name, value in (params or {}).items()},
        audience=audience,
        actor=actor.as_text,
        actor_label=actor.label,
        at=at,
    )


def tell(
    order: Order, kind: str, *, actor: Actor, at: datetime, subject: str = "", **payload: object
) -> None:
    """Write an outbox event of this order; `subject` is a shipment's reference or else the order's."""
    emit(
        kind=kind,
        subject=subject or order.ref,
        root=order.ref,
        payload={"order": order.ref, **payload},
        actor=actor,
        at=at,
    )


def _as_json(value: object) -> Any:
    if isinstance(value, TextChoices):
        return {"choice": type(value).__name__, "value": value.value}
    if isinstance(value, Money):
        return {"amount_minor": value.amount_minor, "currency": value.currency}
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, str | int):
        return value
    msg = f"an order event holds no {type(value).__name__}"
    raise TypeError(msg)
