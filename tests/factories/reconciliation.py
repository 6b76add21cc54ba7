"""Trades paid by the sandbox, and mistakes planted in its account of our money."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from marketplace.core.actors import Actor
from marketplace.core.ids import new_ref
from marketplace.core.money import Money
from tests.factories.holds import FUNDED_AT, a_confirmed_order, a_payment, pump
from tests.factories.orders import Trade
from trade_assurance.holds.models import Incident
from trade_assurance.holds.operations import reconcile
from trade_assurance.holds.operations.reconciliation.comparing import RunResult
from trade_assurance.payments.models import Payment, SandboxMovement
from trade_assurance.payments.operations import (
    continue_payment,
    due_operations,
    due_webhooks,
    process_webhook,
    receive_webhook,
    refresh_payment,
    run_operation,
)
from trade_assurance.payments.providers import sandbox_server
from trade_assurance.payments.providers.sandbox_post import SIGNATURE_HEADER, deliver_due, signature

RAIL = "sandbox"
# The night after a payment at FUNDED_AT, and the one after that.
NIGHT = datetime.combine(FUNDED_AT.date() + timedelta(days=1), datetime.min.time(), tzinfo=UTC).replace(
    hour=2
)
NEXT_NIGHT = NIGHT + timedelta(days=1)


def a_card_payment(trade: Trade, *, action: str = "pay", at: datetime = FUNDED_AT) -> Payment:
    """The buyer paid on the sandbox's page, and holds heard of it."""
    payment = a_payment(trade, provider=RAIL, at=at)
    continue_payment(payment_ref=payment.ref, at=at)
    payment.refresh_from_db()
    sandbox_server.act_on_page(payment.provider_ref, action, slow_seconds=20, at=at)
    refresh_payment(payment_ref=payment.ref, at=at)
    pump(at)
    payment.refresh_from_db()
    return payment


def a_card_paid_order(*, at: datetime = FUNDED_AT) -> tuple[Trade, Payment]:
    """An order whose whole money (23,600.00 USD) came by the sandbox."""
    trade = a_confirmed_order()
    return trade, a_card_payment(trade, at=at)


def work_off(at: datetime) -> None:
    """Let the workers ask the rail until nothing waits, a minute and a half apart, and tell what came of it."""
    moment = at
    for _round in range(6):
        for operation_id in due_operations(at=moment):
            run_operation(operation_id=operation_id, at=moment)
        pump(moment)
        moment += timedelta(seconds=90)


def hear(at: datetime) -> None:
    """The sandbox settles what is due and its webhooks come through our door; they are worked off and told."""
    sandbox_server.settle_due(at=at)

    def carry(body: bytes, moment: datetime) -> str:
        headers = {SIGNATURE_HEADER: signature(body, moment)}
        receive_webhook(provider=RAIL, headers=headers, raw=body, at=moment)
        return ""

    while deliver_due(at=at, carry=carry):
        pass
    for event_id in due_webhooks(at=at):
        process_webhook(event_id=event_id, at=at)
    pump(at)


def compared(at: datetime = NIGHT, *, actor: Actor | None = None) -> RunResult:
    """The sandbox's account compared with our books."""
    result = reconcile(provider=RAIL, actor=actor or Actor.system("reconciliation"), at=at)
    pump(at)
    return result


def plant(amount: Money, *, kind: str = "other", at: datetime = FUNDED_AT) -> SandboxMovement:
    """A line of the sandbox's account that nobody here knows of."""
    return SandboxMovement.objects.create(
        ref=new_ref("sbm"),
        kind=kind,
        currency=amount.currency,
        amount_minor=amount.amount_minor,
        description="planted",
        at=at,
    )


def the_incident() -> Incident:
    """The one incident there is."""
    return Incident.objects.get()
