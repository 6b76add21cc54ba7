"""Writes the log of what moderators decide: who, when, why, and what they saw."""

from __future__ import annotations

from datetime import datetime

from catalog.errors import AppealOpen
from catalog.models import Appeal, ListingFlag, ModerationDecision, Product
from catalog.states import AppealState, DecisionStep, FlagState
from marketplace.core.actors import Actor


def demand_no_appeal(product: Product) -> None:
    """Raise `AppealOpen` while another moderator decides about the listing. The caller holds its lock."""
    if Appeal.objects.filter(product=product, state=AppealState.OPEN).exists():
        raise AppealOpen


def log_decision(
    product: Product,
    step: DecisionStep,
    *,
    actor: Actor,
    at: datetime,
    reason_code: str = "",
    note: str = "",
) -> ModerationDecision:
    """Append a line, with the listing's revision and the flags that were open then. Two statements."""
    flags = ListingFlag.objects.filter(product=product, standing=FlagState.OPEN).order_by("-risk", "pk")
    return ModerationDecision.objects.create(
        product=product,
        step=step,
        reason_code=reason_code,
        note=note,
        revision=product.revision,
        flags=[{"kind": kind, "risk": risk} for kind, risk in flags.values_list("kind", "risk")],
        actor=actor.as_text,
        actor_label=actor.label,
        at=at,
    )
