"""A buyer's credit: kept from an over-payment, used for what is due, given back on request.

Owns the account BUYER_CREDIT (one per buyer and currency). Lock order: Order → Hold → Credit.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from marketplace.accounts.models import Company
from marketplace.core.actors import Actor
from marketplace.core.idempotency import lock_key, remember, replayed
from marketplace.core.money import Money
from marketplace.core.outbox import emit
from orders import operations as orders
from trade_assurance.holds.errors import (
    CreditOnlyByBank,
    CreditStandsStill,
    NoCredit,
    NotAwaitingPayment,
    NotYourStep,
)
from trade_assurance.holds.models import ChargebackCase, Credit, ExcessChoice, Hold
from trade_assurance.holds.operations.paying_in.taking import now_paid, remember_funding
from trade_assurance.holds.operations.trades.trade import Trade, demand, lock_trade, move
from trade_assurance.holds.policies import can_pay, can_spend_credit
from trade_assurance.holds.states import CaseState, HoldState, MovementKind
from trade_assurance.ledger import operations as ledger
from trade_assurance.ledger.operations import credit, debit
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments import operations as payments
from trade_assurance.payments.models import Payment
from trade_assurance.payments.queries import is_manual
from trade_assurance.payments.states import PaymentState

CREDIT_USED = "credit_used"
CREDIT_RETURNED = "credit_returned"


def keeps_excess(payment_ref: str) -> bool:
    """Whether the payer chose to keep as credit what this payment brings above what is due."""
    return ExcessChoice.objects.filter(payment_ref=payment_ref).exists()


def choose_credit(payment: Payment, *, actor: Actor, at: datetime) -> None:
    """Lower half: the payer wants what this payment brings above what is due kept as credit.

    Only of money that no bank takes back: what a card brought too much goes back to it.
    Raises `CreditOnlyByBank`.
    """
    if not is_manual(payment.provider):
        raise CreditOnlyByBank(field="keep_excess")
    ExcessChoice.objects.get_or_create(
        payment_ref=payment.ref, defaults={"chosen_by": actor.as_text, "chosen_at": at}
    )


def keep_as_credit(
    trade: Trade, *, payment_ref: str, provider: str, money: Money, key: str, actor: Actor, at: datetime
) -> None:
    """Lower half: what was just booked as the buyer's credit is remembered with the payment it came by, and told."""
    kept = Credit.objects.create(
        company_id=trade.order.buyer_id,
        currency=money.currency,
        root=trade.order.ref,
        payment_ref=payment_ref,
        provider=provider,
        amount_minor=money.amount_minor,
        posting_key=key,
        at=at,
    )
    orders.record_event(order=trade.order, kind="credit_kept", params={"amount": money}, actor=actor, at=at)
    emit(
        kind="credit_kept",
        subject=kept.ref,
        root=trade.order.ref,
        payload={"amount_minor": money.amount_minor, "currency": money.currency},
        actor=actor,
        at=at,
    )


@transaction.atomic
def pay_from_credit(*, order_ref: str, actor: Actor, key: str, at: datetime) -> Money:
    """Pay what the order's next milestone waits for out of the company's credit, as far as it goes; how much that was.

    Raises `TradeNotFound`, `NotYourStep`, `NotAwaitingPayment`, `NoCredit`, `CreditStandsStill`.
    """
    trade = lock_trade(order_ref, actor=actor)
    content = {"order": order_ref, "actor": actor.as_text}
    if (first := replayed(key=key, operation="pay_from_credit", content=content)) is not None:
        return Money(int(first), trade.order.currency)
    demand(can_pay(actor, trade.order))
    hold = trade.next_to_pay()
    if hold is None or not trade.order.is_running:
        raise NotAwaitingPayment
    paid = _use(trade, hold, actor=actor, at=at)
    if paid.is_zero:
        raise NoCredit(currency=hold.currency)
    remember(key=key, operation="pay_from_credit", content=content, result=str(paid.amount_minor), at=at)
    return paid


@transaction.atomic
def return_credit(*, company_id: int, currency: str, actor: Actor, key: str, at: datetime) -> Money:
    """Send all of the company's credit of one currency back the way it came; how much that is.

    Raises `NotYourStep` without a paying role of that company, `NoCredit`, `CreditStandsStill`.
    """
    lock_key(key)
    content = {"company": company_id, "currency": currency, "actor": actor.as_text}
    if (first := replayed(key=key, operation="return_credit", content=content)) is not None:
        return Money(int(first), currency)
    if not can_spend_credit(actor, company_id):
        raise NotYourStep
    owner = Company.objects.values_list("ref", flat=True).get(pk=company_id)
    total = Money.zero(currency)
    for row in _usable(company_id, currency):
        total += row.left
        _give_back(row, owner, at=at)
    if total.is_zero:
        raise NoCredit(currency=currency)
    remember(key=key, operation="return_credit", content=content, result=str(total.amount_minor), at=at)
    return total


def _usable(company_id: int, currency: str) -> list[Credit]:
    """Credits with something left, the oldest first, locked; not of a payment that was reversed or is charged back.

    Raises `CreditStandsStill` when a chargeback that is not decided keeps all of it.
    """
    reversed_ = Payment.objects.filter(payer_id=company_id, state=PaymentState.REVERSED).values("ref")
    rows = Credit.objects.of_company(company_id).with_something_left().filter(currency=currency)
    locked = list(rows.exclude(payment_ref__in=reversed_).lock())
    # Asked once the rows are locked: a chargeback opens its case first and locks them after it.
    refs = [row.payment_ref for row in locked]
    still = set(
        ChargebackCase.objects.filter(state=CaseState.OPEN, payment_ref__in=refs).values_list(
            "payment_ref", flat=True
        )
    )
    usable = [row for row in locked if row.payment_ref not in still]
    if locked and not usable:
        raise CreditStandsStill
    return usable


def _use(trade: Trade, hold: Hold, *, actor: Actor, at: datetime) -> Money:
    paid = Money.zero(hold.currency)
    for row in _usable(trade.order.buyer_id, hold.currency):
        part = min(row.left.amount_minor, hold.missing.amount_minor)
        if part == 0:
            break
        _fund_from(trade, hold, row, part, actor=actor, at=at)
        paid += Money(part, hold.currency)
    if hold.state == HoldState.HELD:
        now_paid(trade, hold, actor=actor, at=at)
    return paid


def _fund_from(trade: Trade, hold: Hold, row: Credit, part: int, *, actor: Actor, at: datetime) -> None:
    money = Money(part, hold.currency)
    funded = hold.funded_minor + part
    complete = funded == hold.amount_minor
    remember_funding(hold, row.payment_ref, row.provider, part, root=row.root, at=at)
    move(
        hold,
        kind=MovementKind.FUNDED,
        amount_minor=part,
        entries=[
            debit(AccountKind.BUYER_CREDIT, trade.order.buyer.ref, money),
            credit(AccountKind.ESCROW, hold.ref, money),
        ],
        cause=row.ref,
        reason=CREDIT_USED,
        actor=actor,
        at=at,
        state=HoldState.HELD if complete else None,
        funded_minor=funded,
        held_minor=hold.held_minor + part,
        funded_at=at if complete else None,
    )
    row.used_minor += part
    row.sequence += 1
    row.save(update_fields=["used_minor", "sequence"])


def _give_back(row: Credit, owner: str, *, at: datetime) -> None:
    money, key = row.left, f"{row.ref}:{row.sequence + 1}"
    ledger.post(
        kind=CREDIT_RETURNED,
        subject=row.ref,
        key=key,
        entries=[
            debit(AccountKind.BUYER_CREDIT, owner, money),
            credit(AccountKind.REFUND_PAYABLE, row.root, money),
        ],
        happened_at=at,
    )
    row.returned_minor += money.amount_minor
    row.sequence += 1
    row.save(update_fields=["returned_minor", "sequence"])
    payments.request_refund(
        payment_ref=row.payment_ref,
        money=money,
        reason=CREDIT_RETURNED,
        actor=Actor.system("refund"),
        key=key,
        at=at,
    )
