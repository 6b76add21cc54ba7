"""Who bears an inspection's cost, and how it is taken: the loser, by the share of the claim lost.

The buyer has lost what was claimed and not decided to the buyer, the supplier what was. Each bears that share
of the cost; the odd minor unit goes to the larger remainder. What one side advanced for the other is taken out of
the claim's own split first. What the supplier owes beyond that comes out of what the order still holds and
nobody claims; what the buyer owes beyond it cannot be taken from anything here. The rest is owed outside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.core.money import split_minor
from trade_assurance.disputes.states import (
    Side,
)

INSPECTIONS_AT_MOST = 5


@dataclass(frozen=True, slots=True)
class Bearing:
    """What each side bears of one cost; together exactly the cost."""

    buyer_minor: int
    supplier_minor: int


@dataclass(frozen=True, slots=True)
class Advanced:
    """What one inspection cost and who paid the inspector."""

    cost_minor: int
    by: str


@dataclass(frozen=True, slots=True)
class CostPlan:
    """What is due to `owed_to` (empty: nothing), and where it comes from; the three parts are exactly `due_minor`."""

    owed_to: str
    due_minor: int
    from_claim_minor: int
    from_held_minor: int
    outside_minor: int

    @property
    def refund_shift_minor(self) -> int:
        """By how much the split's refund grows and its release shrinks; negative the other way round."""
        return self.from_claim_minor if self.owed_to == Side.BUYER else -self.from_claim_minor


NO_COST = CostPlan("", 0, 0, 0, 0)


def bearing(cost_minor: int, *, refund_minor: int, divided_minor: int) -> Bearing:
    """The cost over both sides by what each lost of the claim, largest remainder.

    Nothing left to divide (a chargeback took it): then each side bears half, for nobody has lost.
    """
    lost_by_buyer = divided_minor - refund_minor
    weights = [lost_by_buyer, refund_minor] if divided_minor else [1, 1]
    buyer, supplier = split_minor(cost_minor, weights)
    return Bearing(buyer, supplier)


def due_between(advanced: Sequence[Advanced], *, refund_minor: int, divided_minor: int) -> int:
    """What the supplier owes the buyer over all inspections; negative when the buyer owes the supplier."""
    due = 0
    for one in advanced:
        borne = bearing(one.cost_minor, refund_minor=refund_minor, divided_minor=divided_minor)
        due += borne.supplier_minor if one.by == Side.BUYER else -borne.buyer_minor
    return due


def cost_plan(
    due_minor: int, *, refund_minor: int, release_minor: int, room_minor: int, free_minor: int
) -> CostPlan:
    """Where `due_minor` (see `due_between`) comes from.

    `refund_minor` and `release_minor` are the split that is carried out, `room_minor` what of the frozen money
    may still go to the supplier beyond it, `free_minor` what the order holds and nobody claims.
    """
    if due_minor == 0:
        return NO_COST
    if due_minor > 0:
        from_claim = min(due_minor, release_minor)
        from_held = min(due_minor - from_claim, free_minor)
        outside = due_minor - from_claim - from_held
        return CostPlan(Side.BUYER, due_minor, from_claim, from_held, outside)
    owed = -due_minor
    from_claim = min(owed, refund_minor, room_minor)
    return CostPlan(Side.SUPPLIER, owed, from_claim, 0, owed - from_claim)
