"""What the vault adds to a case: previews of its pictures, inspections with who pays for them. Only `operations` write."""

from __future__ import annotations

from functools import partial

from django.db import models
from django.db.models import Q

from marketplace.core.ids import REF_LENGTH, new_ref
from marketplace.core.models import StatefulModel, TransitionRecord
from marketplace.core.money import Money
from marketplace.core.querysets import LockableQuerySet
from trade_assurance.disputes.models.case import Decision
from trade_assurance.disputes.models.dispute import Dispute
from trade_assurance.disputes.states import INSPECTION_TRANSITIONS, InspectionState, Side


class Preview(models.Model):
    """Smaller pictures of one file of evidence, encoded anew; the page shows these, never the original."""

    file = models.OneToOneField("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    thumb_path = models.CharField(max_length=200)
    large_path = models.CharField(max_length=200)
    width_px = models.PositiveIntegerField()
    height_px = models.PositiveIntegerField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.thumb_path


class Inspection(StatefulModel):
    """A third party's look at the goods: who, what, at what cost, and which side advances it.

    `cost_minor` is what was agreed at most, `spent_minor` what the report cost. The loser bears it in the end
    (`rules.inspections`); `advanced_by` only says who pays the inspector first.
    """

    TRANSITIONS = INSPECTION_TRANSITIONS

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=partial(new_ref, "ins"))
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="inspections")
    proposed_by_side = models.CharField(max_length=8, choices=Side)
    proposed_by = models.CharField(max_length=120)
    proposed_by_label = models.CharField(max_length=300)
    inspector = models.CharField(max_length=160)
    task = models.TextField()
    currency = models.CharField(max_length=3)
    cost_minor = models.BigIntegerField()
    spent_minor = models.BigIntegerField(null=True)
    advanced_by = models.CharField(max_length=8, choices=Side)
    state = models.CharField(max_length=12, choices=InspectionState, default=InspectionState.PROPOSED)
    proposed_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)

    objects = LockableQuerySet["Inspection"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(cost_minor__gt=0), name="inspection_costs_something"),
            models.CheckConstraint(
                condition=Q(spent_minor__isnull=True)
                | Q(spent_minor__gte=0, spent_minor__lte=models.F("cost_minor")),
                name="inspection_spends_not_more_than_agreed",
            ),
            models.CheckConstraint(
                condition=Q(advanced_by__in=["buyer", "supplier"]),
                name="inspection_advanced_by_one_of_the_two",
            ),
            models.CheckConstraint(
                condition=Q(state="reported", spent_minor__isnull=False, reported_at__isnull=False)
                | (~Q(state="reported") & Q(spent_minor__isnull=True, reported_at__isnull=True)),
                name="inspection_spent_exactly_when_reported",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def cost(self) -> Money:
        """The most it may cost."""
        return Money(self.cost_minor, self.currency)

    @property
    def counted(self) -> Money:
        """What it cost, once reported; what it may cost before."""
        spent = self.cost_minor if self.spent_minor is None else self.spent_minor
        return Money(spent, self.currency)


class InspectionTransition(TransitionRecord):
    """One step of an inspection."""

    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class CostSettlement(models.Model):
    """How the inspections' cost moved when a decision was carried out; never changed.

    `due_minor` is what the side that lost owes `owed_to`: taken out of the claim's split, out of what the order
    still holds freely, and the rest owed outside the marketplace.
    """

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="costs")
    owed_to = models.CharField(max_length=8, choices=Side)
    due_minor = models.BigIntegerField()
    from_claim_minor = models.BigIntegerField()
    from_held_minor = models.BigIntegerField()
    outside_minor = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    due_minor=models.F("from_claim_minor")
                    + models.F("from_held_minor")
                    + models.F("outside_minor")
                ),
                name="cost_settlement_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(from_claim_minor__gte=0, from_held_minor__gte=0, outside_minor__gte=0),
                name="cost_settlement_no_part_is_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.due_minor} to the {self.owed_to}"
