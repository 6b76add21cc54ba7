"""Shipments: goods of some lines that leave together, their documents, and what carriers report."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from marketplace.core.ids import REF_LENGTH
from marketplace.core.models import StatefulModel, TransitionRecord, TransitionTable
from marketplace.core.querysets import LockableQuerySet
from orders.models.line import OrderLine
from orders.models.order import Order
from orders.states import (
    ARRIVED,
    GONE,
    SHIPMENT_TRANSITIONS,
    CarrierOutcome,
    DeliverySource,
    DocumentType,
    ShipmentState,
    SurplusState,
    TransportMode,
)


class Shipment(StatefulModel):
    """`late` when it left after the contract's ship-by date; `unproven_at` when an officer must decide on delivery.

    `goods_minor` and `freight_minor` are what it is worth, fixed as it leaves; `surplus_minor` is the price of
    what it holds beyond the ordered quantity, and counts when it was paid. `inspection_ends_at` is when
    silence accepts it.
    """

    TRANSITIONS: ClassVar[TransitionTable] = SHIPMENT_TRANSITIONS

    ref = models.CharField(max_length=REF_LENGTH, unique=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="shipments")
    state = models.CharField(max_length=12, choices=ShipmentState, default=ShipmentState.PACKED)
    transport_mode = models.CharField(max_length=8, choices=TransportMode)
    carrier = models.CharField(max_length=80)
    carrier_code = models.CharField(max_length=80)
    tracking_number = models.CharField(max_length=64, blank=True)
    packed_at = models.DateTimeField()
    shipped_on = models.DateField(null=True)
    promised_arrival_on = models.DateField(null=True)
    late = models.BooleanField(default=False)
    tracked_at = models.DateTimeField(null=True)
    unproven_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    delivery_source = models.CharField(max_length=8, choices=DeliverySource, blank=True)
    inspection_ends_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    weighed_at = models.DateTimeField(null=True)
    goods_minor = models.BigIntegerField(null=True)
    freight_minor = models.BigIntegerField(null=True)
    surplus_minor = models.BigIntegerField(default=0)
    surplus_state = models.CharField(max_length=8, choices=SurplusState, blank=True, default="")

    objects = LockableQuerySet["Shipment"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "id"], name="shipment_known_by_its_order"),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(GONE))
                | Q(shipped_on__isnull=False, promised_arrival_on__isnull=False),
                name="shipment_gone_on_some_day",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=sorted(ARRIVED), delivered_at__isnull=False) & ~Q(delivery_source=""))
                | (~Q(state__in=sorted(ARRIVED)) & Q(delivered_at__isnull=True, delivery_source="")),
                name="shipment_delivered_with_a_source",
            ),
            models.CheckConstraint(
                condition=Q(promised_arrival_on__isnull=True)
                | Q(shipped_on__isnull=True)
                | Q(promised_arrival_on__gte=F("shipped_on")),
                name="shipment_arrives_not_before_it_leaves",
            ),
            models.CheckConstraint(
                condition=Q(goods_minor__isnull=True, freight_minor__isnull=True)
                | Q(goods_minor__gte=0, freight_minor__gte=0),
                name="shipment_worth_not_negative",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(GONE)) | ~Q(surplus_state=SurplusState.ASKED),
                name="shipment_leaves_not_before_its_surplus_is_settled",
            ),
        ]
        indexes = [models.Index(fields=["carrier_code", "tracking_number"], name="shipment_by_tracking")]

    def __str__(self) -> str:
        return self.ref


class ShipmentLine(models.Model):
    """How much of an order line is in a shipment; both belong to the same order (trigger in migration 0002).

    Weighed, `quantity` is what the certificate says and `declared_quantity` what had been packed;
    `over_quantity` of it is more than was ordered.
    """

    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(OrderLine, on_delete=models.CASCADE, related_name="shipment_lines")
    quantity = models.DecimalField(max_digits=14, decimal_places=3)
    declared_quantity = models.DecimalField(max_digits=14, decimal_places=3, null=True)
    over_quantity = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shipment", "line"], name="shipment_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="shipment_line_quantity_above_zero"),
            models.CheckConstraint(
                condition=Q(over_quantity__gte=0, over_quantity__lte=F("quantity")),
                name="shipment_line_over_within_quantity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of line {self.line_id}"


class ShipmentDocument(models.Model):
    """A paper of a shipment; the file itself is private and hashed."""

    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="documents")
    document_type = models.CharField(max_length=24, choices=DocumentType)
    file = models.OneToOneField("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    attached_by = models.CharField(max_length=120)
    attached_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.document_type} of shipment {self.shipment_id}"


class ShipmentTransition(TransitionRecord):
    """A step of a shipment."""

    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class CarrierEvent(models.Model):
    """A signed report of a carrier, kept as it came. One row per event of a carrier, however often it is sent."""

    carrier_code = models.CharField(max_length=80)
    event_id = models.CharField(max_length=120)
    body = models.TextField()
    body_sha256 = models.CharField(max_length=64)
    tracking_number = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=16, blank=True)
    occurred_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=CarrierOutcome)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["carrier_code", "event_id"], name="carrier_event_once"),
        ]
        indexes = [models.Index(fields=["outcome", "received_at"], name="carrier_event_by_outcome")]

    def __str__(self) -> str:
        return f"{self.carrier_code} {self.event_id}"
