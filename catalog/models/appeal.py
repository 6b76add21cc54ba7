"""Answers to decisions of the moderators, and those of suppliers about listings, written by `operations.trust.appeals`."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from catalog.models.decision import ModerationDecision
from catalog.models.product import Product
from catalog.states import APPEAL_TRANSITIONS, AppealState
from marketplace.core.ids import REF_LENGTH, new_ref
from marketplace.core.models import StatefulModel, TransitionRecord, TransitionTable
from marketplace.core.querysets import LockableQuerySet


def new_appeal_ref() -> str:
    """A fresh public reference."""
    return new_ref("apl")


class AnyAppeal(StatefulModel):
    """The one answer to a moderators' decision; another moderator decides it, by `due_at` as whoever appeals is told.

    The decision and what it is about are the deriving model's. No table of its own.
    """

    TRANSITIONS: ClassVar[TransitionTable] = APPEAL_TRANSITIONS

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=new_appeal_ref)
    state = models.CharField(max_length=10, choices=AppealState, default=AppealState.OPEN)
    text = models.TextField()
    document = models.OneToOneField("files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    lodged_by_label = models.CharField(max_length=300, blank=True)
    lodged_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="%(class)s_has_words"),
            models.CheckConstraint(
                condition=Q(state=AppealState.OPEN) | (~Q(answer="") & Q(decided_at__isnull=False)),
                name="%(class)s_is_decided_with_an_answer",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state=AppealState.OPEN), name="%(class)s_open_by_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.state}"


class Appeal(AnyAppeal):
    """A supplier's answer to a rejection or a suspension of a listing."""

    decision = models.OneToOneField(ModerationDecision, on_delete=models.PROTECT, related_name="appeal")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="appeals")

    objects = LockableQuerySet["Appeal"].as_manager()


class AppealTransition(TransitionRecord):
    """Who moved an appeal from which state to which, when and why."""

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"
