"""The row that stands before every call, and what ends it. Lock order: payment → refund → operation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.conf import settings

from marketplace.core.actors import Actor
from marketplace.core.jobs import QUEUE_HOLDS, ring
from marketplace.core.money import Money
from trade_assurance.payments.models import ProviderOperation
from trade_assurance.payments.providers.registry import is_manual
from trade_assurance.payments.rules import FIRST_LOOK
from trade_assurance.payments.states import OPERATION_FINAL, OperationKind, OperationState

RUN_TASK: Final = "trade_assurance.payments.tasks.run_operation"


def open_operation(
    *,
    provider: str,
    kind: OperationKind,
    subject: str,
    root: str,
    money: Money,
    actor: Actor,
    at: datetime,
    params: Mapping[str, object] | None = None,
    payee_id: int | None = None,
    waits: bool = False,
) -> ProviderOperation:
    """Write what is to be asked of the provider; after commit a worker asks it (or the sweep, a little later).

    On a manual rail it waits for a finance officer instead, with `waits` for whoever wakes it.
    """
    manual = is_manual(provider)
    # INVARIANT: one operation per thing asked (enforced by operation_once_per_kind_and_subject)
    operation = ProviderOperation.objects.create(
        provider=provider,
        kind=kind,
        subject=subject,
        root=root,
        payee_id=payee_id,
        currency=money.currency,
        amount_minor=money.amount_minor,
        params=dict(params or {}),
        environment=settings.PORTOLAN_MODE,
        state=OperationState.PENDING if manual else OperationState.CREATED,
        created_by=actor.as_text,
        created_at=at,
        wake_at=None if manual or waits else at + FIRST_LOOK,
    )
    if not manual and not waits:
        ring(RUN_TASK, queue=QUEUE_HOLDS, operation_id=operation.pk)
    return operation


def operation_of(kind: OperationKind, subject: str) -> ProviderOperation | None:
    """The locked operation of a payment, refund or payout."""
    return ProviderOperation.objects.filter(kind=kind, subject=subject).lock().first()


def move_operation(
    operation: ProviderOperation,
    state: OperationState,
    *,
    at: datetime,
    actor: Actor | None = None,
    wake_at: datetime | None = None,
    outcome: Mapping[str, object] | None = None,
    **fields: Any,
) -> None:
    """Take a step of the operation's table on a locked row; staying where it is only moves `wake_at`.

    The actor is the provider unless a person did it. Raises `IllegalTransition`.
    """
    final = state in OPERATION_FINAL
    fields |= {"ended_at": at if final else None, "wake_at": None if final else wake_at, "leased_until": None}
    if outcome is not None:
        fields["outcome"] = dict(outcome)
    if state != operation.state:
        operation.move_to(state, actor=actor or provider_actor(operation.provider), at=at, **fields)
        return
    for name, value in fields.items():
        setattr(operation, name, value)
    operation.save(update_fields=list(fields))


def provider_actor(provider: str) -> Actor:
    """Who does what a provider reports."""
    return Actor.system(f"provider {provider}")
