"""The outbox: what happened, told to every consumer exactly once.

Owns `OutboxEvent` and `OutboxDelivery`. `emit` writes in the operation's transaction; a delivery's
handler and its mark commit together, so its database effects happen once even under kill -9.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.deadlines import FIRST_RETRY, LONGEST_RETRY
from marketplace.core.jobs import QUEUES, ring_outbox
from marketplace.core.models import OutboxDelivery, OutboxEvent

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EventConsumer:
    """`handle(event, at)` is called once per event of this kind, inside a transaction, on `queue`."""

    event: str
    name: str
    queue: str
    handle: Callable[[OutboxEvent, datetime], None]


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """How many deliveries were made and how many failed (kept for later)."""

    delivered: int
    failed: int


_declared: set[str] = set()
_consumers: dict[str, EventConsumer] = {}


def declare_event(*kinds: str) -> None:
    """Make event kinds known; called from `ready()` of the app that emits them.

    Kinds are one space for all apps: raises `ValueError` for a second of the name, whose consumers would hear both.
    """
    twice = _declared.intersection(kinds)
    if twice:
        msg = f"events {sorted(twice)} are declared twice"
        raise ValueError(msg)
    _declared.update(kinds)


def register_consumer(consumer: EventConsumer) -> None:
    """Make a consumer known; names are unique. Raises `ValueError` for a second of the name."""
    if consumer.name in _consumers and _consumers[consumer.name] != consumer:
        msg = f"consumer {consumer.name!r} is registered twice"
        raise ValueError(msg)
    if consumer.queue not in QUEUES:
        msg = f"unknown queue {consumer.queue!r}"
        raise ValueError(msg)
    _consumers[consumer.name] = consumer


def declared_events() -> frozenset[str]:
    """All event kinds known to this process."""
    return frozenset(_declared)


def registered_consumers() -> Mapping[str, EventConsumer]:
    """All consumers known to this process, by name."""
    return _consumers


def emit(
    *,
    kind: str,
    subject: str,
    actor: Actor,
    at: datetime,
    root: str = "",
    payload: Mapping[str, object] | None = None,
) -> OutboxEvent:
    """Write that something happened, with one delivery per consumer; after commit their bells ring.

    Raises `KeyError` for an undeclared kind, `TransactionManagementError` outside `atomic`.
    """
    if kind not in _declared:
        msg = f"event kind {kind!r} is not declared"
        raise KeyError(msg)
    if not transaction.get_connection().in_atomic_block:
        msg = "emit() needs transaction.atomic()"
        raise transaction.TransactionManagementError(msg)
    event = OutboxEvent.objects.create(
        kind=kind,
        subject=subject,
        root=root,
        payload=dict(payload or {}),
        actor=actor.as_text,
        actor_label=actor.label,
        occurred_at=at,
    )
    consumers = [consumer for consumer in _consumers.values() if consumer.event == kind]
    OutboxDelivery.objects.bulk_create(
        OutboxDelivery(event=event, consumer=consumer.name, queue=consumer.queue, wake_at=at)
        for consumer in consumers
    )
    for queue in {consumer.queue for consumer in consumers}:
        ring_outbox(queue)
    return event


def told_to(*kinds: str) -> list[EventConsumer]:
    """Whom events of these kinds are told, for set-based SQL that writes events itself; their bells ring after commit.

    Such SQL writes a delivery per event and consumer, as `emit` does. Raises `KeyError` for an undeclared kind.
    """
    if unknown := set(kinds) - _declared:
        msg = f"event kinds {sorted(unknown)} are not declared"
        raise KeyError(msg)
    consumers = [consumer for consumer in _consumers.values() if consumer.event in kinds]
    for queue in sorted({consumer.queue for consumer in consumers}):
        ring_outbox(queue)
    return consumers


def deliver_due(*, at: datetime, queue: str | None = None, limit: int = 100) -> DeliveryResult:
    """Deliver up to `limit` waiting deliveries, oldest first; several workers may deliver at once."""
    delivered = failed = 0
    tried: list[int] = []
    while len(tried) < limit:
        pk, ok = _deliver_next(at, queue, tried)
        if pk is None:
            break
        tried.append(pk)
        delivered, failed = (delivered + 1, failed) if ok else (delivered, failed + 1)
    return DeliveryResult(delivered, failed)


def rest_deliveries(*, consumer: str, until: datetime) -> int:
    """Let what waits for this consumer wait until `until`: for loads that leave slow work to the workers."""
    waiting = OutboxDelivery.objects.filter(consumer=consumer, delivered_at__isnull=True, wake_at__lt=until)
    return waiting.update(wake_at=until)


def oldest_waiting() -> datetime | None:
    """When the oldest event that some consumer has not had yet happened; None when all were told."""
    waiting = OutboxDelivery.objects.filter(delivered_at__isnull=True)
    return waiting.order_by("event__occurred_at").values_list("event__occurred_at", flat=True).first()


def _deliver_next(at: datetime, queue: str | None, tried: list[int]) -> tuple[int | None, bool]:
    pk: int | None = None
    try:
        with transaction.atomic():
            delivery = _claim(at, queue, tried)
            if delivery is None:
                return None, True
            pk = delivery.pk
            _consumers[delivery.consumer].handle(delivery.event, at)
            delivery.delivered_at = at
            delivery.save(update_fields=["delivered_at"])
    except Exception as error:  # a task's edge: keep the row, count the attempt, go on with the others
        logger.exception("delivery %s failed", pk)
        if pk is None:
            raise
        _record_failure(pk, at, error)
        return pk, False
    return pk, True


def _claim(at: datetime, queue: str | None, tried: list[int]) -> OutboxDelivery | None:
    rows = OutboxDelivery.objects.filter(delivered_at__isnull=True, wake_at__lte=at).exclude(pk__in=tried)
    if queue is not None:
        rows = rows.filter(queue=queue)
    locked = rows.order_by("wake_at", "pk").select_for_update(skip_locked=True, no_key=True, of=("self",))
    return locked.select_related("event").first()


def _record_failure(pk: int, at: datetime, error: Exception) -> None:
    with transaction.atomic():
        delivery = OutboxDelivery.objects.filter(pk=pk).lock().get()
        delivery.attempts += 1
        delivery.last_error = f"{type(error).__name__}: {error}"[:2000]
        delivery.wake_at = at + min(FIRST_RETRY * 2 ** min(delivery.attempts, 12), LONGEST_RETRY)
        delivery.save(update_fields=["attempts", "last_error", "wake_at"])
