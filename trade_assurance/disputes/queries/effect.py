"""What a decision would do with this case's money now: the same rule that carries it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.core.money import Money
from trade_assurance.disputes.models import Dispute
from trade_assurance.disputes.queries.case import CasePage
from trade_assurance.disputes.queries.inspections import CostView, cost_under
from trade_assurance.disputes.rules.splits import DecisionEffect, decision_effect
from trade_assurance.holds.models import Hold
from trade_assurance.holds.queries.trades.frozen import frozen_parts
from trade_assurance.holds.rules import FrozenPart


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
    costs: CostView | None
    milestones: tuple[MilestoneEffect, ...]


def effect_of(page: CasePage, *, refund: Money, release: Money) -> Effect | None:
    """None when such a split cannot be decided. Six statements at most.

    The cost of inspections is in it: what the side that lost owes for them shifts the split.
    """
    holds = list(Hold.objects.filter(order__ref=page.order_ref).select_related("milestone").order_by("pk"))
    parts = frozen_parts(holds, page.ref)
    accepted, standing = page.accepted, page.standing
    if not _fits(standing, refund, release, parts, goods_accepted=accepted):
        return None
    plan, costs = cost_under(
        Dispute.objects.get(ref=page.ref),
        holds,
        refund=refund,
        release=release,
        decided_refund_minor=refund.amount_minor,
        divided_minor=standing.amount_minor,
    )
    shift = Money(plan.refund_shift_minor, standing.currency)
    effect = decision_effect(
        claimed=standing, refund=refund + shift, release=release - shift, goods_accepted=accepted, parts=parts
    )
    if effect is None:
        return None
    titles = {hold.ref: hold.milestone.title for hold in holds}
    currency = standing.currency
    return Effect(
        effect,
        costs,
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


def _fits(
    claimed: Money, refund: Money, release: Money, parts: Sequence[FrozenPart], *, goods_accepted: bool
) -> bool:
    whole = decision_effect(
        claimed=claimed, refund=refund, release=release, goods_accepted=goods_accepted, parts=parts
    )
    return whole is not None
