"""What is kept back from a supplier and what a supplier owes. The ledger has the sums, these rows say why."""

from __future__ import annotations

from functools import partial

from django.db import models
from django.db.models import F, Q

from marketplace.core.ids import REF_LENGTH, new_ref
from marketplace.core.money import Money
from marketplace.core.querysets import LockableQuerySet
from trade_assurance.holds.states import DebtStep, KeptFor


class SupplierAccount(models.Model):
    """The row that lets only one transaction at a time net, keep back or take a supplier's money.

    There is one as soon as something is kept back from the company or owed by it; most have none. The reserve is
    what an officer set last: so many basis points of what each release brings, for so many days.
    """

    company = models.OneToOneField(
        "accounts.Company", on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    reserve_bps = models.PositiveIntegerField(default=0)
    reserve_days = models.PositiveIntegerField(default=0)
    reserve_from = models.DateTimeField(null=True)

    objects = LockableQuerySet["SupplierAccount"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(reserve_bps__lte=10_000), name="reserve_not_above_all"),
            models.CheckConstraint(
                condition=Q(reserve_bps=0) | Q(reserve_days__gte=1), name="reserve_ends_some_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company_id}"


class ReserveChange(models.Model):
    """One setting of a supplier's reserve by an officer, with the reason; never changed."""

    company = models.ForeignKey("accounts.Company", on_delete=models.PROTECT, related_name="+")
    bps = models.PositiveIntegerField()
    days = models.PositiveIntegerField()
    from_at = models.DateTimeField()
    reason = models.CharField(max_length=500)
    set_by = models.CharField(max_length=120)
    set_by_label = models.CharField(max_length=300, blank=True)
    set_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["company", "-id"], name="reserve_change_by_company")]

    def __str__(self) -> str:
        return f"{self.bps} bp, {self.days} d"


class KeptBack(models.Model):
    """An amount kept back from a supplier: as reserve until `ends_at`, or while a chargeback is undecided.

    `subject` is the hold it was released from, or the chargeback. `taken_minor` went to the payer's bank,
    `returned_minor` back to the supplier's balance.
    """

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=partial(new_ref, "kept"))
    company = models.ForeignKey("accounts.Company", on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    kept_for = models.CharField(max_length=12, choices=KeptFor)
    subject = models.CharField(max_length=REF_LENGTH)
    order_ref = models.CharField(max_length=REF_LENGTH)
    amount_minor = models.BigIntegerField()
    taken_minor = models.BigIntegerField(default=0)
    returned_minor = models.BigIntegerField(default=0)
    kept_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = LockableQuerySet["KeptBack"].as_manager()

    class Meta:
        verbose_name_plural = "kept back"
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="kept_back_keeps_something"),
            models.CheckConstraint(
                condition=Q(
                    taken_minor__gte=0,
                    returned_minor__gte=0,
                    amount_minor__gte=F("taken_minor") + F("returned_minor"),
                ),
                name="kept_back_gives_not_more_than_kept",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(amount_minor=F("taken_minor") + F("returned_minor")),
                name="kept_back_ends_empty",
            ),
        ]
        indexes = [
            models.Index(
                fields=["company", "currency"], condition=Q(ended_at__isnull=True), name="kept_back_open"
            )
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def left_minor(self) -> int:
        """What is still kept."""
        return self.amount_minor - self.taken_minor - self.returned_minor


class SupplierDebt(models.Model):
    """What a supplier owes the marketplace, and why: paid from later releases, the oldest first."""

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=partial(new_ref, "debt"))
    company = models.ForeignKey("accounts.Company", on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    cause = models.CharField(max_length=REF_LENGTH)
    order_ref = models.CharField(max_length=REF_LENGTH)
    amount_minor = models.BigIntegerField()
    paid_minor = models.BigIntegerField(default=0)
    written_off_minor = models.BigIntegerField(default=0)
    arose_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = LockableQuerySet["SupplierDebt"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="supplier_debt_is_positive"),
            models.CheckConstraint(
                condition=Q(
                    paid_minor__gte=0,
                    written_off_minor__gte=0,
                    amount_minor__gte=F("paid_minor") + F("written_off_minor"),
                ),
                name="supplier_debt_not_paid_twice",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(amount_minor=F("paid_minor") + F("written_off_minor")),
                name="supplier_debt_ends_paid",
            ),
        ]
        indexes = [
            models.Index(
                fields=["company", "currency"], condition=Q(ended_at__isnull=True), name="supplier_debt_open"
            )
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def left_minor(self) -> int:
        """What is still owed."""
        return self.amount_minor - self.paid_minor - self.written_off_minor

    @property
    def left(self) -> Money:
        """The same as an amount."""
        return Money(self.left_minor, self.currency)


class DebtPayment(models.Model):
    """One step in which a debt became smaller; never changed. `cause` is the hold, payout or chargeback it came from."""

    debt = models.ForeignKey(SupplierDebt, on_delete=models.PROTECT, related_name="payments")
    step = models.CharField(max_length=12, choices=DebtStep)
    amount_minor = models.BigIntegerField()
    cause = models.CharField(max_length=REF_LENGTH)
    reason = models.CharField(max_length=500, blank=True)
    actor = models.CharField(max_length=120)
    actor_label = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="debt_payment_pays_something"),
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.amount_minor}"
