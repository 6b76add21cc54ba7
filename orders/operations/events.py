"""The timeline's lines that are not steps of a state, with their texts, and telling the outbox.

Apps above register their texts in `ready()` and write lines with `record_event`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import TextChoices

from marketplace.core.actors import Actor
from marketplace.core.errors import Text
from marketplace.core.money import Money
from marketplace.core.outbox import emit
from orders.models import Order, OrderEvent
from orders.states import Audience

_texts: dict[str, Text] = {}


def register_event_text(kind: str, text: Text) -> None:
    """Make a kind of line known: a translatable text whose `%(name)s` places the parameters fill.

    Raises `ValueError` when the kind already has another text.
    """
    if _texts.setdefault(kind, text) is not text:
        msg = f"order event {kind!r} is registered twice"
        raise ValueError(msg)


def event_text(kind: str) -> Text:
    """The registered text; the kind itself when its app is gone."""
    return _texts.get(kind, kind)


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
    if kind not in _texts:
        msg = f"order event {kind!r} has no text"
        raise KeyError(msg)
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
