"""Money that a rail paid to a supplier's account with it, taken back. Who owes it was decided above. Calls nobody."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed, Rejected
from marketplace.core.money import Money
from marketplace.core.outbox import emit
from trade_assurance.payments.models import ProviderOperation
from trade_assurance.payments.operations.intents import open_operation, provider_actor
from trade_assurance.payments.providers.base import Declined, Done, Outcome, Refused
from trade_assurance.payments.states import OperationKind


@transaction.atomic
def start_reversal(
    *,
    provider: str,
    subject: str,
    root: str,
    payee_company_id: int,
    transfer_ref: str,
    money: Money,
    actor: Actor,
    at: datetime,
) -> ProviderOperation:
    """Take `money` of a transfer back: the intent's row, nothing more. One per subject, ever.

    Raises `NotAllowed` for a person (a rule of the trade asks for it), `Rejected` for nothing to take.
    """
    if not actor.is_system:
        raise NotAllowed
    if not money.is_positive or not transfer_ref:
        raise Rejected(field="amount")
    return open_operation(
        provider=provider,
        kind=OperationKind.REVERSE,
        subject=subject,
        root=root,
        money=money,
        actor=actor,
        at=at,
        params={"about": transfer_ref},
        payee_id=payee_company_id,
    )


def follow_reversal(operation: ProviderOperation, answer: Outcome, *, at: datetime) -> None:
    """Told as `payout_reversed`, or `payout_not_reversed` when the supplier's account lacks the money."""
    if operation.is_final or not isinstance(answer, Done | Declined | Refused):
        return
    emit(
        kind="payout_reversed" if isinstance(answer, Done) else "payout_not_reversed",
        subject=operation.subject,
        root=operation.root,
        payload={
            "subject": operation.subject,
            "provider": operation.provider,
            "amount_minor": operation.amount_minor,
            "currency": operation.currency,
            "reason": getattr(answer, "code", ""),
        },
        actor=provider_actor(operation.provider),
        at=at,
    )
