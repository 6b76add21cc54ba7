"""The marketplace's own bank accounts, batches of transfers for the bank, and statements from it.

Operations and payments stay what they are: a batch only says which of them went into one file, a statement
line only says what the bank booked. Holds no decision.
"""

from __future__ import annotations

from functools import partial

from django.db import models
from django.db.models import Q

from marketplace.core.ids import REF_LENGTH, new_ref
from marketplace.core.models import StatefulModel, TransitionRecord
from marketplace.core.money import Money
from marketplace.core.querysets import LockableQuerySet
from marketplace.files.models import StoredFile
from trade_assurance.payments.models.operations import ProviderOperation
from trade_assurance.payments.models.payments import Payment
from trade_assurance.payments.states import (
    BATCH_TRANSITIONS,
    LINE_IN_SUSPENSE,
    LINE_NOT_TAKEN,
    LINE_TRANSITIONS,
    STATEMENT_TRANSITIONS,
    BatchState,
    LineState,
    OperationKind,
    StatementState,
)


class BankAccount(models.Model):
    """An account of the marketplace in one currency: transfers leave it, statements come from it.

    `csv_layout` is how this bank's CSV statements are read, remembered from the last time.
    """

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=partial(new_ref, "bka"))
    currency = models.CharField(max_length=3)
    holder = models.CharField(max_length=140)
    bank_name = models.CharField(max_length=140)
    account_number = models.CharField(max_length=34)
    bank_code = models.CharField(max_length=32, blank=True)
    country = models.CharField(max_length=2)
    csv_layout = models.JSONField(default=dict)
    added_by = models.CharField(max_length=120)
    added_by_label = models.CharField(max_length=300, blank=True)
    added_at = models.DateTimeField()

    objects = LockableQuerySet["BankAccount"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account_number", "currency"], name="bank_account_once_per_currency"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_number} {self.currency}"

    def as_destination(self) -> dict[str, str]:
        """The account as a batch keeps it."""
        return {
            "holder": self.holder,
            "bank_name": self.bank_name,
            "account_number": self.account_number,
            "bank_code": self.bank_code,
            "country": self.country,
        }


class PayoutBatch(StatefulModel):
    """Transfers that leave one account in one file. What the file says is frozen here and in the lines.

    `created_at` is the file's moment and `execute_on` its day, so that every export gives the same bytes;
    `sha256` is that of the first one.
    """

    TRANSITIONS = BATCH_TRANSITIONS

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=partial(new_ref, "bat"))
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="batches")
    debtor = models.JSONField()
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField()
    execute_on = models.DateField()
    state = models.CharField(max_length=10, choices=BatchState, default=BatchState.OPEN)
    approvals_needed = models.PositiveSmallIntegerField()
    approvals_given = models.PositiveSmallIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    created_by = models.CharField(max_length=120)
    created_by_label = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    exported_at = models.DateTimeField(null=True)
    ended_because = models.TextField(blank=True)

    objects = LockableQuerySet["PayoutBatch"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="batch_state_is_known", condition=Q(state__in=BatchState.values)),
            models.CheckConstraint(name="batch_pays_something", condition=Q(total_minor__gte=0)),
            models.CheckConstraint(
                name="batch_needs_one_or_two_approvals",
                condition=Q(approvals_needed__gte=1, approvals_needed__lte=2),
            ),
            models.CheckConstraint(
                name="batch_leaves_only_with_all_approvals",
                condition=Q(state__in=[BatchState.OPEN, BatchState.CANCELLED])
                | Q(approvals_given__gte=models.F("approvals_needed"), exported_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["state", "id"], name="batch_by_state")]

    def __str__(self) -> str:
        return self.ref

    @property
    def total(self) -> Money:
        """The sum of its lines."""
        return Money(self.total_minor, self.currency)


class PayoutBatchTransition(TransitionRecord):
    """One step of a batch."""

    batch = models.ForeignKey(PayoutBatch, on_delete=models.PROTECT, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class PayoutBatchLine(models.Model):
    """One transfer of a batch, frozen. `released_at`: taken out, so that another batch may have it."""

    batch = models.ForeignKey(PayoutBatch, on_delete=models.PROTECT, related_name="lines")
    operation = models.ForeignKey(ProviderOperation, on_delete=models.PROTECT, related_name="batch_lines")
    kind = models.CharField(max_length=12, choices=OperationKind)
    subject = models.CharField(max_length=64)
    amount_minor = models.BigIntegerField()
    destination = models.JSONField()
    concerns = models.JSONField(default=list)
    released_at = models.DateTimeField(null=True)
    released_because = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="batch_line_pays_something", condition=Q(amount_minor__gt=0)),
            models.UniqueConstraint(
                fields=["operation"],
                condition=Q(released_at__isnull=True),
                name="batch_line_once_while_it_stands",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class PayoutBatchApproval(models.Model):
    """One officer's yes to a batch; making it is the first. The same person cannot say it twice."""

    batch = models.ForeignKey(PayoutBatch, on_delete=models.PROTECT, related_name="approvals")
    # INVARIANT: two approvals are two persons (enforced by batch_approval_once_per_person)
    person = models.CharField(max_length=120)
    label = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "person"], name="batch_approval_once_per_person"),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.at:%Y-%m-%d}"


class PayoutBatchExport(models.Model):
    """Once that somebody got the file of a batch."""

    batch = models.ForeignKey(PayoutBatch, on_delete=models.PROTECT, related_name="exports")
    format = models.CharField(max_length=12)
    sha256 = models.CharField(max_length=64)
    exported_by = models.CharField(max_length=120)
    exported_by_label = models.CharField(max_length=300, blank=True)
    exported_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.format} {self.exported_at:%Y-%m-%d %H:%M}"


class BankStatement(StatefulModel):
    """One statement of one account as it was read from a file. `problems` are rows that could not be read."""

    TRANSITIONS = STATEMENT_TRANSITIONS

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=partial(new_ref, "bst"))
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="statements")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    format = models.CharField(max_length=20)
    number = models.CharField(max_length=80, blank=True)
    from_on = models.DateField(null=True)
    to_on = models.DateField(null=True)
    opening_minor = models.BigIntegerField(null=True)
    closing_minor = models.BigIntegerField(null=True)
    problems = models.JSONField(default=list)
    state = models.CharField(max_length=12, choices=StatementState)
    uploaded_by = models.CharField(max_length=120)
    uploaded_by_label = models.CharField(max_length=300, blank=True)
    uploaded_at = models.DateTimeField()
    taken_by_label = models.CharField(max_length=300, blank=True)
    taken_at = models.DateTimeField(null=True)

    objects = LockableQuerySet["BankStatement"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="statement_state_is_known", condition=Q(state__in=StatementState.values)
            ),
        ]
        indexes = [models.Index(fields=["account", "to_on"], name="statement_by_account_and_day")]

    def __str__(self) -> str:
        return self.ref


class BankStatementTransition(TransitionRecord):
    """One step of a statement."""

    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class BankStatementLine(StatefulModel):
    """One booking of the bank. `amount_minor` is signed: positive came in. Taken once, whatever file brings it.

    `fingerprint` is what the line is recognised by: the bank's own reference, else its content and which of
    several alike it is. `why` says in a word why it was not matched; `payment`, `operation`, `batch` what it is for.
    """

    TRANSITIONS = LINE_TRANSITIONS

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=partial(new_ref, "bsl"))
    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="lines")
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    booked_on = models.DateField()
    bank_reference = models.CharField(max_length=120, blank=True)
    end_to_end = models.CharField(max_length=70, blank=True)
    batch_reference = models.CharField(max_length=70, blank=True)
    party_name = models.CharField(max_length=200, blank=True)
    party_account = models.CharField(max_length=64, blank=True)
    party_bank = models.CharField(max_length=64, blank=True)
    text = models.TextField(blank=True)
    is_reversal = models.BooleanField(default=False)
    fingerprint = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=LineState, default=LineState.READ)
    why = models.CharField(max_length=32, blank=True)
    note = models.TextField(blank=True)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, related_name="bank_lines")
    operation = models.ForeignKey(
        ProviderOperation, on_delete=models.PROTECT, null=True, related_name="bank_lines"
    )
    batch = models.ForeignKey(PayoutBatch, on_delete=models.PROTECT, null=True, related_name="bank_lines")
    resolved_by_label = models.CharField(max_length=300, blank=True)
    resolved_at = models.DateTimeField(null=True)

    objects = LockableQuerySet["BankStatementLine"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="bank_line_state_is_known", condition=Q(state__in=LineState.values)),
            models.CheckConstraint(name="bank_line_moves_something", condition=~Q(amount_minor=0)),
            models.UniqueConstraint(
                fields=["account", "fingerprint"],
                condition=~Q(state__in=LINE_NOT_TAKEN),
                name="bank_line_taken_once",
            ),
            models.UniqueConstraint(fields=["statement", "position"], name="bank_line_has_its_place"),
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(state__in=LINE_IN_SUSPENSE), name="bank_line_in_suspense"
            ),
            models.Index(fields=["account", "booked_on", "amount_minor"], name="bank_line_by_day_and_amount"),
            models.Index(fields=["bank_reference"], name="bank_line_by_bank_reference"),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def money(self) -> Money:
        """What was booked; negative went out."""
        return Money(self.amount_minor, self.currency)


class BankStatementLineTransition(TransitionRecord):
    """One step of a line."""

    line = models.ForeignKey(BankStatementLine, on_delete=models.PROTECT, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"
