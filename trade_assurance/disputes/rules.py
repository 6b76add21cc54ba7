"""Pure rules of a case: who may ask for what when, and what a split comes to. No database, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from catalog.states import ListingVisibility
from marketplace.core.money import Money
from trade_assurance.disputes.states import DisputeState, OutcomeKind


@dataclass(frozen=True, slots=True)
class Split:
    """How the claimed amount is divided: refund + release + stays = claimed."""

    refund: Money
    release: Money
    stays: Money


def split_of(*, claimed: Money, refund: Money, release: Money) -> Split | None:
    """The whole split of a decision; None when it is negative somewhere or above what was claimed."""
    stays = claimed - refund - release
    if min(refund.amount_minor, release.amount_minor, stays.amount_minor) < 0:
        return None
    return Split(refund, release, stays)


def agreed_split(*, claimed: Money, refund: Money, owed: Money, trade_accepted: bool) -> Split:
    """What an agreement on `refund` does with the rest of the claimed amount.

    Released when the goods were accepted already (or their window has ended): only the claim held it
    back. Otherwise it unfreezes and goes on with the trade. `owed` is what waits behind the claim for
    goods cancelled meanwhile: that is the buyer's and never part of the release.
    """
    rest = claimed - refund
    if not trade_accepted:
        return Split(refund, Money.zero(claimed.currency), rest)
    stays = min(owed, rest)
    return Split(refund, rest - stays, stays)


def may_escalate_from(opened_at: datetime, days: int) -> datetime:
    """The first moment at which the buyer may call the officer: so many full days after the claim."""
    return opened_at + timedelta(days=days)


def reminder_moments(ends_at: datetime, starts_at: datetime) -> list[tuple[int, datetime]]:
    """(hours before, moment) of the evidence reminders that still lie after the start."""
    moments = [(hours, ends_at - timedelta(hours=hours)) for hours in (48, 24)]
    return [(hours, moment) for hours, moment in moments if moment > starts_at]


@dataclass(frozen=True, slots=True)
class DecisionEffect:
    """What a decision will do, for the officer to see before confirming: every amount that moves and what stays."""

    refund: Money
    release: Money
    commission: Money
    to_supplier: Money
    stays: Money


def decision_effect(
    *,
    claimed: Money,
    refund: Money,
    release: Money,
    trade_accepted: bool,
    released_before: Money,
    commission_before: Money,
    commission_bps: int,
) -> DecisionEffect | None:
    """The effect; None when the split does not fit (or leaves something over of an accepted trade)."""
    split = split_of(claimed=claimed, refund=refund, release=release)
    if split is None or (trade_accepted and split.stays.is_positive):
        return None
    commission = (released_before + release).share(commission_bps) - commission_before
    return DecisionEffect(refund, release, commission, release - commission, split.stays)


def visibility_for(strikes: int, *, lower_from: int, hide_from: int) -> ListingVisibility:
    """What so many counting strikes do to the supplier's listings; a limit of 0 never applies."""
    if 0 < hide_from <= strikes:
        return ListingVisibility.HIDDEN
    if 0 < lower_from <= strikes:
        return ListingVisibility.LOWERED
    return ListingVisibility.FULL


def outcome_of(state: str, claimed_minor: int, refund_minor: int) -> str:
    """The outcome of an ended case."""
    if state == DisputeState.SETTLED:
        return OutcomeKind.AGREED.value
    if state == DisputeState.WITHDRAWN:
        return OutcomeKind.WITHDRAWN.value
    if refund_minor == 0:
        return OutcomeKind.FOR_SUPPLIER.value
    return OutcomeKind.FOR_BUYER.value if refund_minor == claimed_minor else OutcomeKind.DIVIDED.value


def publishable(counts: Mapping[str, int], smallest: int) -> list[tuple[str, ...]]:
    """Which groups may stand on their own, largest first, and which only together (the last one, if any).

    No group that is shown has fewer than `smallest` cases. When the small ones together still have too few, the
    smallest of the large ones joins them: else they could be had by subtraction from the total.
    """
    ordered = sorted(counts, key=lambda name: (-counts[name], name))
    alone = [name for name in ordered if counts[name] >= smallest]
    together = [name for name in ordered if counts[name] < smallest]
    while together and alone and sum(counts[name] for name in together) < smallest:
        together.insert(0, alone.pop())
    if together and sum(counts[name] for name in together) < smallest:
        return []
    return [(name,) for name in alone] + ([tuple(together)] if together else [])
