"""Tells the books what becomes of bank money that nobody can explain: payments knows no ledger, holds books it."""

from __future__ import annotations

from datetime import datetime

from marketplace.core.actors import Actor
from marketplace.core.money import Money
from marketplace.core.outbox import emit
from trade_assurance.payments.models import BankStatementLine
from trade_assurance.payments.providers.bank_transfer import NAME as BANK


def move_suspense(line: BankStatementLine, step: str, money: Money, *, actor: Actor, at: datetime) -> None:
    """Tell `bank_suspense_moved`: so much (signed) more is in suspense because of this step of the line."""
    emit(
        kind="bank_suspense_moved",
        subject=line.ref,
        payload={
            "step": step,
            "provider": BANK,
            "amount_minor": money.amount_minor,
            "currency": money.currency,
        },
        actor=actor,
        at=at,
    )
