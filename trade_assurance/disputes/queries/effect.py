"""What a decision would do with this case's money now: the same rule that carries it out."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.core.money import Money
from trade_assurance.disputes.queries.case import CasePage
from trade_assurance.disputes.rules.splits import DecisionEffect, decision_effect
from trade_assurance.holds.models import Hold
from trade_assurance.holds.operations import frozen_parts


@dataclass(frozen=True, slots=True)
class MilestoneEffect:
    """What moves in one milestone."""

    title: str
    frozen: Money
    refund: Money
    release: Money
    commission: Money
    stays: Money


@dataclass(frozen=True, slots=True)
class Effect:
    """The whole, and the same per milestone."""

    whole: DecisionEffect
    milestones: tuple[MilestoneEffect, ...]


def effect_of(page: CasePage, *, refund: Money, release: Money) -> Effect | None:
    """None when such a split cannot be decided. Two statements."""
    holds = list(Hold.objects.filter(order__ref=page.order_ref).select_related("milestone").order_by("pk"))
    parts = frozen_parts(holds, page.ref)
    effect = decision_effect(
        claimed=page.standing,
        refund=refund,
        release=release,
        goods_accepted=page.accepted,
        parts=parts,
    )
    if effect is None:
        return None
    titles = {hold.ref: hold.milestone.title for hold in holds}
    currency = page.standing.currency
    return Effect(
        effect,
        tuple(
            MilestoneEffect(
                title=titles[move.hold_ref],
                frozen=Money(part.frozen_minor, currency),
                refund=Money(move.refund_minor + move.owed_minor, currency),
                release=Money(move.release_minor + move.rest_released_minor, currency),
                commission=Money(move.commission_minor, currency),
                stays=Money(move.stays_minor, currency),
            )
            for part, move in zip(parts, effect.moves, strict=True)
        ),
    )
