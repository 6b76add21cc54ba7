"""The provider's side of a payout: asked for, and what came of it. Who may have it was decided above. Calls nobody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed, Rejected
from marketplace.core.idempotency import lock_key, remember, replayed
from marketplace.core.money import Money
from marketplace.core.outbox import emit
from trade_assurance.payments.models import ProviderOperation
from trade_assurance.payments.operations.intents import move_operation, open_operation
from trade_assurance.payments.operations.reviews import FINANCE
from trade_assurance.payments.providers.base import Declined, Done, Outcome, Pending, Refused
from trade_assurance.payments.providers.registry import available_rail
from trade_assurance.payments.rules import next_look
from trade_assurance.payments.states import OperationKind, OperationState


@transaction.atomic
def start_payout(
    *,
    provider: str,
    subject: str,
    root: str,
    payee_company_id: int,
    destination: Mapping[str, str],
    money: Money,
    actor: Actor,
    key: str,
    at: datetime,
    source: str = "",
) -> ProviderOperation:
    """Have a supplier paid by one rail: the intent's row, nothing more. One per subject, ever.

    `source` is the provider's name of the payment that the money came by, for rails that pay out of one.

    By bank transfer it waits for `confirm_bank_payout`; else the worker calls the provider after commit.
    Raises `NotAllowed`, `Rejected` for nothing to pay, `UnknownProvider`, `SandboxWithLiveKeys`.
    """
    lock_key(key)
    content = {
        "provider": provider,
        "subject": subject,
        "payee": payee_company_id,
        "destination": dict(destination),
        "money": money,
        **({"source": source} if source else {}),
    }
    if (first := replayed(key=key, operation="start_payout", content=content)) is not None:
        return ProviderOperation.objects.get(pk=int(first))
    if not (actor.is_system or actor.has_desk(FINANCE)):
        raise NotAllowed
    if not money.is_positive:
        raise Rejected(field="amount")
    available_rail(provider)
    operation = open_operation(
        provider=provider,
        kind=OperationKind.PAY_OUT,
        subject=subject,
        root=root,
        money=money,
        actor=actor,
        at=at,
        params={"destination": dict(destination), "source": source},
        payee_id=payee_company_id,
    )
    remember(key=key, operation="start_payout", content=content, result=str(operation.pk), at=at)
    return operation


def record_payout_outcome(
    operation: ProviderOperation, outcome: Outcome, *, actor: Actor, at: datetime
) -> None:
    """Apply a provider's answer to a locked payout operation; an end is not undone by older news.

    One end is followed by another: what had arrived can come back from the supplier's bank.
    """
    if operation.state == OperationState.DONE and isinstance(outcome, Declined):
        return_payout(operation, operation.money, reason=outcome.code, actor=actor, at=at)
    if operation.is_final:
        return
    match outcome:
        case Done(ref=ref):
            confirm_payout(operation, reference=ref, actor=actor, at=at, provider_ref=ref)
        case Declined(code=code) | Refused(code=code):
            state = OperationState.DECLINED if isinstance(outcome, Declined) else OperationState.REFUSED
            fail_payout(operation, state, reason=code, actor=actor, at=at)
        case Pending(ref=ref):
            move_operation(
                operation,
                OperationState.PENDING,
                at=at,
                wake_at=next_look(at, operation.calls),
                provider_ref=ref,
            )
        case _:
            unknown_until_looked_up(operation, outcome, at=at)


def unknown_until_looked_up(operation: ProviderOperation, outcome: Outcome, *, at: datetime) -> None:
    """Nobody knows: keep a state that was known, else say unknown; look again later."""
    state = OperationState.PENDING if operation.state == OperationState.PENDING else OperationState.UNKNOWN
    move_operation(
        operation,
        state,
        at=at,
        wake_at=next_look(at, operation.calls),
        outcome={
            "answer": "unknown",
            "reason": getattr(outcome, "reason", ""),
            "spent": getattr(outcome, "spent", False),
        },
    )


def confirm_payout(
    operation: ProviderOperation, *, reference: str, actor: Actor, at: datetime, **fields: Any
) -> None:
    """The money is on its way for good; told as `payout_confirmed`."""
    move_operation(
        operation,
        OperationState.DONE,
        at=at,
        actor=actor,
        outcome={"answer": "done", "reference": reference},
        **fields,
    )
    _tell(operation, "payout_confirmed", actor=actor, at=at, reference=reference)


def fail_payout(
    operation: ProviderOperation, state: OperationState, *, reason: str, actor: Actor, at: datetime
) -> None:
    """The money did not leave, or came back; told as `payout_failed`."""
    move_operation(operation, state, at=at, actor=actor, outcome={"answer": state, "reason": reason})
    _tell(operation, "payout_failed", actor=actor, at=at, reason=reason)


def return_payout(
    operation: ProviderOperation, money: Money, *, reason: str, actor: Actor, at: datetime
) -> None:
    """So much of a payout, or of a part of one, that had arrived came back; told as `payout_sent_back`."""
    move_operation(
        operation,
        OperationState.RETURNED,
        at=at,
        actor=actor,
        outcome={"answer": OperationState.RETURNED, "reason": reason},
    )
    emit(
        kind="payout_sent_back",
        subject=operation.subject,
        root=operation.root,
        payload={
            "provider": operation.provider,
            "amount_minor": money.amount_minor,
            "currency": money.currency,
            "reason": reason,
        },
        actor=actor,
        at=at,
    )


def _tell(operation: ProviderOperation, kind: str, *, actor: Actor, at: datetime, **more: object) -> None:
    payload = {
        "subject": operation.subject,
        "root": operation.root,
        "provider": operation.provider,
        "amount_minor": operation.amount_minor,
        "currency": operation.currency,
        **more,
    }
    emit(kind=kind, subject=operation.subject, root=operation.root, payload=payload, actor=actor, at=at)
