"""Hold → back to the buyer. Owns what leaves a hold for the buyer and the way it takes through the rails."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, Sum

from marketplace.core.actors import Actor
from marketplace.core.money import Money
from marketplace.core.outbox import emit
from orders import operations as orders
from trade_assurance.holds.errors import NotYourStep, OwnCompanysMoney, RefundNotFailed
from trade_assurance.holds.models import Funding, Hold, MovedPart
from trade_assurance.holds.operations.trades.trade import Trade, move
from trade_assurance.holds.rules import Funded, draw_refund
from trade_assurance.holds.states import HoldState, MovementKind
from trade_assurance.ledger import operations as ledger
from trade_assurance.ledger.operations import EntrySpec, credit, debit
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments import operations as payments
from trade_assurance.payments.errors import PaymentClosed
from trade_assurance.payments.models import Payment, Refund
from trade_assurance.payments.states import PAYMENT_OPEN, RefundState

CANCELLED = "cancelled"
LAPSED = "lapsed"
CHARGED_BACK = "charged_back"


def refund(
    trade: Trade,
    hold: Hold,
    amount_minor: int,
    *,
    cause: str,
    reason: str,
    actor: Actor,
    at: datetime,
    out_of_freeze_minor: int = 0,
    state: HoldState | None = None,
    share_of: str | None = "",
    **fields: Any,
) -> None:
    """Take `amount_minor` out of a locked hold and send it back the way it came.

    Books escrow → what is owed to the buyer, asks each payment it came by for a refund (an intent row;
    the provider is called after commit), and tells both sides. `out_of_freeze_minor` of it leaves a freeze.
    """
    money = Money(amount_minor, hold.currency)
    parts = _draw(hold, amount_minor, at)
    key = move(
        hold,
        kind=MovementKind.REFUNDED,
        amount_minor=amount_minor,
        entries=[debit(AccountKind.ESCROW, hold.ref, money), *_owed_to_buyer(parts, hold.currency)],
        cause=cause,
        reason=reason,
        actor=actor,
        at=at,
        state=state,
        share_of=share_of,
        held_minor=hold.held_minor - amount_minor,
        refunded_minor=hold.refunded_minor + amount_minor,
        frozen_minor=hold.frozen_minor - out_of_freeze_minor,
        **fields,
    )
    _send_back(parts, hold.currency, key=key, reason=reason, at=at)
    orders.record_event(
        order=trade.order, kind="money_refunded", params={"amount": money}, actor=actor, at=at
    )
    emit(
        kind="hold_refunded",
        subject=hold.ref,
        root=trade.order.ref,
        payload={"amount_minor": amount_minor, "currency": hold.currency, "reason": reason, "cause": cause},
        actor=actor,
        at=at,
    )


def give_back_excess(*, payment_ref: str, money: Money, key: str, reason: str, at: datetime) -> None:
    """Send back what no hold takes: paid over, paid twice, paid too late. Already booked as owed to the buyer."""
    payments.request_refund(
        payment_ref=payment_ref, money=money, reason=reason, actor=Actor.system("refund"), key=key, at=at
    )


def close_payments(hold: Hold, *, reason: str, at: datetime) -> None:
    """Nobody waits for further money of this hold: payments still open are closed, so that nobody pays twice.

    Money that comes all the same is recorded and goes back by itself.
    """
    still_open = Payment.objects.filter(subject=hold.ref, state__in=PAYMENT_OPEN).order_by("pk")
    for payment_ref in still_open.values_list("ref", flat=True):
        with suppress(PaymentClosed):  # it ended while we were waiting for its lock
            payments.cancel_payment(
                payment_ref=payment_ref,
                reason=reason,
                actor=Actor.system("holds"),
                key=f"close:{payment_ref}",
                at=at,
            )


@transaction.atomic
def retry_refund(*, refund_ref: str, actor: Actor, at: datetime) -> str:
    """A refund failed late and the buyer is still owed: ask the rail once more. Returns the new refund's reference.

    Asking twice for one failed refund makes one new refund. Raises `NotYourStep` without the finance desk,
    `OwnCompanysMoney`, `RefundNotFailed`, and what `payments.operations.retry_refund` refuses.
    """
    failed = Refund.objects.filter(ref=refund_ref, state=RefundState.FAILED).select_related("payment").first()
    if not actor.has_desk("finance"):
        raise NotYourStep
    if failed is None:
        raise RefundNotFailed
    if failed.payment.payer_id in actor.member_of:
        raise OwnCompanysMoney
    # INVARIANT: one retry per failure, whichever desk asks (enforced by the one-to-one `retry_of`)
    again = payments.retry_refund(refund_ref=refund_ref, actor=actor, key=f"retry:{refund_ref}", at=at)
    return again.ref


def refund_arrived(*, refund_ref: str, provider: str, order_ref: str, money: Money, at: datetime) -> None:
    """A refund is with the buyer: what was owed to them leaves the books. Once per refund."""
    ledger.post(
        kind="refund_confirmed",
        subject=refund_ref,
        key=f"refund:{refund_ref}",
        entries=[
            debit(AccountKind.REFUND_PAYABLE, order_ref, money),
            credit(AccountKind.PROVIDER_CLEARING, provider, money),
        ],
        happened_at=at,
    )


def refund_came_back(*, refund_ref: str, provider: str, order_ref: str, money: Money, at: datetime) -> None:
    """The bank sent a refund back that had arrived: it is owed to the buyer again. Once per refund."""
    ledger.post(
        kind="refund_sent_back",
        subject=refund_ref,
        key=f"refund:{refund_ref}:sent_back",
        entries=[
            debit(AccountKind.PROVIDER_CLEARING, provider, money),
            credit(AccountKind.REFUND_PAYABLE, order_ref, money),
        ],
        happened_at=at,
    )


def _draw(hold: Hold, amount_minor: int, at: datetime) -> list[tuple[Funding, int]]:
    """Which of the hold's payments give back how much."""
    rows = {row.payment_ref: row for row in Funding.objects.filter(hold=hold).order_by("pk")}
    at_bank = _at_bank(list(rows.values()))
    moved = [row.payment_ref for row in rows.values() if row.pk in at_bank]
    # Drawn from the end: what the payer's bank has in dispute cannot be refunded now, and what came by a method
    # whose time is over perhaps never (unless it was moved to the bank), so they go last.
    cannot = Q(disputed_minor__gt=0) | (Q(refundable_until__lte=at) & ~Q(ref__in=moved))
    waiting = set(Payment.objects.filter(cannot, ref__in=list(rows)).values_list("ref", flat=True))
    in_order = sorted(rows.values(), key=lambda row: row.payment_ref not in waiting)
    drawn = draw_refund(
        [
            Funded(
                row.payment_ref,
                row.amount_minor,
                row.refunded_minor,
                row.charged_back_minor,
                at_bank.get(row.pk),
            )
            for row in in_order
        ],
        amount_minor,
    )
    return [(rows[payment_ref], part) for payment_ref, part in drawn]


def _at_bank(rows: Sequence[Funding]) -> dict[int, int]:
    """What of each payment was moved to the bank and lies there still."""
    moved = MovedPart.objects.filter(funding__in=rows).values_list("funding_id")
    return dict(moved.annotate(left=Sum("amount_minor") - Sum("refunded_minor")).order_by("funding_id"))


def _owed_to_buyer(parts: Sequence[tuple[Funding, int]], currency: str) -> list[EntrySpec]:
    """What is owed to the buyer is booked under the order whose payment carries it: there its arrival is told."""
    owed: dict[str, int] = {}
    for row, part in parts:
        owed[row.root] = owed.get(row.root, 0) + part
    return [credit(AccountKind.REFUND_PAYABLE, root, Money(minor, currency)) for root, minor in owed.items()]


def _send_back(
    parts: Sequence[tuple[Funding, int]], currency: str, *, key: str, reason: str, at: datetime
) -> None:
    for row, part in parts:
        row.refunded_minor += part
        row.save(update_fields=["refunded_minor"])
        by_bank = _take_moved(row, part)
        for amount, way in ((part - by_bank, ""), (by_bank, ":bank")):
            if not amount:
                continue
            payments.request_refund(
                payment_ref=row.payment_ref,
                money=Money(amount, currency),
                reason=reason,
                actor=Actor.system("refund"),
                key=f"{key}:{row.payment_ref}{way}",
                at=at,
                by_bank=bool(way),
            )


def _take_moved(row: Funding, amount_minor: int) -> int:
    """How much of it lies at the bank since a move, and goes back from there by bank transfer."""
    left = amount_minor
    for moved in MovedPart.objects.filter(funding=row).order_by("pk").lock():
        part = min(left, moved.amount_minor - moved.refunded_minor)
        if part:
            moved.refunded_minor += part
            moved.save(update_fields=["refunded_minor"])
            left -= part
    return amount_minor - left
