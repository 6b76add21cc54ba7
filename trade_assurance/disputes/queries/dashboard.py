"""The signed-in person's first page: what waits for them first, then balances and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from catalog.queries.listings.waiting import ShopWait, waits_in_workbench
from marketplace.core.actors import Actor
from marketplace.core.formatting import format_money
from marketplace.core.models import Deadline
from marketplace.core.money import Money
from marketplace.core.states import DeadlineState
from orders.queries import EnquiryRow, OrderFilter, OrderRow, order_list, waiting_enquiries
from orders.states import OrderState
from trade_assurance.disputes.models import Decision, Dispute, Offer
from trade_assurance.disputes.offer_lines import OFFER_LINES
from trade_assurance.disputes.queries.weeks import WeekPlot, week_plots
from trade_assurance.disputes.states import (
    JUDGED_STATES,
    OPEN_STATES,
    DecisionState,
    DisputeState,
    OfferKind,
    OfferState,
    Side,
)
from trade_assurance.holds.queries import CurrencyBalance, PayoutLine, balances_of_company, payouts_of_company

WAITING_SHOWN = 12


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """Something that waits for the reader's company: what, where, until when. `view` is a route, `ref` its object."""

    title: str
    text: str
    view: str
    ref: str
    due_at: datetime | None
    amount: Money | None
    icon: str


@dataclass(frozen=True, slots=True)
class Dashboard:
    """What waits, the money, the running orders, the weeks."""

    company_name: str
    waiting: tuple[WaitingLine, ...]
    waiting_more: int
    balances: tuple[CurrencyBalance, ...]
    payouts: tuple[PayoutLine, ...]
    running: tuple[OrderRow, ...]
    plots: tuple[WeekPlot, ...]
    is_new: bool


def dashboard(actor: Actor, at: datetime) -> Dashboard:
    """The page of the company acted for; a fixed number of statements whatever waits."""
    company_id = actor.company_id or 0
    waiting_orders = order_list(actor, OrderFilter(state="waiting", sort="ship_by"), size=WAITING_SHOWN)
    shop = [_shop_line(one) for one in waits_in_workbench(company_id, at)]
    asked = [_asked_line(one) for one in waiting_enquiries(company_id, most=WAITING_SHOWN)]
    lines = [*_cases(company_id, at), *(_order_line(row) for row in waiting_orders.rows), *asked, *shop]
    lines.sort(key=lambda line: (line.due_at is None, line.due_at or at))
    running = order_list(actor, OrderFilter(state="open"), size=6)
    balances = balances_of_company(company_id)
    return Dashboard(
        company_name=actor.company_name,
        waiting=tuple(lines[:WAITING_SHOWN]),
        waiting_more=max(0, len(lines) - WAITING_SHOWN) + (1 if waiting_orders.next_cursor else 0),
        balances=balances,
        payouts=payouts_of_company(company_id),
        running=running.rows,
        plots=week_plots(company_id, at),
        is_new=running.total == 0 and not balances,
    )


def _order_line(row: OrderRow) -> WaitingLine:
    texts: dict[tuple[str, str], str] = {
        ("supplier", OrderState.PLACED): _("Answer the order"),
        ("buyer", OrderState.PLACED): _("Answer the supplier's other terms"),
        ("buyer", OrderState.CONFIRMED): _("Pay the order"),
        ("supplier", OrderState.CONFIRMED): _("Produce and ship"),
        ("buyer", OrderState.IN_PRODUCTION): _("Pay the balance, so that the goods leave"),
        ("supplier", OrderState.IN_PRODUCTION): _("Ship the goods"),
        ("buyer", OrderState.DELIVERED): _("Inspect and accept the goods"),
    }
    return WaitingLine(
        title=texts.get((row.side, row.state), str(row.state_label)),
        text=f"{row.title} · {row.other_name}",
        view="order",
        ref=row.ref,
        due_at=row.next_due_at,
        amount=row.total,
        icon="truck" if row.side == "supplier" else "box",
    )


def _asked_line(one: EnquiryRow) -> WaitingLine:
    about = one.title or _("A general question")
    return WaitingLine(
        _("Answer the question"), f"{about} · {one.other_name}", "enquiry", one.ref, None, None, "chat"
    )


def _shop_line(one: ShopWait) -> WaitingLine:
    return WaitingLine(one.title, one.text, one.view, one.ref, one.due_at, None, one.icon)


def _cases(company_id: int, at: datetime) -> Iterable[WaitingLine]:
    rows = list(
        Dispute.objects.filter(state__in=OPEN_STATES, order__buyer_id=company_id)
        .union(Dispute.objects.filter(state__in=OPEN_STATES, order__supplier_id=company_id), all=True)
        .values_list("pk", flat=True)
    )
    disputes = list(Dispute.objects.filter(pk__in=rows).select_related("order").order_by("opened_at"))
    offers = {
        offer.dispute_id: offer for offer in Offer.objects.filter(dispute__in=disputes, state=OfferState.OPEN)
    }
    decisions = {
        decision.dispute_id: decision
        for decision in Decision.objects.filter(dispute__in=disputes, state=DecisionState.IN_FORCE)
    }
    due = _next_due([dispute.ref for dispute in disputes])
    for dispute in disputes:
        side = Side.BUYER if dispute.order.buyer_id == company_id else Side.SUPPLIER
        text = _case_text(dispute, side, offers.get(dispute.pk), decisions.get(dispute.pk), at)
        if text:
            yield WaitingLine(
                title=text,
                text=_("Case about order %(number)s") % {"number": dispute.order.number},
                view="dispute",
                ref=dispute.ref,
                due_at=due.get(dispute.ref),
                amount=dispute.claimed,
                icon="scales",
            )


def _case_text(
    dispute: Dispute, side: Side, offer: Offer | None, decision: Decision | None, at: datetime
) -> str:
    """What the case asks of this side now; empty when it asks nothing."""
    if dispute.state == DisputeState.DECIDED and decision is not None:
        waived = decision.waived_by_buyer_at if side == Side.BUYER else decision.waived_by_supplier_at
        return "" if waived else _("Read the decision")
    if dispute.state == DisputeState.AGREED:
        return _("See what was agreed: goods are to be sent or confirmed")
    if offer is not None and offer.by_side != side:
        names = {
            "refund": format_money(offer.refund(dispute.currency)),
            "discount": format_money(Money(offer.discount_minor, dispute.currency)),
        }
        return _("Answer the offer: %(offer)s") % {"offer": str(OFFER_LINES[OfferKind(offer.kind)]) % names}
    if dispute.state in JUDGED_STATES:
        rested = dispute.buyer_rests_at if side == Side.BUYER else dispute.supplier_rests_at
        is_open = dispute.evidence_until is not None and at < dispute.evidence_until
        return _("Submit your evidence") if is_open and rested is None else ""
    if side == Side.SUPPLIER and offer is None:
        return _("Answer the claim of %(amount)s") % {"amount": format_money(dispute.claimed)}
    return ""


def _next_due(refs: Sequence[str]) -> dict[str, datetime]:
    soonest: dict[str, datetime] = {}
    rows = Deadline.objects.filter(subject__in=refs, state=DeadlineState.OPEN).order_by("due_at")
    for subject, due_at in rows.values_list("subject", "due_at"):
        soonest.setdefault(subject, due_at)
    return soonest
