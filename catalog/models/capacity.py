"""What a variant can be had of, per period, and who has taken how much. Written by `operations.capacity.stated` only.

Stock is a period without an end. A variant without any period is not limited.
"""

from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Greatest

from catalog.models.product import Variant
from catalog.states import CapacityMovementKind
from marketplace.core.ids import REF_LENGTH, new_ref
from marketplace.core.querysets import LockableQuerySet

_COUNTS = Q(withdrawn_at__isnull=True)


def new_capacity_ref() -> str:
    """A fresh public reference."""
    return new_ref("cap")


class CapacityPeriod(models.Model):
    """How much of a variant a supplier offers from a day on, until a day (included) or, for stock, without an end.

    `taken` is what orders hold of it: the sum of its takings and of its book of movements, of which `moves` is the
    last number. Amounts are in `unit_code`, the listing's when it was stated. `withdrawn_at`: nobody takes of it any
    more; what was taken stays taken.
    """

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=new_capacity_ref)
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="capacity")
    unit_code = models.CharField(max_length=4)
    first_day = models.DateField()
    last_day = models.DateField(null=True, help_text="null: stock, it has no end")
    offered = models.DecimalField(max_digits=14, decimal_places=3)
    taken = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))
    moves = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    low_told_at = models.DateTimeField(null=True)

    objects = LockableQuerySet["CapacityPeriod"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(taken__gte=0, taken__lte=F("offered")),
                name="capacity_never_more_taken_than_offered",
            ),
            models.CheckConstraint(
                condition=Q(last_day__isnull=True) | Q(last_day__gte=F("first_day")),
                name="capacity_period_ends_not_before_it_begins",
            ),
            models.UniqueConstraint(
                fields=["variant", "first_day"],
                condition=_COUNTS & Q(last_day__isnull=True),
                name="capacity_stock_once_per_day",
            ),
            # Ranges on both sides, so that no extension is needed to compare numbers in it.
            ExclusionConstraint(
                name="capacity_periods_of_a_variant_do_not_overlap",
                expressions=[
                    (Func(F("variant"), F("variant"), Value("[]"), function="int8range"), "&&"),
                    (Func(F("first_day"), F("last_day"), Value("[]"), function="daterange"), "&&"),
                ],
                condition=_COUNTS & Q(last_day__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["variant", "first_day"], condition=_COUNTS, name="capacity_of_a_variant"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.first_day}"


class CapacityTaking(models.Model):
    """How much of a period a line of an order holds now. An order is known by its reference only.

    A line may hold of several periods. `agreed` is what the order as it stands takes of this one, `proposed` what it
    would with the terms that wait for an answer: it holds the larger of both, so that either answer finds its goods.
    """

    period = models.ForeignKey(CapacityPeriod, on_delete=models.PROTECT, related_name="takings")
    order_ref = models.CharField(max_length=REF_LENGTH)
    order_number = models.CharField(max_length=20)
    line_position = models.PositiveIntegerField()
    quantity = models.DecimalField(max_digits=14, decimal_places=3)
    agreed = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))
    proposed = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order_ref", "line_position", "period"],
                name="capacity_taken_once_per_line_and_period",
            ),
            models.CheckConstraint(
                condition=Q(agreed__gte=0, proposed__gte=0), name="capacity_taken_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(quantity=Greatest("agreed", "proposed")),
                name="capacity_held_for_either_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_ref} line {self.line_position}: {self.quantity}"


class CapacityMovement(models.Model):
    """One line of a period's book; never edited. Each follows from the one before: the database adds up (migration)."""

    period = models.ForeignKey(CapacityPeriod, on_delete=models.PROTECT, related_name="movements")
    taking = models.ForeignKey(CapacityTaking, on_delete=models.PROTECT, null=True, related_name="movements")
    number = models.PositiveIntegerField(help_text="1, 2, 3 … within the period")
    kind = models.CharField(max_length=10, choices=CapacityMovementKind)
    offered_change = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))
    taken_change = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))
    offered_after = models.DecimalField(max_digits=14, decimal_places=3)
    taken_after = models.DecimalField(max_digits=14, decimal_places=3)
    actor = models.CharField(max_length=120)
    actor_label = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period", "number"], name="capacity_movement_once_per_number"),
            models.CheckConstraint(
                condition=Q(
                    kind=CapacityMovementKind.TAKEN,
                    taken_change__gt=0,
                    offered_change=0,
                    taking__isnull=False,
                )
                | Q(
                    kind=CapacityMovementKind.GIVEN_BACK,
                    taken_change__lt=0,
                    offered_change=0,
                    taking__isnull=False,
                )
                | Q(
                    kind__in=[CapacityMovementKind.OFFERED, CapacityMovementKind.WITHDRAWN],
                    taken_change=0,
                    taking__isnull=True,
                ),
                name="capacity_movement_says_what_it_is",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period_id} #{self.number} {self.kind}"
