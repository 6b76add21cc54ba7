"""What a case is made of: offers, the thread, evidence and the decision. Only `operations` write."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from marketplace.core.models import StatefulModel, TransitionRecord
from marketplace.core.money import Money
from marketplace.core.querysets import LockableQuerySet
from trade_assurance.disputes.models.dispute import Dispute
from trade_assurance.disputes.states import OFFER_TRANSITIONS, OfferState, Side


class Offer(StatefulModel):
    """A settlement proposed by one side: `refund_minor` of the claimed amount goes back to the buyer."""

    TRANSITIONS = OFFER_TRANSITIONS

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="offers")
    version = models.PositiveIntegerField()
    by_side = models.CharField(max_length=8, choices=Side)
    refund_minor = models.BigIntegerField()
    note = models.TextField(blank=True)
    state = models.CharField(max_length=12, choices=OfferState, default=OfferState.OPEN)
    made_by = models.CharField(max_length=120)
    made_by_label = models.CharField(max_length=300)
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    objects = LockableQuerySet["Offer"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dispute", "version"], name="offer_once_per_version"),
            models.UniqueConstraint(
                fields=["dispute"], condition=Q(state="open"), name="offer_open_once_per_dispute"
            ),
            models.CheckConstraint(condition=Q(refund_minor__gt=0), name="offer_refunds_something"),
            models.CheckConstraint(
                condition=Q(state="open", answered_at__isnull=True)
                | (~Q(state="open") & Q(answered_at__isnull=False)),
                name="offer_answered_exactly_when_not_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.refund_minor}"

    def refund(self, currency: str) -> Money:
        return Money(self.refund_minor, currency)


class OfferTransition(TransitionRecord):
    """One step of an offer."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class CaseMessage(models.Model):
    """One message of the case's own thread; never changed."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="messages")
    by_side = models.CharField(max_length=8, choices=Side)
    author = models.CharField(max_length=120)
    author_label = models.CharField(max_length=300)
    text = models.TextField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.author_label} {self.at:%Y-%m-%d %H:%M}"


class Evidence(models.Model):
    """What a side submits: a note and, as files of the kind `evidence`, what proves it; never changed."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="evidence")
    by_side = models.CharField(max_length=8, choices=Side)
    submitted_by = models.CharField(max_length=120)
    submitted_by_label = models.CharField(max_length=300)
    note = models.TextField()
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "evidence"

    def __str__(self) -> str:
        return f"{self.by_side} {self.at:%Y-%m-%d %H:%M}"


class Decision(models.Model):
    """The officer's split of the claimed amount, with reasons. Money moves when the window has passed."""

    dispute = models.OneToOneField(Dispute, on_delete=models.PROTECT, related_name="decision")
    refund_minor = models.BigIntegerField()
    release_minor = models.BigIntegerField()
    reasons = models.TextField()
    officer = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    officer_label = models.CharField(max_length=300)
    decided_at = models.DateTimeField()
    appeal_until = models.DateTimeField()
    waived_by_buyer_at = models.DateTimeField(null=True)
    waived_by_supplier_at = models.DateTimeField(null=True)
    executed_at = models.DateTimeField(null=True)

    objects = LockableQuerySet["Decision"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(refund_minor__gte=0, release_minor__gte=0), name="decision_no_part_is_negative"
            ),
            models.CheckConstraint(condition=~Q(reasons=""), name="decision_gives_reasons"),
        ]

    def __str__(self) -> str:
        return f"{self.refund_minor} / {self.release_minor}"
