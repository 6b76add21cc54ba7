"""What a shipment that has left is worth in one hold: its share, which is released when its condition comes true."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from marketplace.core.ids import REF_LENGTH
from trade_assurance.holds.models.hold import Hold


class ShipmentShare(models.Model):
    """A shipment's part of one milestone's money.

    `due_at` is when its condition came true (papers, delivery, acceptance); a due share waits all the same
    while its money is frozen or not paid in. `taken_minor` is what left it otherwise: a claim's end, a chargeback.
    """

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="shares")
    shipment_ref = models.CharField(max_length=REF_LENGTH)
    amount_minor = models.BigIntegerField()
    released_minor = models.BigIntegerField(default=0)
    taken_minor = models.BigIntegerField(default=0)
    allotted_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hold", "shipment_ref"], name="share_once_per_hold_and_shipment"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="share_is_something"),
            models.CheckConstraint(
                condition=Q(
                    released_minor__gte=0,
                    taken_minor__gte=0,
                    amount_minor__gte=F("released_minor") + F("taken_minor"),
                ),
                name="share_moves_not_above_itself",
            ),
            models.CheckConstraint(
                condition=Q(released_minor=0) | Q(due_at__isnull=False), name="share_released_only_when_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shipment_ref} {self.amount_minor}"

    @property
    def left_minor(self) -> int:
        """What of it still lies in the hold, or is still to be paid in."""
        return self.amount_minor - self.released_minor - self.taken_minor
