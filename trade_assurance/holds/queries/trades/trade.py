"""THE order page and the pay page as data: the order of the floor below, its money, and what to do now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from marketplace.core.actors import Actor
from marketplace.core.errors import Text
from marketplace.core.money import Money
from orders.clocks import clock_days
from orders.models import Order
from orders.queries import OrderPage, find_order, order_page
from orders.queries.ship_by import waits_for_payment
from orders.queries.titles import order_title
from orders.states import MilestoneKind
from trade_assurance.holds.errors import NotAwaitingPayment, NotYourStep
from trade_assurance.holds.models import Hold
from trade_assurance.holds.policies import can_confirm, can_decide_for_buyer, can_pay
from trade_assurance.holds.queries.age.pages import AgePanel, age_panels
from trade_assurance.holds.queries.chargebacks.pages import TradeChargeback, chargebacks_of
from trade_assurance.holds.queries.credit import credit_of
from trade_assurance.holds.queries.trades.cancelling import buyer_may_cancel_from
from trade_assurance.holds.queries.trades.money import (
    ClaimLine,
    MilestoneLine,
    MoneyView,
    MovementLine,
    claims_of,
    milestones_of,
    money_of,
    movements_of,
)
from trade_assurance.holds.queries.trades.next_step import NextStep, SideStep, headline, next_step, side_steps
from trade_assurance.holds.queries.trades.shipments import ShipmentCard, cards_of
from trade_assurance.holds.queries.trades.situation import DuePayment, Situation
from trade_assurance.holds.rules import outlasts_a_processor
from trade_assurance.holds.states import HoldState
from trade_assurance.payments.models import Payment
from trade_assurance.payments.queries import ProviderChoice, pay_in_choices
from trade_assurance.payments.states import PAYMENT_OPEN


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """A payment of this order that is under way or ended, for the buyer and officers."""

    ref: str
    state: str
    state_label: str
    amount: Money
    received: Money
    reference: str
    started_at: datetime
    is_open: bool


@dataclass(frozen=True, slots=True)
class TradePage:
    """Everything of one order: what was agreed, where the money is, who acts now, what happens by itself."""

    order: OrderPage
    money: MoneyView
    headline: str
    state_label: Text
    tone: str
    next: NextStep
    steps: tuple[SideStep, ...]
    milestones: tuple[MilestoneLine, ...]
    movements: tuple[MovementLine, ...]
    claims: tuple[ClaimLine, ...]
    payments: tuple[PaymentLine, ...]
    chargebacks: tuple[TradeChargeback, ...]
    may_claim: bool
    cards: tuple[ShipmentCard, ...]
    age: tuple[AgePanel, ...] = ()

    @property
    def open_claims(self) -> tuple[ClaimLine, ...]:
        """Every claim that freezes money now."""
        return tuple(claim for claim in self.claims if claim.is_open)

    @property
    def open_claim(self) -> ClaimLine | None:
        """The claim that freezes money now."""
        return next((claim for claim in self.claims if claim.is_open), None)


@dataclass(frozen=True, slots=True)
class PayPage:
    """Amount, to whom, protected how, until when; the ways of paying; nothing else."""

    order_ref: str
    number: str
    title: str
    supplier: str
    amount: Money
    total: Money
    milestone: MilestoneLine
    others: tuple[MilestoneLine, ...]
    credit: Money
    credit_used: Money
    fund_by: datetime | None
    choices: tuple[ProviderChoice, ...]
    open_payments: tuple[PaymentLine, ...]
    outlasts_a_processor: bool = False


def trade_page(ref: str, actor: Actor, at: datetime) -> TradePage:
    """The order's page. Raises `NotFound` for an order the actor may not know of."""
    page = order_page(ref, actor, at)
    order = find_order(ref, actor)
    holds = list(Hold.objects.filter(order_id=order.pk).select_related("milestone").order_by("pk"))
    money = money_of(holds, page.currency, page.total)
    claims = claims_of(holds)
    chargebacks = chargebacks_of(order, side=page.side)
    situation = _situation(page, order, holds, money, claims, actor, at)
    if any(one.is_open for one in chargebacks):
        situation = replace(situation, may_cancel_unshipped=False)  # the buyer's bank decides first
    return TradePage(
        order=page,
        money=money,
        headline=headline(situation),
        state_label=page.state_label if situation.deposit_kept is None else _("given up, deposit kept"),
        tone=_tone(page.state) if situation.deposit_kept is None else "waiting",
        next=next_step(situation),
        steps=side_steps(situation),
        milestones=milestones_of(holds, at),
        movements=movements_of(holds, with_commission=page.side != "buyer"),
        claims=claims,
        payments=_payments(holds) if page.side != "supplier" else (),
        chargebacks=chargebacks,
        may_claim=situation.may_claim,
        cards=cards_of(page, holds, buys=situation.buys, pays=situation.pays, sells=situation.sells),
        age=age_panels(order, holds, page.deadlines, actor, at),
    )


def pay_page(ref: str, actor: Actor, at: datetime) -> PayPage:
    """What the payer needs to know. Raises `NotFound`, `NotYourStep`, `NotAwaitingPayment`."""
    order = find_order(ref, actor)
    if not can_pay(actor, order):
        raise NotYourStep
    holds = list(Hold.objects.filter(order_id=order.pk).select_related("milestone").order_by("pk"))
    hold = next((hold for hold in holds if hold.state == HoldState.AWAITING_FUNDS), None)
    if hold is None or not order.is_running:
        raise NotAwaitingPayment
    lines = milestones_of(holds, at)
    credit = credit_of(order.buyer_id, order.currency)
    return PayPage(
        order_ref=order.ref,
        number=order.number,
        title=order_title(order),
        supplier=order.supplier.legal_name,
        amount=hold.missing,
        total=hold.due,
        milestone=next(line for line in lines if line.position == hold.milestone.position),
        others=tuple(line for line in lines if line.position != hold.milestone.position),
        credit=credit,
        credit_used=min(credit, hold.missing),
        fund_by=hold.fund_by,
        choices=tuple(pay_in_choices(hold.missing)),
        open_payments=tuple(line for line in _payments(holds) if line.is_open),
        outlasts_a_processor=outlasts_a_processor(
            at,
            ship_by=order.ship_by,
            transport_mode=order.transport_mode,
            inspection_days=clock_days(order.clocks, f"inspection_{order.transport_mode}_days"),
        ),
    )


def _situation(
    page: OrderPage,
    order: Order,
    holds: Sequence[Hold],
    money: MoneyView,
    claims: Sequence[ClaimLine],
    actor: Actor,
    at: datetime,
) -> Situation:
    buys, sells = can_decide_for_buyer(actor, order), can_confirm(actor, order)
    # A top-up holds up its own shipment alone.
    awaited = [
        hold
        for hold in holds
        if hold.state == HoldState.AWAITING_FUNDS and hold.milestone.kind == MilestoneKind.SCHEDULED
    ]
    funded = bool(holds) and not awaited
    production_paid = order.cleared_to_produce_at is not None
    may_cancel = production_paid and page.has_unshipped and not waits_for_payment(order)
    cancel_from = buyer_may_cancel_from(order) if may_cancel else at + timedelta(days=1)
    due = due_payment(awaited, at) if order.is_running else None
    open_claim = next((claim for claim in claims if claim.is_open), None)
    live = order.is_running and money.is_held
    return Situation(
        page=page,
        money=money,
        at=at,
        buys=buys,
        sells=sells,
        pays=can_pay(actor, order),
        funded=funded,
        awaits_money=bool(awaited) and order.is_running,
        production_paid=production_paid,
        due=due,
        may_cancel_unpaid=sells and live and due is not None and due.overdue and production_paid,
        open_claim=open_claim,
        may_claim=buys and live and _has_free_money(holds) and order.accepted_at is None,
        may_accept=buys and live and page.state == "delivered" and order.accepted_at is None,
        may_cancel_unshipped=buys and live and page.has_unshipped and at >= cancel_from,
        may_postpone=buys and live and page.has_unshipped and production_paid,
        may_give_up=sells and live and page.has_unshipped and production_paid,
    )


def _has_free_money(holds: Sequence[Hold]) -> bool:
    """Whether some milestone is paid in full and not all of it is frozen."""
    return any(hold.state == HoldState.HELD and hold.free.is_positive for hold in holds)


def due_payment(awaited: Sequence[Hold], at: datetime) -> DuePayment | None:
    """The first payment that is still to be made."""
    if not awaited:
        return None
    hold = awaited[0]
    overdue = hold.fund_by is not None and hold.fund_by <= at
    return DuePayment(hold.milestone.title, hold.missing, hold.fund_by, overdue)


def _payments(holds: Sequence[Hold]) -> tuple[PaymentLine, ...]:
    rows = Payment.objects.filter(subject__in=[hold.ref for hold in holds]).order_by("-pk")
    return tuple(
        PaymentLine(
            ref=row.ref,
            state=row.state,
            state_label=row.get_state_display(),
            amount=row.money,
            received=row.received,
            reference=row.reference,
            started_at=row.started_at,
            is_open=row.state in PAYMENT_OPEN,
        )
        for row in rows
    )


def _tone(state: str) -> str:
    return {
        "placed": "waiting",
        "confirmed": "accent",
        "in_production": "info",
        "shipped": "info",
        "delivered": "waiting",
        "completed": "safe",
        "declined": "danger",
        "lapsed": "danger",
        "cancelled": "danger",
    }.get(state, "")
