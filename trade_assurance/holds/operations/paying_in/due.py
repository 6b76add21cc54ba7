"""When a milestone falls due, how the buyer is reminded of it, and how the supplier's clocks wait for it.

Silence never favours who caused it: while the buyer owes a payment that stops the supplier, the supplier's
ship-by clock and the automatic cancellation stand still (ADR 0008). Moves no money.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.deadlines import close_deadline, open_deadline, pause_deadline, resume_deadline
from marketplace.core.formatting import format_money
from marketplace.core.models import Deadline
from marketplace.core.money import Money
from marketplace.core.outbox import emit
from marketplace.core.states import DeadlineState
from orders import operations as orders
from orders.clocks import clock_days
from orders.models import Order
from orders.states import AWAITS_PAYMENT, SHIPPABLE, FundOn
from trade_assurance.holds.errors import BankDecidesFirst
from trade_assurance.holds.models import ChargebackCase, Hold
from trade_assurance.holds.operations.chargebacks.losses import BY_BANK, CHARGEBACK
from trade_assurance.holds.operations.paying_in.unpaid import FUND_BY, REMINDER
from trade_assurance.holds.operations.trades.trade import Trade, lock_trade, lock_trade_of_hold, write
from trade_assurance.holds.rules import CANCEL_UNSHIPPED
from trade_assurance.holds.states import CaseState, HoldState

CANCEL_UNPAID = "cancel_unpaid"
_CLOCK = Actor.system("clock")


def ask_for_money(trade: Trade, hold: Hold, *, fund_by: datetime, rule: str, at: datetime) -> None:
    """From now on the buyer has until `fund_by` to pay this milestone; a reminder goes out before it ends."""
    write(hold, actor=_CLOCK, at=at, fund_by=fund_by)
    root = trade.order.ref
    open_deadline(
        kind=FUND_BY,
        subject=hold.ref,
        root=root,
        started_at=at,
        due_at=fund_by,
        rule=rule,
        details={"milestone": hold.milestone.position},
    )
    remind_at = fund_by - timedelta(days=clock_days(trade.order.clocks, "payment_reminder_days"))
    if remind_at > at:
        open_deadline(
            kind=REMINDER,
            subject=hold.ref,
            root=root,
            started_at=at,
            due_at=remind_at,
            rule="clocks.payment_reminder_days",
        )


@transaction.atomic
def remind_of_payment(*, hold_ref: str, at: datetime) -> None:
    """The payment is due soon: the buyer is told once more. Nothing when it was paid. Run by the deadline."""
    trade = lock_trade_of_hold(hold_ref)
    hold = next(hold for hold in trade.holds if hold.ref == hold_ref)
    if hold.state == HoldState.AWAITING_FUNDS and trade.order.is_running:
        _tell_buyer("payment_reminder", trade, hold, at)


@transaction.atomic
def look_at_goods(*, order_ref: str, at: datetime) -> None:
    """Goods were packed, unpacked or cancelled: what is due before shipment may fall due, or not be due any more."""
    review_dues(lock_trade(order_ref, actor=_CLOCK), at=at)


def review_dues(trade: Trade, *, at: datetime) -> None:
    """Lower half: bring the clocks of what is still to be paid, and the supplier's own, to how things stand.

    A balance before shipment falls due when all goods that are not cancelled are packed; unpacked again, it
    is not due. The supplier's clocks stand still while such a balance, or a payment whose date has passed,
    is not there, and then run on with all that time given back.
    """
    ready = _goods_are_ready(trade.order)
    for hold in trade.awaits(FundOn.BEFORE_SHIPMENT):
        if ready and hold.fund_by is None:
            fund_by = at + timedelta(days=clock_days(trade.order.clocks, "balance_days"))
            ask_for_money(trade, hold, fund_by=fund_by, rule="clocks.balance_days", at=at)
            _tell_buyer("balance_due", trade, hold, at)
        elif not ready and hold.fund_by is not None:
            for kind in (FUND_BY, REMINDER):
                close_deadline(kind=kind, subject=hold.ref, outcome="not_ready", at=at)
            write(hold, actor=_CLOCK, at=at, fund_by=None)
    if not overdue_holds(trade, at):
        close_deadline(kind=CANCEL_UNPAID, subject=trade.order.ref, outcome="not_overdue", at=at)
    if supplier_waits(trade, at):
        _stop_clocks(trade.order, at)
    else:
        _resume_clocks(trade.order, at)
    wait_for_the_bank(trade.order, at)


def wait_for_the_bank(order: Order, at: datetime) -> None:
    """Lower half: while a payer's bank has taken money back and not decided, nothing cancels by itself.

    Whoever made the bank take the money gains nothing by the clock that runs against the supplier, also when
    another reason for which it stood still has ended, or when it begins only now.
    """
    clock = _open_row(CANCEL_UNSHIPPED, order.ref)
    if clock is None or clock.paused_at is not None:
        return
    if ChargebackCase.objects.filter(order=order, state=CaseState.OPEN).exists():
        pause_deadline(kind=CANCEL_UNSHIPPED, subject=order.ref, reason=CHARGEBACK, actor=BY_BANK, at=at)


def demand_no_chargeback(trade: Trade) -> None:
    """Raise `BankDecidesFirst` while a payer's bank has money of a locked trade: its buyer takes no other back."""
    open_cases = ChargebackCase.objects.filter(order=trade.order, state=CaseState.OPEN)
    minor = sum(open_cases.values_list("amount_minor", flat=True))
    if minor:
        raise BankDecidesFirst(amount=format_money(Money(minor, trade.order.currency)))


def note_overdue(trade: Trade, hold: Hold, *, at: datetime) -> None:
    """Lower half: a later milestone was not paid in time. Both sides are told; the supplier may cancel from now on.

    When nobody acts, the order cancels by itself so many days later, as if the supplier had done it.
    """
    order = trade.order
    orders.record_event(
        order=order, kind="payment_overdue", params={"amount": hold.missing}, actor=_CLOCK, at=at
    )
    _tell_buyer("payment_overdue", trade, hold, at)
    if not _is_open(CANCEL_UNPAID, order.ref):
        open_deadline(
            kind=CANCEL_UNPAID,
            subject=order.ref,
            root=order.ref,
            started_at=at,
            due_at=at + timedelta(days=clock_days(order.clocks, "cancel_unpaid_days")),
            rule="clocks.cancel_unpaid_days",
        )
    review_dues(trade, at=at)


def overdue_holds(trade: Trade, at: datetime) -> list[Hold]:
    """What should have been paid by now, once production was paid for."""
    if trade.order.cleared_to_produce_at is None:
        return []
    return [hold for hold in trade.awaits() if hold.fund_by is not None and hold.fund_by <= at]


def supplier_waits(trade: Trade, at: datetime) -> bool:
    """Whether the supplier cannot go on because of the buyer: ready to ship and not paid, or a date was missed."""
    if trade.order.state not in SHIPPABLE or trade.order.cleared_to_produce_at is None:
        return False
    balance_due = any(hold.fund_by is not None for hold in trade.awaits(FundOn.BEFORE_SHIPMENT))
    return balance_due or bool(overdue_holds(trade, at))


def _goods_are_ready(order: Order) -> bool:
    """Everything that is not cancelled is packed, and there is something."""
    if order.state not in SHIPPABLE or order.cleared_to_produce_at is None:
        return False
    lines = list(order.lines.all())
    return all(line.open_quantity == 0 for line in lines) and any(line.packed_quantity > 0 for line in lines)


def _stop_clocks(order: Order, at: datetime) -> None:
    orders.stop_ship_by(order=order, actor=_CLOCK, at=at)
    clock = _open_row(CANCEL_UNSHIPPED, order.ref)
    if clock is not None and clock.paused_at is None:
        pause_deadline(kind=CANCEL_UNSHIPPED, subject=order.ref, reason=AWAITS_PAYMENT, actor=_CLOCK, at=at)


def _resume_clocks(order: Order, at: datetime) -> None:
    orders.resume_ship_by(order=order, actor=_CLOCK, at=at)
    clock = _open_row(CANCEL_UNSHIPPED, order.ref)
    if clock is None or clock.paused_at is None or clock.pause_reason != AWAITS_PAYMENT:
        return
    resume_deadline(
        kind=CANCEL_UNSHIPPED, subject=order.ref, reason=AWAITS_PAYMENT, actor=_CLOCK, at=at, whole_days=True
    )


def _open_row(kind: str, subject: str) -> Deadline | None:
    return Deadline.objects.filter(kind=kind, subject=subject, state=DeadlineState.OPEN).first()


def _is_open(kind: str, subject: str) -> bool:
    return _open_row(kind, subject) is not None


def _tell_buyer(kind: str, trade: Trade, hold: Hold, at: datetime) -> None:
    emit(
        kind=kind,
        subject=hold.ref,
        root=trade.order.ref,
        payload={
            "amount_minor": hold.missing.amount_minor,
            "currency": hold.currency,
            "milestone": hold.milestone.title,
            "fund_by": hold.fund_by.isoformat() if hold.fund_by else "",
        },
        actor=_CLOCK,
        at=at,
    )
