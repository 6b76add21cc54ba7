"""Whose is what came back of a chargeback that was lost and won after all: an officer says it, with a reason.

It had lain in the hold; the trade may have ended otherwise since, so no rule can say it. Lock order: Order → Hold →
case → assignment → supplier's account → ledger accounts.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Max

from marketplace.core.actors import Actor
from marketplace.core.formatting import format_money
from marketplace.core.idempotency import remember, replayed
from marketplace.core.money import Money
from marketplace.core.outbox import emit
from orders import operations as orders
from orders.states import Audience
from trade_assurance.holds.errors import (
    NotAssignable,
    NothingProposed,
    NotYourStep,
    OwnCompanysMoney,
    SupplierNotFound,
)
from trade_assurance.holds.models import ChargebackCase, Hold, SuspenseAssignment
from trade_assurance.holds.operations.chargebacks.exposure import secure_again
from trade_assurance.holds.operations.payouts.supplier_money import Cause, account_for, credit_supplier
from trade_assurance.holds.operations.payouts.two_persons import done, drop, first_word, second_word
from trade_assurance.holds.operations.trades.trade import Trade, lock_trade
from trade_assurance.holds.queries.chargebacks.suspense import assignable
from trade_assurance.holds.rules import MARKETPLACE, release_of
from trade_assurance.ledger import operations as ledger
from trade_assurance.ledger.operations import credit, debit
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments import operations as payments

FINANCE: Final = "finance"
ASSIGNED: Final = "chargeback_assigned"


@transaction.atomic
def assign_suspense(
    *,
    chargeback_ref: str,
    to_supplier: Money,
    to_buyer: Money,
    reason: str,
    actor: Actor,
    key: str,
    at: datetime,
) -> str:
    """Give what waits of an overturned chargeback to the supplier (less commission), to the buyer, or split it.

    The buyer's part goes by bank transfer; the supplier's pays its debts first; what the marketplace had borne of it
    returns to the marketplace by itself. Above the currency's limit it waits for a second officer. Returns "done" or
    "waits". Raises `SupplierNotFound` for no such case, `NotYourStep`, `OwnCompanysMoney`, `ReasonMissing`,
    `NotAssignable` unless the parts are exactly what waits, or while another assignment does.
    """
    trade, case = _locked(chargeback_ref, actor)
    content = {
        "chargeback": chargeback_ref,
        "supplier": to_supplier,
        "buyer": to_buyer,
        "reason": reason,
        "actor": actor.as_text,
    }
    if (first := replayed(key=key, operation="assign_suspense", content=content)) is not None:
        return first
    waits, loss = assignable(case)
    parts = min(to_supplier.amount_minor, to_buyer.amount_minor)
    if parts < 0 or to_supplier + to_buyer != waits or not (waits + loss).is_positive or _open(case):
        raise NotAssignable(field="to_supplier", amount=format_money(waits))
    said = first_word(waits, reason, actor=actor, at=at)
    row = SuspenseAssignment.objects.create(
        case=case,
        to_supplier_minor=to_supplier.amount_minor,
        to_buyer_minor=to_buyer.amount_minor,
        to_loss_minor=loss.amount_minor,
        **said,
    )
    result = "waits"
    if row.needs_second:
        _tell(trade, "suspense_assignment_asked", row, actor, at)
    else:
        result = _carry_out(trade, case, row, actor, at)
    remember(key=key, operation="assign_suspense", content=content, result=result, at=at)
    return result


@transaction.atomic
def approve_assignment(*, chargeback_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """The second officer's yes: it is booked. "done".

    Raises as `assign_suspense`, `NothingProposed`, `SecondApprovalBySamePerson`.
    """
    trade, case = _locked(chargeback_ref, actor)
    content = {"chargeback": chargeback_ref, "actor": actor.as_text}
    if (first := replayed(key=key, operation="approve_assignment", content=content)) is not None:
        return first
    row = _open(case)
    if row is None:
        raise NothingProposed
    waits, loss = assignable(case)
    if row.total_minor != (waits + loss).amount_minor:
        raise NotAssignable(amount=format_money(waits))
    second_word(row, actor=actor)
    result = _carry_out(trade, case, row, actor, at)
    remember(key=key, operation="approve_assignment", content=content, result=result, at=at)
    return result


@transaction.atomic
def refuse_assignment(*, chargeback_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """An officer's no to what waits (also the first one's own): it can be said anew. "refused"."""
    _trade, case = _locked(chargeback_ref, actor)
    content = {"chargeback": chargeback_ref, "actor": actor.as_text}
    if (first := replayed(key=key, operation="refuse_assignment", content=content)) is not None:
        return first
    row = _open(case)
    if row is None:
        raise NothingProposed
    drop(row, actor=actor, at=at)
    remember(key=key, operation="refuse_assignment", content=content, result="refused", at=at)
    return "refused"


def _locked(chargeback_ref: str, actor: Actor) -> tuple[Trade, ChargebackCase]:
    if not actor.has_desk(FINANCE) or actor.user_id is None:
        raise NotYourStep
    order_ref = ChargebackCase.objects.filter(ref=chargeback_ref).values_list("order__ref", flat=True).first()
    if order_ref is None:
        raise SupplierNotFound
    trade = lock_trade(order_ref, actor=actor)
    case = ChargebackCase.objects.filter(ref=chargeback_ref).lock().get()
    if {trade.order.buyer_id, trade.order.supplier_id} & actor.member_of:
        raise OwnCompanysMoney
    return trade, case


def _open(case: ChargebackCase) -> SuspenseAssignment | None:
    # INVARIANT: one at a time (enforced by suspense_assignment_open_once)
    return SuspenseAssignment.objects.filter(case=case, done_at=None, dropped_at=None).lock().first()


def _carry_out(
    trade: Trade, case: ChargebackCase, row: SuspenseAssignment, actor: Actor, at: datetime
) -> str:
    """Steps 5 to 8: the commission as a release would take it, one posting, the buyer's refund."""
    currency, order = case.currency, trade.order
    bps = Hold.objects.filter(order=order).aggregate(most=Max("commission_bps"))["most"] or 0
    part = release_of(
        row.to_supplier_minor, released_before_minor=0, commission_before_minor=0, commission_bps=bps
    )
    account_for(order.supplier_id)
    cause = Cause(case.ref, order.ref, actor, at)
    to_supplier = credit_supplier(order.supplier, Money(part.to_supplier_minor, currency), cause)
    ledger.post(
        kind=ASSIGNED,
        subject=case.ref,
        key=f"chargeback:{case.ref}:assigned:{row.ref}",
        entries=[
            debit(AccountKind.SUSPENSE, case.ref, Money(row.total_minor, currency)),
            *to_supplier.entries,
            credit(AccountKind.COMMISSION, MARKETPLACE, Money(part.commission_minor, currency)),
            credit(AccountKind.REFUND_PAYABLE, order.ref, Money(row.to_buyer_minor, currency)),
            credit(AccountKind.PLATFORM_LOSS, MARKETPLACE, Money(row.to_loss_minor, currency)),
        ],
        happened_at=at,
    )
    if to_supplier.watched:
        secure_again(order.supplier, currency, at=at)
    if row.to_buyer_minor:
        payments.request_refund(
            payment_ref=case.payment_ref,
            money=Money(row.to_buyer_minor, currency),
            reason=ASSIGNED,
            actor=Actor.system("refund"),
            key=f"assigned:{row.ref}",
            at=at,
            by_bank=True,
        )
    done(row, at)
    _say(trade, case, row, actor, at)
    _tell(trade, "suspense_assigned", row, actor, at)
    return "done"


def _say(trade: Trade, case: ChargebackCase, row: SuspenseAssignment, actor: Actor, at: datetime) -> None:
    """Each side reads its own part, with the reason."""
    sides = (
        ("chargeback_assigned_supplier", row.to_supplier_minor, Audience.SUPPLIER),
        ("chargeback_assigned_buyer", row.to_buyer_minor, Audience.BUYER),
    )
    for kind, minor, audience in sides:
        if minor:
            orders.record_event(
                order=trade.order,
                kind=kind,
                params={"amount": Money(minor, case.currency), "reason": row.reason},
                audience=audience,
                actor=actor,
                at=at,
            )


def _tell(trade: Trade, kind: str, row: SuspenseAssignment, actor: Actor, at: datetime) -> None:
    emit(
        kind=kind,
        subject=row.case.ref,
        root=trade.order.ref,
        payload={
            "amount_minor": row.total_minor,
            "currency": row.case.currency,
            "to_supplier_minor": row.to_supplier_minor,
            "to_buyer_minor": row.to_buyer_minor,
            "reason": row.reason,
        },
        actor=actor,
        at=at,
    )
