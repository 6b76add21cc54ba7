"""Providers' accounts of our money beside our books: both sides line by line, day by day, and what differs.

Rows of either side are copies made once: the provider's account and the ledger stay the truth. Only
`operations.reconciliation.comparing` and `operations.reconciliation.incidents` write.
"""

from __future__ import annotations

from functools import partial

from django.db import models
from django.db.models import F, Q

from marketplace.core.ids import REF_LENGTH, new_ref
from marketplace.core.models import StatefulModel, TransitionRecord
from marketplace.core.money import Money
from marketplace.core.querysets import LockableQuerySet
from trade_assurance.holds.states import (
    INCIDENT_TRANSITIONS,
    INCIDENT_WAITING,
    CorrectionTarget,
    IncidentKind,
    IncidentState,
)

NAME_LENGTH = 160


class ReconciliationRun(models.Model):
    """One reading of a provider's account. Without `finished_at` it was cut off, or is under way."""

    provider = models.CharField(max_length=32)
    started_at = models.DateTimeField()
    read_since = models.DateTimeField()
    read_until = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    new_movements = models.PositiveIntegerField(default=0)
    new_bookings = models.PositiveIntegerField(default=0)
    opened = models.PositiveIntegerField(default=0)
    closed = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    actor = models.CharField(max_length=120)
    actor_label = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["provider", "-id"], name="reconciliation_run_latest")]

    def __str__(self) -> str:
        return f"{self.provider} {self.started_at:%Y-%m-%d %H:%M}"


class ProviderMovementRow(models.Model):
    """One line of a provider's own account, read once.

    `name` is what it is about in our words (a payment's or payout's reference), `object:…` or `line:…` while
    nobody knows, empty for a fee; `named_by_hand` once an officer said what it is. The balance changed by
    amount − fee.
    """

    provider = models.CharField(max_length=32)
    ref = models.CharField(max_length=120)
    kind = models.CharField(max_length=24)
    object_ref = models.CharField(max_length=120, blank=True)
    subject = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=NAME_LENGTH, blank=True)
    named_by_hand = models.BooleanField(default=False)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    at = models.DateTimeField()
    description = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField()
    fee_booked_at = models.DateTimeField(null=True)

    objects = LockableQuerySet["ProviderMovementRow"].as_manager()

    class Meta:
        constraints = [
            # INVARIANT: a movement is taken once, however often it is read
            models.UniqueConstraint(fields=["provider", "ref"], name="provider_movement_taken_once"),
            models.CheckConstraint(condition=Q(fee_minor__gte=0), name="provider_movement_fee_not_negative"),
        ]
        indexes = [
            models.Index(fields=["provider", "currency", "name"], name="provider_movement_by_name"),
            models.Index(fields=["provider", "at"], name="provider_movement_by_time"),
            models.Index(
                fields=["provider", "id"],
                condition=Q(fee_booked_at=None) & (~Q(fee_minor=0) | Q(kind="fee")),
                name="provider_movement_fee_waits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.ref}"


class BookedMovement(models.Model):
    """One entry of ours on the account “with the payment provider”, seen from the provider: positive came in."""

    provider = models.CharField(max_length=32)
    entry_id = models.BigIntegerField(unique=True)
    kind = models.CharField(max_length=64)
    posting_key = models.CharField(max_length=200)
    name = models.CharField(max_length=NAME_LENGTH, blank=True)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["provider", "currency", "name"], name="booked_movement_by_name"),
            models.Index(fields=["provider", "at"], name="booked_movement_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.posting_key}"


class ReconciliationDay(models.Model):
    """A day (UTC) of one provider and currency on both sides: opening + moved = closing."""

    provider = models.CharField(max_length=32)
    currency = models.CharField(max_length=3)
    day = models.DateField()
    provider_opening_minor = models.BigIntegerField()
    provider_moved_minor = models.BigIntegerField()
    provider_closing_minor = models.BigIntegerField()
    books_opening_minor = models.BigIntegerField()
    books_moved_minor = models.BigIntegerField()
    books_closing_minor = models.BigIntegerField()
    reconciled_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "currency", "day"], name="reconciliation_day_once"),
            models.CheckConstraint(
                condition=Q(
                    provider_closing_minor=F("provider_opening_minor") + F("provider_moved_minor"),
                    books_closing_minor=F("books_opening_minor") + F("books_moved_minor"),
                ),
                name="reconciliation_day_adds_up",
            ),
        ]
        indexes = [models.Index(fields=["day", "id"], name="reconciliation_day_latest")]

    def __str__(self) -> str:
        return f"{self.provider} {self.currency} {self.day}"


class Incident(StatefulModel):
    """A difference between a provider's account and our books, with an owner and a resolution.

    `name` says about what, `booked_minor` what our books say, `found_minor` what the provider says. A posting
    that puts the books right (`target`) above the limit needs two persons' approvals of the same `proposal`.
    `closed_by` names the movement or posting that ended it.
    """

    TRANSITIONS = INCIDENT_TRANSITIONS

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=partial(new_ref, "inc"))
    provider = models.CharField(max_length=32)
    currency = models.CharField(max_length=3)
    name = models.CharField(max_length=NAME_LENGTH)
    kind = models.CharField(max_length=16, choices=IncidentKind)
    day = models.DateField()
    booked_minor = models.BigIntegerField()
    found_minor = models.BigIntegerField()
    state = models.CharField(max_length=12, choices=IncidentState, default=IncidentState.OPEN)
    opened_at = models.DateTimeField()
    owner = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    owner_label = models.CharField(max_length=300, blank=True)
    proposal = models.PositiveIntegerField(default=0)
    target = models.CharField(max_length=12, choices=CorrectionTarget, blank=True)
    proposed_reason = models.TextField(blank=True)
    approvals_needed = models.PositiveSmallIntegerField(default=0)
    resolution = models.TextField(blank=True)
    closed_by = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)

    objects = LockableQuerySet["Incident"].as_manager()

    class Meta:
        constraints = [
            # INVARIANT: one thing that differs is one incident at a time
            models.UniqueConstraint(
                fields=["provider", "currency", "name"],
                condition=Q(state__in=INCIDENT_WAITING),
                name="incident_open_once_per_thing",
            ),
            models.CheckConstraint(
                condition=Q(state__in=INCIDENT_WAITING, ended_at=None)
                | (~Q(state__in=INCIDENT_WAITING) & Q(ended_at__isnull=False)),
                name="incident_ended_exactly_when_not_waiting",
            ),
            # INVARIANT: nothing is explained, corrected or written off without a word
            models.CheckConstraint(
                condition=Q(state__in=[*INCIDENT_WAITING, IncidentState.AGREES]) | ~Q(resolution=""),
                name="incident_resolved_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[IncidentState.CORRECTED, IncidentState.WRITTEN_OFF])
                | (~Q(closed_by="") & ~Q(target="")),
                name="incident_put_right_names_its_posting",
            ),
            models.CheckConstraint(
                condition=~Q(booked_minor=F("found_minor")), name="incident_is_a_difference"
            ),
        ]
        indexes = [
            models.Index(
                fields=["opened_at"], condition=Q(state__in=INCIDENT_WAITING), name="incident_waiting"
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def difference(self) -> Money:
        """What the provider says less what our books say."""
        return Money(self.found_minor - self.booked_minor, self.currency)

    @property
    def is_about_a_thing(self) -> bool:
        """Whether a movement or a posting can settle it; else only an explanation can."""
        return self.kind in {IncidentKind.MISSING, IncidentKind.EXTRA, IncidentKind.WRONG_AMOUNT}


class IncidentTransition(TransitionRecord):
    """One step of an incident."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class IncidentNote(models.Model):
    """What somebody (or the reconciliation itself) wrote about an incident."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="notes")
    at = models.DateTimeField()
    author = models.CharField(max_length=120)
    author_label = models.CharField(max_length=300, blank=True)
    text = models.TextField()

    def __str__(self) -> str:
        return f"{self.author_label} {self.at:%Y-%m-%d}"


class IncidentApproval(models.Model):
    """One finance officer's yes to a proposal. The same person cannot say it twice."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="approvals")
    proposal = models.PositiveIntegerField()
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=300)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            # INVARIANT: two approvals are two persons
            models.UniqueConstraint(
                fields=["incident", "proposal", "user"], name="incident_approval_once_per_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.at:%Y-%m-%d}"
