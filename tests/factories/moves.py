"""Card money that has grown old, and the steps by which it moves to the bank. Reached through operations only."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from marketplace.core.actors import Actor
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories import days
from tests.factories.chargebacks import paid_by_card
from tests.factories.files import a_pdf
from tests.factories.holds import FUNDED_AT, a_confirmed_order, finance_officer, pump, sweep
from tests.factories.orders import Trade, a_placed_order
from tests.factories.rails import NAME
from trade_assurance.holds.models import BankMove, Hold
from trade_assurance.holds.operations import (
    begin_payment,
    carried,
    confirm_move,
    consent_text,
    give_consent,
    text_hash,
    total_of,
    warn_of_age,
    withdraw_consent,
)
from trade_assurance.payments.models import Payment
from trade_assurance.payments.operations import continue_payment, refresh_payment
from trade_assurance.payments.providers import sandbox_server

WARNED_AT = FUNDED_AT + days(75)
CAP_AT = FUNDED_AT + days(85)


def an_old_hold(trade: Trade | None = None, *, at: datetime = WARNED_AT, **over: Any) -> Trade:
    """Paid by card 75 days ago; the goods need not leave before the end of June (by default)."""
    over = {"ship_by": date(2026, 6, 30), **over}
    trade = trade or paid_by_card(a_confirmed_order(a_placed_order(**over)))[0]
    sweep(at)
    return Trade(trade.again(), trade.buyer, trade.supplier)


def an_old_hold_here(now: datetime, **over: Any) -> tuple[Trade, Hold]:
    """Paid on the sandbox's page 76 days before `now`, warned about since yesterday; no other trade's clock has moved.

    For worlds that stand still at `now`: sweeping to the 75th day would let everything else happen, too.
    """
    at = now - days(76)
    over = {"ship_by": (now + days(60)).date(), "at": at - days(2), **over}
    trade = a_confirmed_order(a_placed_order(**over), at=at - days(1))
    ref = begin_payment(
        order_ref=trade.ref, provider="sandbox", return_url="/", actor=trade.buyer, key=new_key(), at=at
    )
    continue_payment(payment_ref=ref, at=at)
    session = Payment.objects.get(ref=ref).provider_ref
    sandbox_server.act_on_page(session, "pay", slow_seconds=1, at=at)
    refresh_payment(payment_ref=ref, at=at)
    pump(at)
    hold = Hold.objects.get(order=trade.order)
    warn_of_age(hold_ref=hold.ref, at=now - days(1))
    pump(now)
    return Trade(trade.again(), trade.buyer, trade.supplier), hold


def there(trade: Trade) -> Money:
    """What processors carry of the order."""
    return total_of(carried(list(Hold.objects.filter(order=trade.order))), trade.order.currency)


def consents(
    trade: Trade, actor: Actor, *, at: datetime = WARNED_AT, key: str = "", provider: str = NAME
) -> str:
    """A side consents to exactly what it reads now."""
    read = text_hash(consent_text(trade.order, provider, there(trade)))
    state = give_consent(
        order_ref=trade.ref,
        provider=provider,
        typed_name="A. Person",
        read_hash=read,
        actor=actor,
        key=key or new_key(),
        at=at,
    )
    pump(at)
    return state


def withdraws(trade: Trade, actor: Actor, *, at: datetime = WARNED_AT) -> str:
    """A side takes its consent back."""
    return withdraw_consent(order_ref=trade.ref, provider=NAME, actor=actor, key=new_key(), at=at)


def an_agreed_move(trade: Trade | None = None, *, at: datetime = WARNED_AT) -> tuple[Trade, BankMove]:
    """Both sides have consented."""
    trade = trade or an_old_hold(at=at)
    consents(trade, trade.buyer, at=at)
    consents(trade, trade.supplier, at=at)
    return trade, BankMove.objects.get(order=trade.order, state="agreed")


def confirm(
    move: BankMove,
    amount: Money,
    *,
    actor: Actor | None = None,
    at: datetime = WARNED_AT,
    withdrawal: str = "po_77",
    reference: str = "STRIPE-77",
    key: str = "",
) -> BankMove:
    """An officer records that the money has arrived at the bank."""
    return confirm_move(
        move_ref=move.ref,
        amount=amount,
        withdrawal_ref=withdrawal,
        bank_reference=reference,
        proof=a_pdf("proof.pdf"),
        actor=actor or finance_officer(),
        key=key or new_key(),
        at=at,
    )


def a_moved_hold(trade: Trade | None = None, *, at: datetime = WARNED_AT) -> tuple[Trade, BankMove]:
    """Held at the bank now."""
    trade, move = an_agreed_move(trade, at=at)
    confirm(move, there(trade), at=at)
    pump(at)
    return Trade(trade.again(), trade.buyer, trade.supplier), BankMove.objects.get(pk=move.pk)
