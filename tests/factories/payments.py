"""Payments, refunds and payouts, brought to a state through operations and the sandbox's own page."""

from __future__ import annotations

from datetime import datetime

from marketplace.accounts.models import Company
from marketplace.accounts.states import Desk
from marketplace.core.actors import Actor
from marketplace.core.ids import new_key, new_ref
from marketplace.core.models import OutboxEvent
from marketplace.core.money import Money
from tests.factories import AT
from tests.factories.accounts import a_company, owner_of
from trade_assurance.payments import operations
from trade_assurance.payments.models import Payment, ProviderOperation, Refund
from trade_assurance.payments.providers import sandbox_server
from trade_assurance.payments.states import OperationKind

USD = Money(3_043_500, "USD")
HOLDS = Actor.system("holds")


def a_payment(
    *,
    provider: str = "bank_transfer",
    money: Money = USD,
    payer: Company | None = None,
    subject: str = "",
    at: datetime = AT,
) -> Payment:
    """A payment that was begun: only rows, nobody was called."""
    payer = payer or a_company()
    return operations.start_payment(
        provider=provider,
        subject=subject or new_ref("hold"),
        root=new_ref("ord"),
        payer_company_id=payer.pk,
        money=money,
        description="Order 7K3M",
        return_url="/orders/ord_example/",
        actor=owner_of(payer),
        key=new_key(),
        at=at,
    )


def an_open_session(*, money: Money = USD, payer: Company | None = None, at: datetime = AT) -> Payment:
    """A sandbox payment whose hosted page is open."""
    payment = a_payment(provider="sandbox", money=money, payer=payer, at=at)
    operations.continue_payment(payment_ref=payment.ref, at=at)
    payment.refresh_from_db()
    return payment


def click(payment: Payment, action: str, *, slow_seconds: int = 20, at: datetime = AT) -> None:
    """The person chooses on the hosted page; we have not heard of it yet."""
    sandbox_server.act_on_page(payment.provider_ref, action, slow_seconds=slow_seconds, at=at)


def a_paid_session(*, money: Money = USD, payer: Company | None = None, at: datetime = AT) -> Payment:
    """A sandbox payment that has arrived."""
    payment = an_open_session(money=money, payer=payer, at=at)
    click(payment, "pay", at=at)
    return operations.refresh_payment(payment_ref=payment.ref, at=at)


def a_received_transfer(*, money: Money = USD, payer: Company | None = None, at: datetime = AT) -> Payment:
    """A bank transfer of which everything has arrived."""
    payment = a_payment(money=money, payer=payer, at=at)
    receive(payment, money, at=at)
    payment.refresh_from_db()
    return payment


def receive(payment: Payment, money: Money, *, reference: str = "", at: datetime = AT) -> None:
    """A finance officer records money for a bank transfer."""
    operations.record_bank_receipt(
        payment_ref=payment.ref,
        money=money,
        received_on=at.date(),
        bank_reference=reference or new_key(),
        proof=None,
        actor=officer(),
        key=new_key(),
        at=at,
    )


def a_refund(payment: Payment, money: Money, *, at: datetime = AT) -> Refund:
    """A refund that was asked for."""
    return operations.request_refund(
        payment_ref=payment.ref, money=money, reason="cancelled", actor=HOLDS, key=new_key(), at=at
    )


def a_payout(
    *, provider: str = "bank_transfer", money: Money = USD, payee: Company | None = None, at: datetime = AT
) -> ProviderOperation:
    """A payout that was asked of a rail."""
    return operations.start_payout(
        provider=provider,
        subject=new_ref("pyo"),
        root="",
        payee_company_id=(payee or a_company()).pk,
        destination={"holder": "Asha Mills", "account_number": "DE89370400440532013000"},
        money=money,
        actor=HOLDS,
        key=new_key(),
        at=at,
    )


def officer() -> Actor:
    """A finance officer who belongs to no company; never stored."""
    return Actor.user(user_id=0, name="Fin Officer", desks=frozenset({Desk.FINANCE}))


def operation_for(kind: OperationKind, subject: str) -> ProviderOperation:
    """The operation of a payment, refund or payout."""
    return ProviderOperation.objects.get(kind=kind, subject=subject)


def run(kind: OperationKind, subject: str, *, at: datetime = AT) -> str:
    """Have the worker take an operation one step further."""
    return operations.run_operation(operation_id=operation_for(kind, subject).pk, at=at)


def told(*kinds: str) -> list[tuple[str, int]]:
    """Which of these events were told, in order, with their amounts in minor units."""
    rows = OutboxEvent.objects.filter(kind__in=kinds).order_by("pk")
    return [(row.kind, row.payload["amount_minor"]) for row in rows]
