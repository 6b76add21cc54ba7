"""What is true of a trade for one reader at one moment: the ground that its sentences and steps stand on. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from marketplace.core.money import Money
from orders.queries import NextLine, OrderPage, ShipmentView
from trade_assurance.holds.queries.trades.money import ClaimLine, MoneyView


@dataclass(frozen=True, slots=True)
class DuePayment:
    """What is to be paid next: when it is due (no moment: not yet), and whether that has passed."""

    title: str
    missing: Money
    fund_by: datetime | None
    overdue: bool


@dataclass(frozen=True, slots=True)
class Situation:
    """`buys`, `sells`, `pays`: what the reader may do for their company; the rest is what can be done now."""

    page: OrderPage
    money: MoneyView
    at: datetime
    buys: bool
    sells: bool
    pays: bool
    funded: bool
    awaits_money: bool
    production_paid: bool
    due: DuePayment | None
    may_cancel_unpaid: bool
    open_claim: ClaimLine | None
    may_claim: bool
    may_accept: bool
    may_cancel_unshipped: bool
    may_postpone: bool
    may_give_up: bool

    @property
    def is_buyer(self) -> bool:
        return self.page.side == "buyer"

    def deadline(self, *kinds: str) -> NextLine | None:
        """The soonest open deadline of these kinds."""
        return next((line for line in self.page.deadlines if line.kind in kinds), None)

    @property
    def deposit_kept(self) -> NextLine | None:
        """When what the supplier keeps of the deposit is released; the buyer may object until then."""
        return self.deadline("keep_deposit")

    def deadline_of(self, subject: str) -> NextLine | None:
        """The soonest open deadline about one shipment."""
        return next((line for line in self.page.deadlines if line.subject == subject), None)

    def packed(self) -> ShipmentView | None:
        """The first shipment that could leave now."""
        return next((shipment for shipment in self.page.shipments if shipment.may.dispatch), None)

    def under_way(self) -> ShipmentView | None:
        """The first shipment whose arrival the reader may report."""
        return next((shipment for shipment in self.page.shipments if shipment.may.record_delivery), None)
