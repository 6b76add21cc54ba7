"""How a claimed amount is divided: by a decision, by an agreement, over lines and over holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.core.money import Money, split_minor, sum_money
from trade_assurance.holds.rules import FrozenPart, PartMove, moves_of


@dataclass(frozen=True, slots=True)
class Split:
    """How the claimed amount is divided: refund + release + stays = claimed."""

    refund: Money
    release: Money
    stays: Money


@dataclass(frozen=True, slots=True)
class LineSplit:
    """One claimed line's part of a decision; `line_id` is the claim line's."""

    line_id: int
    refund: Money
    release: Money


def split_of(*, claimed: Money, refund: Money, release: Money) -> Split | None:
    """The whole split of a decision; None when it is negative somewhere or above what was claimed."""
    stays = claimed - refund - release
    if min(refund.amount_minor, release.amount_minor, stays.amount_minor) < 0:
        return None
    return Split(refund, release, stays)


def lines_of_split(
    refund: Money, release: Money, claimed_minor: Sequence[tuple[int, int]]
) -> list[LineSplit]:
    """A split of the whole over the claimed lines (id, claimed part), in proportion, to the last minor unit.

    The refund goes first; the release by what is left of each line then, so that no line gets more than its part.
    """
    if not claimed_minor:
        return []
    weights = [part for _id, part in claimed_minor]
    refunds = _over(refund.amount_minor, weights)
    left = [part - taken for part, taken in zip(weights, refunds, strict=True)]
    releases = _over(release.amount_minor, left)
    return [
        LineSplit(line_id, Money(back, refund.currency), Money(on, release.currency))
        for (line_id, _part), back, on in zip(claimed_minor, refunds, releases, strict=True)
    ]


def lines_fit(
    lines: Sequence[LineSplit], claimed_minor: Sequence[tuple[int, int]], refund: Money, release: Money
) -> bool:
    """Whether a split per line names every line once, keeps within each and adds up to the whole."""
    parts = dict(claimed_minor)
    if sorted(line.line_id for line in lines) != sorted(parts):
        return False
    within = all(
        min(line.refund.amount_minor, line.release.amount_minor) >= 0
        and (line.refund + line.release).amount_minor <= parts[line.line_id]
        for line in lines
    )
    return (
        within
        and sum_money([line.refund for line in lines], refund.currency) == refund
        and sum_money([line.release for line in lines], release.currency) == release
    )


def after_chargeback(*, refund: Money, release: Money, standing: Money, taken: Money) -> tuple[Money, Money]:
    """What of an agreed or decided split is still to be done after a chargeback took `taken` of the claim.

    The buyer's bank gave the buyer that much already, so it counts against the refund first.
    """
    zero = Money.zero(refund.currency)
    left = max(refund - taken, zero)
    left = min(left, standing)
    return left, min(release, standing - left)


@dataclass(frozen=True, slots=True)
class DecisionEffect:
    """What a decision will do, for the officer to see before confirming: every amount that moves and what stays.

    `owed` of it goes to the buyer for goods that were cancelled meanwhile; `moves` are the same per milestone.
    """

    refund: Money
    release: Money
    owed: Money
    commission: Money
    to_supplier: Money
    stays: Money
    moves: tuple[PartMove, ...]


def decision_effect(
    *,
    claimed: Money,
    refund: Money,
    release: Money,
    goods_accepted: bool,
    parts: Sequence[FrozenPart],
) -> DecisionEffect | None:
    """The effect; None when the split does not fit (or leaves something over of accepted goods)."""
    split = split_of(claimed=claimed, refund=refund, release=release)
    releasable = sum(part.releasable_minor for part in parts)
    if split is None or release.amount_minor > releasable:
        return None
    owed = sum(part.frozen_minor - part.releasable_minor for part in parts)
    if goods_accepted and split.stays.amount_minor > owed:
        return None
    moves = moves_of(
        parts,
        refund_minor=refund.amount_minor,
        release_minor=release.amount_minor,
        goods_accepted=goods_accepted,
    )
    return _effect(moves, claimed.currency)


def _effect(moves: Sequence[PartMove], currency: str) -> DecisionEffect:
    def added(name: str) -> Money:
        return Money(sum(getattr(move, name) for move in moves), currency)

    return DecisionEffect(
        refund=added("refund_minor"),
        release=added("release_minor") + added("rest_released_minor"),
        owed=added("owed_minor"),
        commission=added("commission_minor"),
        to_supplier=added("to_supplier_minor"),
        stays=added("stays_minor"),
        moves=tuple(moves),
    )


def _over(amount_minor: int, weights: Sequence[int]) -> list[int]:
    return split_minor(amount_minor, weights) if amount_minor else [0] * len(weights)
