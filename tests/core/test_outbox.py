"""The outbox tells every consumer exactly once, whatever breaks in between."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from marketplace.core import outbox
from marketplace.core.actors import Actor
from marketplace.core.models import OperatorSettingValue, OutboxDelivery, OutboxEvent

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
CLERK = Actor.user(user_id=7, name="Clerk")


class Consumer:
    """Writes a row per event (so that effects can be counted) and fails on demand."""

    def __init__(self) -> None:
        self.broken = False

    def handle(self, event: OutboxEvent, at: datetime) -> None:
        OperatorSettingValue.objects.create(key=f"effect {event.pk}", value=1)
        if self.broken:
            msg = "the consumer broke"
            raise RuntimeError(msg)


@pytest.fixture
def consumer() -> Iterator[Consumer]:
    consumer = Consumer()
    outbox.declare_event("test_happened")
    outbox.register_consumer(outbox.EventConsumer("test_happened", "test.consumer", "holds", consumer.handle))
    yield consumer
    outbox._consumers.pop("test.consumer")
    outbox._declared.discard("test_happened")


def emit() -> OutboxEvent:
    with transaction.atomic():
        return outbox.emit(kind="test_happened", subject="ord_x", root="ord_x", actor=CLERK, at=AT)


@pytest.mark.django_db
def test_delivery_is_made_once(consumer: Consumer) -> None:
    emit()
    assert outbox.deliver_due(at=AT) == outbox.DeliveryResult(1, 0)
    assert outbox.deliver_due(at=AT) == outbox.DeliveryResult(0, 0)
    assert OperatorSettingValue.objects.count() == 1
    assert outbox.oldest_waiting() is None


@pytest.mark.django_db
def test_failing_consumer_leaves_no_effect_and_is_tried_again(consumer: Consumer) -> None:
    consumer.broken = True
    emit()
    assert outbox.deliver_due(at=AT) == outbox.DeliveryResult(0, 1)
    assert OperatorSettingValue.objects.count() == 0
    assert outbox.oldest_waiting() == AT
    consumer.broken = False
    assert outbox.deliver_due(at=AT) == outbox.DeliveryResult(0, 0), "waits before it tries again"
    assert outbox.deliver_due(at=AT + timedelta(hours=1)) == outbox.DeliveryResult(1, 0)
    assert OutboxDelivery.objects.get().attempts == 1


@pytest.mark.django_db
def test_other_queue_leaves_it_alone(consumer: Consumer) -> None:
    emit()
    assert outbox.deliver_due(at=AT, queue="disputes") == outbox.DeliveryResult(0, 0)
    assert outbox.deliver_due(at=AT, queue="holds") == outbox.DeliveryResult(1, 0)


@pytest.mark.django_db
def test_undeclared_event_is_refused() -> None:
    with pytest.raises(KeyError), transaction.atomic():
        outbox.emit(kind="never_declared", subject="x", actor=CLERK, at=AT)


@pytest.mark.django_db(transaction=True)
def test_emit_outside_a_transaction_is_refused(consumer: Consumer) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        outbox.emit(kind="test_happened", subject="x", actor=CLERK, at=AT)


@pytest.mark.django_db
def test_rolled_back_operation_tells_nobody(consumer: Consumer) -> None:
    with transaction.atomic():
        outbox.emit(kind="test_happened", subject="x", actor=CLERK, at=AT)
        transaction.set_rollback(True)
    assert OutboxEvent.objects.count() == 0
    assert outbox.deliver_due(at=AT) == outbox.DeliveryResult(0, 0)


def test_a_kind_of_event_belongs_to_one_app() -> None:
    with pytest.raises(ValueError, match="product_submitted"):
        outbox.declare_event("product_submitted")
