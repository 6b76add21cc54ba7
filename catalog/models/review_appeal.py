"""Answers to decisions of the moderators about reviews. Written by `operations.trust.review_appeals` only."""

from __future__ import annotations

from django.db import models

from catalog.models.appeal import AnyAppeal
from catalog.models.review import Review, ReviewDecision
from marketplace.core.models import TransitionRecord
from marketplace.core.querysets import LockableQuerySet


class ReviewAppeal(AnyAppeal):
    """Of the company against which a moderator decided: who wrote what was taken down, or the supplier who reported
    what stayed."""

    decision = models.OneToOneField(ReviewDecision, on_delete=models.PROTECT, related_name="appeal")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="appeals")
    company = models.ForeignKey("accounts.Company", on_delete=models.PROTECT, related_name="+")

    objects = LockableQuerySet["ReviewAppeal"].as_manager()


class ReviewAppealTransition(TransitionRecord):
    """Who moved an appeal about a review from which state to which, when and why."""

    appeal = models.ForeignKey(ReviewAppeal, on_delete=models.PROTECT, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"
