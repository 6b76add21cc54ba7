"""What the buyer needs to know before claiming: lines, shipments, what is claimable, the contract's own words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from marketplace.core.actors import Actor
from marketplace.core.errors import Text
from marketplace.core.money import Money
from orders.models import Order, Shipment
from orders.queries import contract_sheet, find_order
from orders.states import GONE, ShipmentState
from trade_assurance.disputes.claim_values import value_of_named
from trade_assurance.disputes.errors import NotYourCase
from trade_assurance.disputes.models import ClaimLine
from trade_assurance.disputes.policies import can_claim
from trade_assurance.disputes.queries.claimable import claimable_quantities
from trade_assurance.disputes.queries.clauses import ClauseText, clause_texts
from trade_assurance.disputes.rules.claims import suggested_minor
from trade_assurance.disputes.rules.clocks import days_of
from trade_assurance.disputes.states import OPEN_STATES
from trade_assurance.holds.models import Hold
from trade_assurance.holds.queries import TradePage, trade_page
from trade_assurance.holds.states import HoldState


@dataclass(frozen=True, slots=True)
class ClaimableLine:
    """A line that may be named: at most this much of it, worth so much with its share of the freight."""

    id: int
    position: int
    title: str
    unit_code: str
    most: Decimal
    value: Money
    specification: str
    claimed_in: str


@dataclass(frozen=True, slots=True)
class ShipmentChoice:
    """A shipment the claim may be about."""

    ref: str
    number: int
    state_label: Text
    carrier: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the named quantities are worth: the amount to begin with, and the most that may be claimed."""

    amount: Money
    bound: Money


@dataclass(frozen=True, slots=True)
class ClaimPage:
    """The trade, its lines and shipments, and how much of it can be claimed."""

    trade: TradePage
    claimable: Money
    shipment_ref: str
    shipments: tuple[ShipmentChoice, ...]
    lines: tuple[ClaimableLine, ...]
    clauses: tuple[ClauseText, ...]
    terms_hash: str
    escalate_days: int
    negotiation_days: int

    @property
    def open_lines(self) -> Sequence[ClaimableLine]:
        """Lines that no open claim names yet."""
        return [line for line in self.lines if not line.claimed_in]


def claim_page(order_ref: str, actor: Actor, at: datetime, *, shipment_ref: str = "") -> ClaimPage:
    """Raises `NotFound` for an order the actor may not know of, `NotYourCase` for whoever cannot claim."""
    order = find_order(order_ref, actor)
    if not can_claim(actor, order):
        raise NotYourCase
    trade = trade_page(order_ref, actor, at)
    gone = list(order.shipments.filter(state__in=GONE).order_by("pk"))
    shipment = next((row for row in gone if row.ref == shipment_ref), None)
    sheet = contract_sheet(order_ref, actor) if order.terms is not None else None
    return ClaimPage(
        trade=trade,
        claimable=_claimable(order),
        shipment_ref=shipment.ref if shipment else "",
        shipments=_shipments(gone, trade),
        lines=_lines(order, shipment),
        clauses=clause_texts(sheet) if sheet else (),
        terms_hash=order.terms_hash,
        escalate_days=days_of(order.clocks, "negotiation_escalate_from_days"),
        negotiation_days=days_of(order.clocks, "negotiation_days"),
    )


def suggestion(
    order_ref: str,
    actor: Actor,
    *,
    reason: str,
    shipment_ref: str = "",
    quantities: Sequence[tuple[int, Decimal]],
    claimable: Money,
) -> Suggestion:
    """The pure rule's answer for these quantities (line id, quantity), as the form shows it."""
    order = find_order(order_ref, actor)
    lines = {line.pk: line for line in order.lines.all()}
    named = [(lines[pk], quantity) for pk, quantity in quantities if pk in lines and quantity > 0]
    shipment = order.shipments.filter(ref=shipment_ref, state__in=GONE).first() if shipment_ref else None
    value = value_of_named(order, shipment, sorted(named, key=lambda pair: pair[0].position))
    return Suggestion(
        Money(suggested_minor(value, reason, claimable_minor=claimable.amount_minor), claimable.currency),
        Money(min(value.bound_minor, claimable.amount_minor), claimable.currency),
    )


def _claimable(order: Order) -> Money:
    """What of the paid milestones no claim has frozen yet."""
    rows = Hold.objects.filter(order=order, state=HoldState.HELD)
    return Money(sum(hold.free.amount_minor for hold in rows), order.currency)


def _shipments(gone: Sequence[Shipment], trade: TradePage) -> tuple[ShipmentChoice, ...]:
    numbers = {view.ref: view.ordinal for view in trade.order.shipments}
    return tuple(
        ShipmentChoice(
            row.ref,
            numbers.get(row.ref, 0),
            row.get_state_display(),
            row.carrier,
            row.state == ShipmentState.ACCEPTED,
        )
        for row in gone
    )


def _lines(order: Order, shipment: Shipment | None) -> tuple[ClaimableLine, ...]:
    open_claims = ClaimLine.objects.filter(dispute__order=order, dispute__state__in=OPEN_STATES)
    if shipment is not None:
        open_claims = open_claims.filter(dispute__shipment__isnull=True) | open_claims.filter(
            dispute__shipment=shipment
        )
    claimed = dict(open_claims.values_list("line_id", "dispute__ref"))
    rows = claimable_quantities(order, shipment)
    value = value_of_named(order, shipment, rows)
    return tuple(
        ClaimableLine(
            id=line.pk,
            position=line.position,
            title=line.full_title,
            unit_code=line.unit_code,
            most=quantity,
            value=Money(whole, order.currency),
            specification=line.specification,
            claimed_in=claimed.get(line.pk, ""),
        )
        for (line, quantity), whole in zip(rows, value.whole_minor, strict=True)
    )
