"""What a case is made of: offers and promises, the thread, evidence and decisions. Only `operations` write."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from marketplace.core.models import StatefulModel, TransitionRecord
from marketplace.core.money import Money
from marketplace.core.querysets import LockableQuerySet
from trade_assurance.disputes.models.dispute import ClaimLine, Dispute
from trade_assurance.disputes.states import (
    DECISION_TRANSITIONS,
    OFFER_TRANSITIONS,
    PROMISE_TRANSITIONS,
    STANDING_DECISIONS,
    DecisionState,
    OfferKind,
    OfferState,
    PromiseState,
    RangeEnd,
    Side,
)


class Offer(StatefulModel):
    """A settlement proposed by one side; what each amount and day means is `kind`'s to say (`rules.offers`)."""

    TRANSITIONS = OFFER_TRANSITIONS

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="offers")
    version = models.PositiveIntegerField()
    by_side = models.CharField(max_length=8, choices=Side)
    kind = models.CharField(max_length=20, choices=OfferKind, default=OfferKind.REFUND_AMOUNT)
    refund_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField(default=0)
    return_paid_by = models.CharField(max_length=8, choices=Side, blank=True)
    due_on = models.DateField(null=True)
    note = models.TextField(blank=True)
    state = models.CharField(max_length=12, choices=OfferState, default=OfferState.OPEN)
    made_by = models.CharField(max_length=120)
    made_by_label = models.CharField(max_length=300)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    objects = LockableQuerySet["Offer"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dispute", "version"], name="offer_once_per_version"),
            models.UniqueConstraint(
                fields=["dispute"], condition=Q(state="open"), name="offer_open_once_per_dispute"
            ),
            models.CheckConstraint(
                condition=Q(refund_minor__gt=0, discount_minor=0)
                | Q(kind="keep_and_pay", refund_minor=0, discount_minor=0)
                | Q(kind="discount_next_order", refund_minor=0, discount_minor__gt=0),
                name="offer_gives_what_its_kind_says",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["return_and_refund", "replace", "discount_next_order"])
                | Q(due_on__isnull=False),
                name="offer_of_its_kind_has_a_day",
            ),
            models.CheckConstraint(
                condition=Q(state="open", answered_at__isnull=True)
                | (~Q(state="open") & Q(answered_at__isnull=False)),
                name="offer_answered_exactly_when_not_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.kind} {self.refund_minor}"

    def refund(self, currency: str) -> Money:
        return Money(self.refund_minor, currency)


class OfferTransition(TransitionRecord):
    """One step of an offer."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class Promise(StatefulModel):
    """What an accepted offer makes wait for: the goods sent back, or other goods sent. One open per case."""

    TRANSITIONS = PROMISE_TRANSITIONS

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="promises")
    offer = models.OneToOneField(Offer, on_delete=models.PROTECT, related_name="promise")
    state = models.CharField(max_length=12, choices=PromiseState, default=PromiseState.PROMISED)
    due_at = models.DateTimeField()
    carrier = models.CharField(max_length=80, blank=True)
    tracking_number = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    contested_because = models.TextField(blank=True)

    objects = LockableQuerySet["Promise"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dispute"],
                condition=Q(state__in=["promised", "sent"]),
                name="promise_one_open_per_dispute",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "kept", "contested"])
                | (Q(sent_at__isnull=False) & ~Q(carrier="")),
                name="promise_sent_with_a_carrier",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} by {self.due_at:%Y-%m-%d}"


class PromiseTransition(TransitionRecord):
    """One step of a promise."""

    promise = models.ForeignKey(Promise, on_delete=models.PROTECT, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class SealedRange(models.Model):
    """The least the buyer takes, or the most the supplier gives: read by that side alone, ever.

    Its amount goes into no event, no line of the timeline, no notification, no evidence and no page of
    anybody else (ADR 0014). Rows are never changed but for their end.
    """

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="sealed_ranges")
    side = models.CharField(max_length=8, choices=Side)
    bound_minor = models.BigIntegerField()
    ended_as = models.CharField(max_length=12, choices=RangeEnd, blank=True)
    sealed_by = models.CharField(max_length=120)
    sealed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dispute", "side"],
                condition=Q(ended_at__isnull=True),
                name="sealed_range_one_per_side",
            ),
            models.CheckConstraint(condition=Q(bound_minor__gt=0), name="sealed_range_above_zero"),
            models.CheckConstraint(
                condition=Q(side__in=["buyer", "supplier"]), name="sealed_range_of_one_of_the_two"
            ),
        ]

    def __str__(self) -> str:
        return f"range of the {self.side}"


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
    """What a side submits: a note and, as files of the kind `evidence`, what proves it; never changed.

    Neither is the file's own row (trigger `evidence_file_history`). With `inspection` it is a third party's report.
    """

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="evidence")
    by_side = models.CharField(max_length=8, choices=Side)
    submitted_by = models.CharField(max_length=120)
    submitted_by_label = models.CharField(max_length=300)
    note = models.TextField()
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")
    inspection = models.ForeignKey(
        "ta_disputes.Inspection", on_delete=models.PROTECT, null=True, related_name="reports"
    )
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "evidence"

    def __str__(self) -> str:
        return f"{self.by_side} {self.at:%Y-%m-%d %H:%M}"


class Decision(StatefulModel):
    """An officer's split of the claimed amount, with reasons. Money moves when nothing can be said against it.

    `divided_minor` is what there was to divide then: the claim less what a chargeback had taken.
    `instance` 1 may be appealed within its window; 2, by another officer, is final. With `needs_second` it
    counts only when a second officer has approved it.
    """

    TRANSITIONS = DECISION_TRANSITIONS

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="decisions")
    instance = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=12, choices=DecisionState, default=DecisionState.PROPOSED)
    refund_minor = models.BigIntegerField()
    release_minor = models.BigIntegerField()
    divided_minor = models.BigIntegerField()
    reasons = models.TextField()
    officer = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    officer_label = models.CharField(max_length=300)
    decided_at = models.DateTimeField()
    needs_second = models.BooleanField(default=False)
    second_officer = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    second_label = models.CharField(max_length=300, blank=True)
    second_at = models.DateTimeField(null=True)
    second_note = models.TextField(blank=True)
    in_force_at = models.DateTimeField(null=True)
    appeal_until = models.DateTimeField(null=True)
    waived_by_buyer_at = models.DateTimeField(null=True)
    waived_by_supplier_at = models.DateTimeField(null=True)
    executed_at = models.DateTimeField(null=True)

    objects = LockableQuerySet["Decision"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dispute", "instance"],
                condition=Q(state__in=STANDING_DECISIONS),
                name="decision_one_per_instance",
            ),
            models.CheckConstraint(
                condition=Q(
                    refund_minor__gte=0,
                    release_minor__gte=0,
                    divided_minor__gte=models.F("refund_minor") + models.F("release_minor"),
                ),
                name="decision_divides_not_more_than_there_is",
            ),
            models.CheckConstraint(condition=~Q(reasons=""), name="decision_gives_reasons"),
            models.CheckConstraint(condition=Q(instance__in=[1, 2]), name="decision_first_or_second"),
            models.CheckConstraint(
                condition=Q(second_officer__isnull=True) | ~Q(second_officer=models.F("officer")),
                name="decision_approved_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=~Q(state="in_force", needs_second=True) | Q(second_officer__isnull=False),
                name="decision_above_the_limit_has_two_officers",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.refund_minor} / {self.release_minor}"


class DecisionTransition(TransitionRecord):
    """One step of a decision."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class DecisionLine(models.Model):
    """A decision's split for one claimed line; over all lines they come to the decision's."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="lines")
    claim_line = models.ForeignKey(ClaimLine, on_delete=models.PROTECT, related_name="+")
    refund_minor = models.BigIntegerField()
    release_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision", "claim_line"], name="decision_line_once"),
            models.CheckConstraint(
                condition=Q(refund_minor__gte=0, release_minor__gte=0),
                name="decision_line_no_part_is_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.refund_minor} / {self.release_minor}"
