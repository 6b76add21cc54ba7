"""Core's rows: deadlines, the outbox, operator settings, idempotency; and the stateful base of every aggregate.

Must not know any business: subjects and roots are opaque text.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, cast

from django.db import models
from django.db.models import Q

from marketplace.core.actors import Actor
from marketplace.core.errors import IllegalTransition
from marketplace.core.ids import REF_LENGTH
from marketplace.core.querysets import LockableQuerySet
from marketplace.core.states import DeadlineState

TransitionTable = Mapping[Any, frozenset[Any]]  # members of a TextChoices; Mapping is invariant in its key


class TransitionRecord(models.Model):
    """One step of one aggregate, written once. A subclass adds the foreign key with `related_name="transitions"`."""

    from_state = models.CharField(max_length=32, blank=True)
    to_state = models.CharField(max_length=32)
    actor = models.CharField(max_length=120)
    actor_label = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    key = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        abstract = True


class StatefulModel(models.Model):
    """A model with a `state` field that only `move_to` assigns, by the table `TRANSITIONS`."""

    TRANSITIONS: ClassVar[TransitionTable] = {}

    class Meta:
        abstract = True

    def can_move_to(self, state: str) -> bool:
        """Whether the table has this step from the state as loaded."""
        return state in self.TRANSITIONS.get(self._state_value(), frozenset())

    def move_to(
        self, state: str, *, actor: Actor, at: datetime, key: str = "", reason: str = "", **fields: object
    ) -> None:
        """Take a step of the table: conditional update (with `fields`) and a transition row.

        Raises `IllegalTransition` when the table has no such step or another transaction was quicker.
        """
        before = self._state_value()
        if not self.can_move_to(state):
            raise IllegalTransition(state=self._state_label(), wanted=state)
        rows = _manager_of(self).filter(pk=self.pk, state=before).update(state=state, **fields)
        if rows != 1:
            raise IllegalTransition(state=self._state_label(), wanted=state)
        for name, value in {"state": state, **fields}.items():
            setattr(self, name, value)
        self.log_transition(before, state, actor=actor, at=at, key=key, reason=reason)

    def log_transition(
        self, before: str, after: str, *, actor: Actor, at: datetime, key: str = "", reason: str = ""
    ) -> None:
        """Append a transition row; creation calls it with an empty `before`."""
        cast(Any, self).transitions.create(
            from_state=before,
            to_state=after,
            actor=actor.as_text,
            actor_label=actor.label,
            at=at,
            key=key,
            reason=reason,
        )

    def _state_value(self) -> str:
        return str(cast(Any, self).state)

    def _state_label(self) -> str:
        return str(cast(Any, self).get_state_display())


def _manager_of(row: models.Model) -> models.Manager[Any]:
    manager: models.Manager[Any] | None = type(row)._meta.default_manager
    if manager is None:
        msg = f"{type(row).__name__} has no manager"
        raise TypeError(msg)
    return manager


class Deadline(models.Model):
    """A stored moment at which something happens if nobody acts, and why.

    `subject` is what it is about, `root` the trade it belongs to (an order's reference), `rule` the
    operator setting it came from, `wake_at` when the sweep looks at it next (the due moment, or later
    after a failed attempt; NULL while paused).
    """

    kind = models.CharField(max_length=60)
    queue = models.CharField(max_length=20)
    subject = models.CharField(max_length=64)
    root = models.CharField(max_length=64)
    rule = models.CharField(max_length=120)
    details = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=DeadlineState, default=DeadlineState.OPEN)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    wake_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=60, blank=True)
    paused_at = models.DateTimeField(null=True)
    pause_reason = models.TextField(blank=True)
    history = models.JSONField(default=list)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)

    objects = LockableQuerySet["Deadline"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(state="open"),
                name="deadline_open_once_per_kind_and_subject",
            ),
            models.CheckConstraint(
                condition=Q(state="open", ended_at__isnull=True)
                | (~Q(state="open") & Q(ended_at__isnull=False)),
                name="deadline_ended_exactly_when_not_open",
            ),
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True) | ~Q(pause_reason=""),
                name="deadline_pause_has_a_written_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["queue", "wake_at"], condition=Q(state="open"), name="deadline_open_by_wake"
            ),
            models.Index(fields=["root"], name="deadline_by_root"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} {self.due_at:%Y-%m-%d %H:%M}"


class OutboxEvent(models.Model):
    """Something that happened, written in the transaction that made it true."""

    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=64)
    root = models.CharField(max_length=64, blank=True)
    payload = models.JSONField(default=dict)
    actor = models.CharField(max_length=120)
    actor_label = models.CharField(max_length=300, blank=True)
    occurred_at = models.DateTimeField()

    objects = LockableQuerySet["OutboxEvent"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["root"], name="outbox_event_by_root")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class OutboxDelivery(models.Model):
    """One event for one consumer; delivered in the same transaction as the consumer's own writes."""

    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="deliveries")
    consumer = models.CharField(max_length=80)
    queue = models.CharField(max_length=20)
    wake_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)

    objects = LockableQuerySet["OutboxDelivery"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["event", "consumer"], name="outbox_delivery_once_per_event_and_consumer"
            )
        ]
        indexes = [
            models.Index(
                fields=["queue", "wake_at"],
                condition=Q(delivered_at__isnull=True),
                name="outbox_delivery_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.event_id} → {self.consumer}"


class OperatorSettingValue(models.Model):
    """The value an operator chose in place of the registered default."""

    key = models.CharField(max_length=80, unique=True)
    value = models.JSONField()

    objects = LockableQuerySet["OperatorSettingValue"].as_manager()

    def __str__(self) -> str:
        return self.key


class OperatorSettingChange(models.Model):
    """Who changed which setting, from what to what, when and why; never edited."""

    key = models.CharField(max_length=80)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    actor = models.CharField(max_length=120)
    actor_label = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    reason = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["key", "at"], name="setting_change_by_key")]

    def __str__(self) -> str:
        return f"{self.key} {self.before} → {self.after}"


class IdempotencyRecord(models.Model):
    """The first answer to a request that carried this key."""

    key = models.CharField(max_length=200, unique=True)
    operation = models.CharField(max_length=80)
    request_hash = models.CharField(max_length=64)
    result = models.CharField(max_length=REF_LENGTH * 4)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.operation} {self.key}"
