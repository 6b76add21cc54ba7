"""A payer's bank takes money back: what of the trade stands still, and who bears it when the bank has decided.

Consumes what payments tells. Books what the provider did the moment it is known, whatever the trade looks like:
taken, it lies on an account of its own until the bank decides. Lock order: Order → Hold → case → supplier's account.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from marketplace.core.actors import Actor
from marketplace.core.deadlines import resume_deadline
from marketplace.core.models import Deadline, OutboxDelivery
from marketplace.core.money import Money
from marketplace.core.outbox import emit
from marketplace.core.states import DeadlineState
from orders import operations as orders
from orders.states import Audience, OrderState
from trade_assurance.holds.errors import MoneyNotTakenYet
from trade_assurance.holds.models import ChargebackCase, ChargebackPart
from trade_assurance.holds.operations.chargebacks.credit_losses import kept_as_credit, take_credit
from trade_assurance.holds.operations.chargebacks.exposure import exposure_of, secure, secure_again
from trade_assurance.holds.operations.chargebacks.losses import (
    BY_BANK,
    CHARGEBACK,
    bear,
    book_rest,
    shares_of,
)
from trade_assurance.holds.operations.chargebacks.lost_again import lose_again
from trade_assurance.holds.operations.chargebacks.lost_money import kept_for_goods_to_come, note_loss
from trade_assurance.holds.operations.paying_in.due import review_dues, wait_for_the_bank
from trade_assurance.holds.operations.payouts.parts import reverse_for_chargeback
from trade_assurance.holds.operations.payouts.supplier_money import (
    Cause,
    account_for,
    credit_supplier,
    kept_for,
    kept_in_all,
    let_go,
)
from trade_assurance.holds.operations.trades import contracts, refunds
from trade_assurance.holds.operations.trades.releases import finish_order_if_settled, release_free
from trade_assurance.holds.operations.trades.trade import Trade, lock_trade, write
from trade_assurance.holds.rules import CANCEL_UNSHIPPED, MARKETPLACE
from trade_assurance.holds.states import CaseState, HoldState
from trade_assurance.ledger import operations as ledger
from trade_assurance.ledger.operations import EntrySpec, credit, debit
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments import operations as payments


@transaction.atomic
def chargeback_taken(
    *, ref: str, payment_ref: str, provider: str, money: Money, turn: int, order_ref: str, at: datetime
) -> None:
    """The payer's bank has taken `money` of a payment: booked at once, and the trade's share stands still.

    What of it is held is frozen; of what was released already the supplier's balance is kept back, so that no
    payout takes it. The clock that cancels what is not shipped stops. Both sides are told in plain words.
    Raises `MoneyNotTakenYet` while money of the payment waits to be taken by its hold.
    """
    trade = lock_trade(order_ref, actor=BY_BANK)
    _demand_money_taken(payment_ref)
    case = _open_case(trade, ref, payment_ref, provider, money, at)
    account_for(trade.order.supplier_id)  # before any account of the ledger: the global lock order
    ledger.post(
        kind="chargeback_taken",
        subject=ref,
        key=f"chargeback:{ref}:{turn}",
        entries=[
            debit(AccountKind.CHARGEBACK_PENDING, ref, money),
            credit(AccountKind.PROVIDER_CLEARING, provider, money),
        ],
        happened_at=at,
    )
    _aim(trade, case)
    freeze_for_chargebacks(trade, actor=BY_BANK, at=at)
    _take_back_payouts(trade, case, at)
    wait_for_the_bank(trade.order, at)
    _say(trade, "chargeback_opened", case, at)


@transaction.atomic
def chargeback_won(*, ref: str, turn: int, order_ref: str, at: datetime) -> None:
    """The money came back from the provider. Undecided until now: what stood still goes on as if nothing had been.

    After a loss each gets back what they bore: the marketplace its commission, the supplier their part (debts
    first), the payer's refunds go out again. What had lain in the hold waits for an officer, who says whose it is:
    the trade may have ended otherwise meanwhile.
    """
    trade = lock_trade(order_ref, actor=BY_BANK)
    case = ChargebackCase.objects.filter(ref=ref).lock().get()
    came_back = debit(AccountKind.PROVIDER_CLEARING, case.provider, case.money)
    if case.state == CaseState.LOST:
        _overturn(trade, case, came_back, turn, at)
        return
    account_for(trade.order.supplier_id)  # before any account of the ledger: the global lock order
    ledger.post(
        kind="chargeback_returned",
        subject=ref,
        key=f"chargeback:{ref}:{turn}",
        entries=[came_back, credit(AccountKind.CHARGEBACK_PENDING, ref, case.money)],
        happened_at=at,
    )
    case.move_to(CaseState.WON, actor=BY_BANK, at=at, ended_at=at)
    _thaw(trade, case, at)
    _after_the_end(trade, case, "chargeback_won", at)


@transaction.atomic
def chargeback_lost(*, ref: str, refunds_covered_minor: int, order_ref: str, at: datetime) -> None:
    """The bank has given the money to the payer for good. Held money goes first, then what was released.

    What was released is taken back with its share of the commission: the rest from the supplier's reserve, balance,
    or as a debt. A refund that had not left is covered by it; one that had left as well is booked as unexplained
    for an officer. Lost once more after it was won, whoever has it gives it again, and the holds nothing. Frozen for a claim or not: what is gone is gone, and the claim keeps what is there. What is gone
    of money that goods still wait for closes their doors until the supplier goes on without it.
    """
    trade = lock_trade(order_ref, actor=BY_BANK)
    case = ChargebackCase.objects.filter(ref=ref).lock().get()
    if case.has_been_lost:
        account_for(trade.order.supplier_id)  # before any account of the ledger: the global lock order
        parts = lose_again(case, refunds_covered_minor, actor=BY_BANK, at=at)
        case.move_to(CaseState.LOST, actor=BY_BANK, at=at, ended_at=at, **parts)
    else:
        _lose(trade, case, refunds_covered_minor, at)
    _after_the_end(trade, case, "chargeback_lost", at)
    if trade.order.state == OrderState.CONFIRMED and not any(
        hold.state == HoldState.HELD for hold in trade.holds
    ):
        contracts.end_charged_back(trade, actor=BY_BANK, at=at)


def _lose(trade: Trade, case: ChargebackCase, covered_minor: int, at: datetime) -> None:
    """The buyer's credit and the holds bear it, and disputes are told what claims lost of what they had frozen."""
    before = kept_for_goods_to_come(trade, at=at)
    credit_minor, from_credit = take_credit(case, case.amount_minor - covered_minor)
    borne = bear(trade, case, covered_minor, credit_minor, at)
    note_loss(trade, before_minor=before, at=at)
    _thaw(trade, case, at)
    parts = borne.as_fields()
    unexplained = case.amount_minor - sum(parts.values())
    book_rest(trade, case, borne, unexplained, from_credit, at)
    case.move_to(CaseState.LOST, actor=BY_BANK, at=at, ended_at=at, unexplained_minor=unexplained, **parts)
    emit(
        kind="hold_charged_back",
        subject=case.ref,
        root=trade.order.ref,
        payload={"amount_minor": case.amount_minor, "currency": case.currency, "claims": borne.claims},
        actor=BY_BANK,
        at=at,
    )


@transaction.atomic
def chargeback_fee(*, ref: str, provider: str, fee: Money, turn: int, at: datetime) -> None:
    """What the provider took for a chargeback (or gave back of it): the marketplace bears it. Once per change."""
    ledger.post(
        kind="chargeback_fee",
        subject=ref,
        key=f"chargeback:{ref}:fee:{turn}",
        entries=[
            debit(AccountKind.PROVIDER_FEES, provider, fee),
            credit(AccountKind.PROVIDER_CLEARING, provider, fee),
        ],
        happened_at=at,
    )


@transaction.atomic
def refund_failed_after_chargeback(
    *, refund_ref: str, payment_ref: str, money: Money, order_ref: str, at: datetime
) -> None:
    """A refund that was under way when a chargeback was lost did not leave after all: so it was not paid twice.

    What was booked as unexplained is what was owed to the payer, and is settled with it. Nothing without one.
    """
    trade = lock_trade(order_ref, actor=BY_BANK)
    lost = ChargebackCase.objects.filter(
        payment_ref=payment_ref, state=CaseState.LOST, unexplained_minor__gt=0
    )
    left = money.amount_minor
    for case in lost.order_by("pk").lock():
        part = min(left, case.unexplained_minor)
        if not part:
            break
        left -= part
        amount = Money(part, case.currency)
        ledger.post(
            kind="chargeback_explained",
            subject=case.ref,
            key=f"chargeback:{case.ref}:refund:{refund_ref}",
            entries=[
                debit(AccountKind.REFUND_PAYABLE, trade.order.ref, amount),
                credit(AccountKind.SUSPENSE, case.ref, amount),
            ],
            happened_at=at,
        )
        ChargebackCase.objects.filter(pk=case.pk).update(
            covered_minor=case.covered_minor + part, unexplained_minor=case.unexplained_minor - part
        )


def freeze_for_chargebacks(trade: Trade, *, actor: Actor, at: datetime) -> None:
    """Freeze what chargebacks that are not decided ask for and is free now; keep the supplier's balance for the rest.

    Called when one opens, and whenever money of the trade became free or was released meanwhile. Locked trade.
    """
    holds = {hold.pk: hold for hold in trade.holds}
    parts = ChargebackPart.objects.filter(hold__in=list(holds), case__state=CaseState.OPEN)
    touched = list(parts.select_related("case").order_by("pk"))
    for part in touched:
        hold = holds[part.hold_id]
        more = min(part.target_minor - part.frozen_minor, hold.held_minor - hold.frozen_minor)
        if more <= 0 or hold.state != HoldState.HELD:
            continue
        write(hold, actor=actor, at=at, frozen_minor=hold.frozen_minor + more)
        part.frozen_minor += more
        part.save(update_fields=["frozen_minor"])
    if touched:
        cause = Cause(touched[-1].case.ref, trade.order.ref, BY_BANK, at)
        secure(trade.order.supplier, trade.order.currency, cause)


def _demand_money_taken(payment_ref: str) -> None:
    waiting = OutboxDelivery.objects.filter(
        consumer="holds.take_payment", delivered_at__isnull=True, event__payload__payment=payment_ref
    )
    if waiting.exists():
        raise MoneyNotTakenYet


def _open_case(
    trade: Trade, ref: str, payment_ref: str, provider: str, money: Money, at: datetime
) -> ChargebackCase:
    case = ChargebackCase.objects.filter(ref=ref).lock().first()
    if case is not None:
        case.move_to(CaseState.OPEN, actor=BY_BANK, at=at, ended_at=None)
        return case
    case = ChargebackCase.objects.create(
        ref=ref,
        order=trade.order,
        payment_ref=payment_ref,
        provider=provider,
        currency=money.currency,
        amount_minor=money.amount_minor,
        state=CaseState.OPEN,
        opened_at=at,
    )
    case.log_transition("", CaseState.OPEN, actor=BY_BANK, at=at)
    return case


def _aim(trade: Trade, case: ChargebackCase) -> None:
    """Say of which hold how much is disputed; what the payment put into none of them is nobody's here.

    One that was lost before asks nothing of the holds any more: they gave it then.
    """
    if case.has_been_lost:
        case.parts.update(target_minor=0, frozen_minor=0)
        return
    for hold, _funding, amount in shares_of(trade, case, case.amount_minor - kept_as_credit(case)):
        ChargebackPart.objects.update_or_create(
            case=case, hold=hold, defaults={"target_minor": amount, "frozen_minor": 0}
        )


def _overturn(trade: Trade, case: ChargebackCase, came_back: EntrySpec, turn: int, at: datetime) -> None:
    currency = case.currency
    cause = Cause(case.ref, trade.order.ref, BY_BANK, at)
    to_supplier = Money(case.from_supplier_minor, currency)
    waits = Money(case.from_held_minor + case.from_credit_minor + case.unexplained_minor, currency)
    ledger.post(
        kind="chargeback_overturned",
        subject=case.ref,
        key=f"chargeback:{case.ref}:{turn}",
        entries=[
            came_back,
            credit(AccountKind.COMMISSION, MARKETPLACE, Money(case.from_commission_minor, currency)),
            *credit_supplier(trade.order.supplier, to_supplier, cause, keeps_reserve=False).entries,
            credit(AccountKind.REFUND_PAYABLE, trade.order.ref, Money(case.covered_minor, currency)),
            credit(AccountKind.SUSPENSE, case.ref, waits),
        ],
        happened_at=at,
    )
    if case.covered_minor:
        payments.request_refund(
            payment_ref=case.payment_ref,
            money=Money(case.covered_minor, currency),
            reason=CHARGEBACK,
            actor=BY_BANK,
            key=f"overturned:{case.ref}:{turn}",
            at=at,
        )
    case.move_to(CaseState.OVERTURNED, actor=BY_BANK, at=at, ended_at=at)
    _say(trade, "chargeback_overturned", case, at)


def _take_back_payouts(trade: Trade, case: ChargebackCase, at: datetime) -> None:
    """What of the payment has been paid out already, and the supplier has nothing else for: the rail is asked for it."""
    supplier = trade.order.supplier
    missing = exposure_of(supplier.pk, case.currency).amount_minor - kept_in_all(supplier.pk, case.currency)
    if missing > 0:
        reverse_for_chargeback(case, supplier, min(missing, case.amount_minor), at=at)


def _thaw(trade: Trade, case: ChargebackCase, at: datetime) -> None:
    """What stood still goes on: first what is owed for cancelled goods, the rest with the trade."""
    holds = {hold.pk: hold for hold in trade.holds}
    for part in case.parts.filter(frozen_minor__gt=0).order_by("pk"):
        hold, frozen = holds[part.hold_id], part.frozen_minor
        ChargebackPart.objects.filter(pk=part.pk).update(frozen_minor=0)
        due = min(frozen, hold.refund_due_minor)
        if not due:
            write(hold, actor=BY_BANK, at=at, frozen_minor=hold.frozen_minor - frozen)
            continue
        refunds.refund(
            trade,
            hold,
            due,
            cause=case.ref,
            reason="cancelled_unshipped",
            actor=BY_BANK,
            at=at,
            out_of_freeze_minor=frozen,
            refund_due_minor=hold.refund_due_minor - due,
        )


def _after_the_end(trade: Trade, case: ChargebackCase, what: str, at: datetime) -> None:
    """Kept money and clocks go on, the other chargebacks are seen to, the order ends when nothing is held."""
    supplier = trade.order.supplier
    account_for(supplier.pk)
    let_go(supplier, kept_for(case.ref), Cause(case.ref, trade.order.ref, BY_BANK, at))
    freeze_for_chargebacks(trade, actor=BY_BANK, at=at)
    secure_again(supplier, case.currency, at=at)
    _start_cancellation(trade, at)
    review_dues(trade, at=at)  # the buyer may still owe a payment that the clock waits for
    _say(trade, what, case, at)
    if not trade.order.is_over:
        release_free(trade, reason=what, actor=BY_BANK, at=at)
    finish_order_if_settled(trade, actor=BY_BANK, key=f"end:{case.ref}:{case.state}", at=at)


def _start_cancellation(trade: Trade, at: datetime) -> None:
    if ChargebackCase.objects.filter(order=trade.order, state=CaseState.OPEN).exists():
        return
    if _cancellation(trade).filter(paused_at__isnull=False, pause_reason=CHARGEBACK).exists():
        resume_deadline(
            kind=CANCEL_UNSHIPPED, subject=trade.order.ref, reason=CHARGEBACK, actor=BY_BANK, at=at
        )


def _cancellation(trade: Trade) -> Any:
    return Deadline.objects.filter(
        Q(kind=CANCEL_UNSHIPPED, subject=trade.order.ref), state=DeadlineState.OPEN
    )


def _say(trade: Trade, kind: str, case: ChargebackCase, at: datetime) -> None:
    """The timeline for both sides, and the event that notices are made of; the supplier also reads what they bear."""
    orders.record_event(order=trade.order, kind=kind, params={"amount": case.money}, actor=BY_BANK, at=at)
    borne = case.from_supplier_minor
    if kind == "chargeback_lost" and borne:
        orders.record_event(
            order=trade.order,
            kind="chargeback_borne",
            params={"amount": Money(borne, case.currency)},
            audience=Audience.SUPPLIER,
            actor=BY_BANK,
            at=at,
        )
    emit(
        kind="trade_chargeback",
        subject=case.ref,
        root=trade.order.ref,
        payload={
            "what": kind,
            "amount_minor": case.amount_minor,
            "currency": case.currency,
            "borne_minor": borne,
            "debt_minor": case.to_debt_minor,
        },
        actor=BY_BANK,
        at=at,
    )
