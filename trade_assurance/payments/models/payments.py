"""Payments of buyers, what came in for them, and what goes back. Must not know holds or orders: they are text."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from marketplace.accounts.models import Company
from marketplace.core.ids import REF_LENGTH
from marketplace.core.models import StatefulModel, TransitionRecord
from marketplace.core.money import Money
from marketplace.core.querysets import LockableQuerySet
from marketplace.files.models import StoredFile
from trade_assurance.payments.states import PAYMENT_TRANSITIONS, REFUND_TRANSITIONS, PaymentState, RefundState

SUBJECT_LENGTH = 64


class Payment(StatefulModel):
    """One payment asked of a buyer for one subject. `refunded_minor` counts what is under way back, too.

    `disputed_minor` is what the payer's bank took and has not decided about, `charged_back_minor` what it
    took for good; both with the provider, whatever was refunded besides.

    `reference` is what people write on a bank transfer (`PT-7K3M-9Q2X`), empty on other rails. `method` is how it
    was paid, in the provider's word; `refundable_until` when that method stops to take money back, if it does.
    """

    TRANSITIONS = PAYMENT_TRANSITIONS

    ref = models.CharField(max_length=REF_LENGTH, unique=True)
    provider = models.CharField(max_length=32)
    subject = models.CharField(max_length=SUBJECT_LENGTH)
    root = models.CharField(max_length=SUBJECT_LENGTH)
    payer = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    description = models.CharField(max_length=300)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    received_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    disputed_minor = models.BigIntegerField(default=0)
    charged_back_minor = models.BigIntegerField(default=0)
    receipts = models.PositiveIntegerField(default=0)
    reference = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=16, choices=PaymentState, default=PaymentState.STARTED)
    provider_ref = models.CharField(max_length=120, blank=True)
    next_action_url = models.CharField(max_length=2000, blank=True)
    return_url = models.CharField(max_length=500)
    decline_code = models.CharField(max_length=64, blank=True)
    method = models.CharField(max_length=32, blank=True)
    refundable_until = models.DateTimeField(null=True, blank=True)
    started_by = models.CharField(max_length=120)
    started_by_label = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField()
    succeeded_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = LockableQuerySet["Payment"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="payment_asks_for_something", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(name="payment_received_not_negative", condition=Q(received_minor__gte=0)),
            models.CheckConstraint(
                name="payment_refunded_not_above_received",
                condition=Q(refunded_minor__gte=0, refunded_minor__lte=F("received_minor")),
            ),
            models.CheckConstraint(
                name="payment_charged_back_not_above_received",
                condition=Q(
                    disputed_minor__gte=0,
                    charged_back_minor__gte=0,
                    received_minor__gte=F("disputed_minor") + F("charged_back_minor"),
                ),
            ),
            models.CheckConstraint(
                name="payment_succeeded_is_fully_received",
                condition=~Q(state=PaymentState.SUCCEEDED)
                | Q(received_minor__gte=F("amount_minor"), succeeded_at__isnull=False),
            ),
            models.CheckConstraint(name="payment_state_is_known", condition=Q(state__in=PaymentState.values)),
            models.UniqueConstraint(
                fields=["reference"], condition=~Q(reference=""), name="payment_reference_once"
            ),
            models.UniqueConstraint(
                fields=["provider", "provider_ref"],
                condition=~Q(provider_ref=""),
                name="payment_once_per_provider_object",
            ),
        ]
        indexes = [
            models.Index(fields=["subject"], name="payment_by_subject"),
            models.Index(fields=["root"], name="payment_by_root"),
            models.Index(
                fields=["provider", "started_at"],
                condition=Q(state__in=["started", "processing", "partly_funded"]),
                name="payment_open",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def money(self) -> Money:
        """What was asked."""
        return Money(self.amount_minor, self.currency)

    @property
    def received(self) -> Money:
        """What came in so far."""
        return Money(self.received_minor, self.currency)

    @property
    def missing(self) -> Money:
        """What has still to come; zero when all or more came in."""
        return Money(max(self.amount_minor - self.received_minor, 0), self.currency)

    @property
    def refundable(self) -> Money:
        """What came in, is not on its way back and was not charged back for good."""
        left = self.received_minor - self.refunded_minor - self.charged_back_minor
        return Money(max(left, 0), self.currency)

    @property
    def is_under_chargeback(self) -> bool:
        """Whether the payer's bank has taken money of it and not decided yet: nothing of it can be refunded now."""
        return self.disputed_minor > 0


class PaymentTransition(TransitionRecord):
    """One step of a payment."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class BankReceipt(models.Model):
    """Money of a bank statement that a finance officer recorded for a payment; written once."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="bank_receipts")
    amount_minor = models.BigIntegerField()
    received_on = models.DateField()
    bank_reference = models.CharField(max_length=120)
    sender = models.CharField(max_length=200, blank=True)
    proof = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_by = models.CharField(max_length=120)
    recorded_by_label = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField()
    # INVARIANT: a bank line is received once, whichever door it came by; split over payments, its receipts are never
    # more than it (enforced by bank_receipts_not_above_their_line, bank_receipt_once_per_line_and_payment).
    statement_line = models.ForeignKey(
        "ta_payments.BankStatementLine", on_delete=models.PROTECT, null=True, related_name="receipts"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(name="bank_receipt_is_positive", condition=Q(amount_minor__gt=0)),
            models.UniqueConstraint(
                fields=["payment", "bank_reference"], name="bank_receipt_once_per_statement_line"
            ),
            models.UniqueConstraint(
                fields=["statement_line", "payment"],
                condition=Q(statement_line__isnull=False),
                name="bank_receipt_once_per_line_and_payment",
            ),
        ]

    def __str__(self) -> str:
        return self.bank_reference


class Refund(StatefulModel):
    """A part of a payment that goes back to the buyer.

    `provider` is the rail it goes by: the payment's own, or the bank when the money was moved there.
    """

    TRANSITIONS = REFUND_TRANSITIONS

    ref = models.CharField(max_length=REF_LENGTH, unique=True)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    provider = models.CharField(max_length=32)
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=12, choices=RefundState, default=RefundState.REQUESTED)
    reason = models.CharField(max_length=300, blank=True)
    requested_by = models.CharField(max_length=120)
    requested_at = models.DateTimeField()
    bank_reference = models.CharField(max_length=120, blank=True)
    proof = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=300, blank=True)
    # INVARIANT: a failed refund is tried again once (enforced by the one-to-one); that one may fail and be tried again.
    retry_of = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="retried_by"
    )

    objects = LockableQuerySet["Refund"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="refund_is_positive", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(name="refund_state_is_known", condition=Q(state__in=RefundState.values)),
        ]
        indexes = [
            models.Index(
                fields=["requested_at"],
                condition=Q(state__in=["requested", "sent", "unknown"]),
                name="refund_open",
            )
        ]

    def __str__(self) -> str:
        return self.ref


class RefundConfirmation(models.Model):
    """A large transfer back that an officer says they made by hand: it counts when another officer agrees."""

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="confirmations")
    bank_reference = models.CharField(max_length=120)
    proof = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    first_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    first_by_label = models.CharField(max_length=300)
    first_at = models.DateTimeField()
    second_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    second_by_label = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)
    dropped_by_label = models.CharField(max_length=300, blank=True)
    dropped_because = models.CharField(max_length=300, blank=True)

    objects = LockableQuerySet["RefundConfirmation"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["refund"],
                condition=Q(done_at__isnull=True, dropped_at__isnull=True),
                name="refund_confirmation_waits_once",
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True)
                | (Q(second_by__isnull=False, dropped_at__isnull=True) & ~Q(second_by=F("first_by"))),
                name="refund_confirmation_needs_two_persons",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank_reference} {self.first_at:%Y-%m-%d}"


class RefundTransition(TransitionRecord):
    """One step of a refund."""

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"
