"""Where a supplier wants its money, and each way there. Only `operations` write."""

from __future__ import annotations

from functools import partial

from django.db import models
from django.db.models import F, Q

from marketplace.core.ids import REF_LENGTH, new_ref
from marketplace.core.models import StatefulModel, TransitionRecord
from marketplace.core.money import Money
from trade_assurance.holds.querysets import PayoutAccountQuerySet, PayoutQuerySet
from trade_assurance.holds.states import PAYOUT_TRANSITIONS, PAYOUT_UNDER_WAY, PayoutState, SecondApproval


class PayoutAccount(models.Model):
    """The account of a company that payouts of one currency go to.

    `replaced_at`: when another account that was there before was last overwritten, NULL for a first one.
    """

    company = models.ForeignKey("accounts.Company", on_delete=models.PROTECT, related_name="payout_accounts")
    currency = models.CharField(max_length=3)
    provider = models.CharField(max_length=32)
    holder = models.CharField(max_length=200, blank=True)
    bank_name = models.CharField(max_length=200, blank=True)
    account_number = models.CharField(max_length=64, blank=True)
    bank_code = models.CharField(max_length=32, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=120)
    replaced_at = models.DateTimeField(null=True)

    objects = PayoutAccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "currency"], name="payout_account_once_per_currency"),
        ]

    def __str__(self) -> str:
        return f"{self.company_id} {self.currency}"

    def as_destination(self) -> dict[str, str]:
        """The copy that a payout keeps."""
        return {
            "provider": self.provider,
            "holder": self.holder,
            "bank_name": self.bank_name,
            "account_number": self.account_number,
            "bank_code": self.bank_code,
        }


class Payout(StatefulModel):
    """An amount on its way from what a supplier is owed to their bank.

    `refusal` says why it was rejected, failed or came back. The money leaves the supplier's balance when it is
    requested, so it cannot be asked for twice. `returned_minor` is what came back after it had
    arrived, in all or part by part.
    """

    TRANSITIONS = PAYOUT_TRANSITIONS

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=partial(new_ref, "pyo"))
    company = models.ForeignKey("accounts.Company", on_delete=models.PROTECT, related_name="payouts")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    provider = models.CharField(max_length=32)
    destination = models.JSONField()
    state = models.CharField(max_length=12, choices=PayoutState, default=PayoutState.REQUESTED)
    approvals_needed = models.PositiveSmallIntegerField()
    approvals_given = models.PositiveSmallIntegerField(default=0)
    second_because = models.CharField(max_length=16, choices=SecondApproval, blank=True)
    requested_by = models.CharField(max_length=120)
    requested_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    refusal = models.TextField(blank=True)
    bank_reference = models.CharField(max_length=140, blank=True)
    returned_minor = models.BigIntegerField(default=0)
    waits_because = models.CharField(max_length=300, blank=True)

    objects = PayoutQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payout_pays_something"),
            models.CheckConstraint(
                condition=Q(approvals_needed__gte=1, approvals_needed__lte=2),
                name="payout_needs_one_or_two_approvals",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[PayoutState.REQUESTED, PayoutState.REJECTED])
                | Q(approvals_given=F("approvals_needed")),
                name="payout_goes_only_with_all_approvals",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[PayoutState.REJECTED, PayoutState.FAILED, PayoutState.RETURNED])
                | ~Q(refusal=""),
                name="payout_turned_down_says_why",
            ),
            models.CheckConstraint(
                condition=Q(returned_minor=0)
                | Q(
                    state__in=[
                        PayoutState.SENT,
                        PayoutState.CONFIRMED,
                        PayoutState.RETURNED,
                    ],
                    returned_minor__gt=0,
                    returned_minor__lte=F("amount_minor"),
                ),
                name="payout_gives_back_at_most_what_it_paid",
            ),
        ]
        indexes = [
            models.Index(
                fields=["requested_at"], condition=Q(state__in=PAYOUT_UNDER_WAY), name="payout_under_way"
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class PayoutTransition(TransitionRecord):
    """One step of a payout."""

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class PayoutApproval(models.Model):
    """One finance officer's yes. The same person cannot say it twice."""

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="approvals")
    # INVARIANT: two approvals are two persons (enforced by payout_approval_once_per_person)
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    label = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payout", "user"], name="payout_approval_once_per_person"),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.at:%Y-%m-%d}"
