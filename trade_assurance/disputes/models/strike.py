"""Strikes of suppliers: what for, until when, and what came of an appeal. Only `operations` write."""

from __future__ import annotations

from functools import partial

from django.db import models
from django.db.models import F, Q

from marketplace.core.ids import REF_LENGTH, new_ref
from marketplace.core.models import StatefulModel, TransitionRecord
from trade_assurance.disputes.querysets import StrikeQuerySet
from trade_assurance.disputes.states import STRIKE_TRANSITIONS, StrikeCause, StrikeState


class Strike(StatefulModel):
    """One strike for one order. `appeal_text` is the supplier's words, `answer` the officer's."""

    TRANSITIONS = STRIKE_TRANSITIONS

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=partial(new_ref, "stk"))
    company = models.ForeignKey("accounts.Company", on_delete=models.PROTECT, related_name="strikes")
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="strikes")
    cause = models.CharField(max_length=24, choices=StrikeCause)
    state = models.CharField(max_length=12, choices=StrikeState, default=StrikeState.STANDING)
    given_at = models.DateTimeField()
    appeal_until = models.DateTimeField()
    ends_at = models.DateTimeField()
    appealed_at = models.DateTimeField(null=True)
    appealed_by_label = models.CharField(max_length=300, blank=True)
    appeal_text = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by_label = models.CharField(max_length=300, blank=True)
    answer = models.TextField(blank=True)

    objects = StrikeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "cause"], name="strike_once_per_order_and_cause"),
            models.CheckConstraint(
                condition=Q(appeal_until__gte=F("given_at"), ends_at__gte=F("given_at")),
                name="strike_ends_after_it_was_given",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[StrikeState.APPEALED, StrikeState.UPHELD]) | ~Q(appeal_text=""),
                name="strike_appealed_in_words",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[StrikeState.UPHELD, StrikeState.LIFTED])
                | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="strike_answered_with_reasons",
            ),
        ]
        indexes = [models.Index(fields=["company", "state"], name="strike_by_company")]

    def __str__(self) -> str:
        return self.ref


class StrikeTransition(TransitionRecord):
    """One step of a strike."""

    strike = models.ForeignKey(Strike, on_delete=models.PROTECT, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"
