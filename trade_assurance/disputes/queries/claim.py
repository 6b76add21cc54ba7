"""What the buyer needs to know before claiming."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from marketplace.core.actors import Actor
from marketplace.core.money import Money
from orders.queries import find_order
from trade_assurance.disputes.errors import NotYourCase
from trade_assurance.disputes.policies import can_claim
from trade_assurance.holds.queries import TradePage, trade_page


@dataclass(frozen=True, slots=True)
class ClaimPage:
    """The trade and how much of it can be claimed."""

    trade: TradePage
    claimable: Money
    escalate_days: int
    negotiation_days: int


def claim_page(order_ref: str, actor: Actor, at: datetime) -> ClaimPage:
    """Raises `NotFound` for an order the actor may not know of, `NotYourCase` for whoever cannot claim."""
    order = find_order(order_ref, actor)
    if not can_claim(actor, order):
        raise NotYourCase
    trade = trade_page(order_ref, actor, at)
    return ClaimPage(
        trade=trade,
        claimable=trade.money.free,
        escalate_days=int(order.clocks["clocks.negotiation_escalate_from_days"]),
        negotiation_days=int(order.clocks["clocks.negotiation_days"]),
    )
