"""A supplier's registration with a rail: begun, gone on with, and read from the rail. A return from its page proves nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed, NotFound
from marketplace.core.idempotency import lock_key, remember, replayed
from marketplace.core.ids import new_ref
from marketplace.core.money import Money
from marketplace.core.outbox import emit
from trade_assurance.payments.guard import forbid_transaction
from trade_assurance.payments.models import ProviderOperation, Registration
from trade_assurance.payments.operations.intents import move_operation, open_operation, provider_actor
from trade_assurance.payments.operations.payouts import unknown_until_looked_up
from trade_assurance.payments.providers.base import (
    AccountFacts,
    Declined,
    Done,
    OnboardSpec,
    Outcome,
    Pending,
    Refused,
)
from trade_assurance.payments.providers.registry import onboarding_rail
from trade_assurance.payments.states import OPERATION_FINAL, OperationKind, OperationState

READ_AGAIN: Final = timedelta(hours=6)


@transaction.atomic
def start_registration(
    *, provider: str, company_id: int, spec: OnboardSpec, actor: Actor, key: str, at: datetime
) -> int:
    """Ask a rail to register a company (or to go on): the intent's row, nothing more. Returns the operation's id.

    Raises `NotAllowed` for another company's actor, `UnknownProvider` for a rail that registers nobody.
    """
    lock_key(key)
    content = {"provider": provider, "company": company_id}
    if (first := replayed(key=key, operation="start_registration", content=content)) is not None:
        return int(first)
    if not actor.acts_for(company_id):
        raise NotAllowed
    onboarding_rail(provider)
    row, _new = Registration.objects.get_or_create(
        company_id=company_id,
        provider=provider,
        defaults={"started_by": actor.as_text, "started_at": at},
    )
    row = Registration.objects.filter(pk=row.pk).lock().get()
    if not row.account_ref and (under_way := _under_way(provider, company_id)) is not None:
        # Two clicks before the first answer must not make two accounts: the second waits for the first.
        remember(key=key, operation="start_registration", content=content, result=str(under_way), at=at)
        return under_way
    operation = open_operation(
        provider=provider,
        kind=OperationKind.ONBOARD,
        subject=new_ref("onb"),
        root=spec.supplier,
        money=Money.zero(spec.currency),
        actor=actor,
        at=at,
        params={
            "company": company_id,
            "about": row.account_ref,
            "spec": {
                "supplier": spec.supplier,
                "legal_name": spec.legal_name,
                "country": spec.country,
                "email": spec.email,
                "currency": spec.currency,
                "return_url": spec.return_url,
                "refresh_url": spec.refresh_url,
                "account": row.account_ref,
            },
        },
        payee_id=company_id,
    )
    remember(key=key, operation="start_registration", content=content, result=str(operation.pk), at=at)
    return operation.pk


def _under_way(provider: str, company_id: int) -> int | None:
    rows = ProviderOperation.objects.filter(
        kind=OperationKind.ONBOARD, provider=provider, payee_id=company_id
    ).exclude(state__in=OPERATION_FINAL)
    return rows.order_by("pk").values_list("pk", flat=True).first()


def record_registration(operation: ProviderOperation, answer: Outcome, *, at: datetime) -> None:
    """Apply a rail's answer to a locked operation: its name for the company, and the page to go on at."""
    if operation.is_final:
        return
    row = (
        Registration.objects.filter(company_id=operation.params["company"], provider=operation.provider)
        .lock()
        .get()
    )
    match answer:
        case Done(ref=ref) | Pending(ref=ref):
            row.account_ref = row.account_ref or ref
            row.next_action_url = getattr(answer, "next_action_url", "")
            row.save(update_fields=["account_ref", "next_action_url"])
            move_operation(
                operation, OperationState.DONE, at=at, outcome={"answer": "done"}, provider_ref=ref
            )
        case Declined(code=code) | Refused(code=code):
            state = OperationState.DECLINED if isinstance(answer, Declined) else OperationState.REFUSED
            Registration.objects.filter(pk=row.pk).update(reason=code[:300], next_action_url="")
            move_operation(operation, state, at=at, outcome={"reason": code})
        case _:
            unknown_until_looked_up(operation, answer, at=at)


def refresh_registration(*, provider: str, company_id: int, at: datetime) -> Registration:
    """Read from the rail how a registration stands, and apply it. No answer changes nothing.

    Raises `NotFound`, `ProviderCallInTransaction`.
    """
    forbid_transaction()
    row = Registration.objects.filter(provider=provider, company_id=company_id).first()
    if row is None:
        raise NotFound
    if row.account_ref:
        facts = onboarding_rail(provider).account_status(row.account_ref, at)
        if isinstance(facts, AccountFacts):
            record_account(provider=provider, facts=facts, at=at)
    row.refresh_from_db()
    return row


@transaction.atomic
def record_account(*, provider: str, facts: AccountFacts, at: datetime) -> str | None:
    """What a rail says of a company's account, read at `at`; in a word. None when nobody here has it.

    Tells `registration_ready` when it can be paid from now on, `registration_lost` when it no longer can.
    """
    row = Registration.objects.filter(provider=provider, account_ref=facts.ref).lock().first()
    if row is None:
        return None
    if row.read_at is not None and at < row.read_at:
        return "older news"
    before = row.can_receive
    row.can_receive, row.missing = facts.can_receive, list(facts.missing)
    row.reason, row.read_at = facts.reason[:300], at
    row.save(update_fields=["can_receive", "missing", "reason", "read_at"])
    if before != row.can_receive:
        emit(
            kind="registration_ready" if row.can_receive else "registration_lost",
            subject=str(row.company_id),
            payload={"company_id": row.company_id, "provider": provider, "reason": row.reason},
            actor=provider_actor(provider),
            at=at,
        )
    return "can receive" if row.can_receive else "cannot receive"


def stale_registrations(*, at: datetime, limit: int = 50) -> list[tuple[str, int]]:
    """Registrations that were not read for hours, by rail and company: a webhook may have been lost."""
    rows = Registration.objects.filter(read_at__lt=at - READ_AGAIN).order_by("read_at", "pk")
    return list(rows.values_list("provider", "company_id")[:limit])


def spec_of(operation: ProviderOperation) -> OnboardSpec:
    """What an operation asks a rail to register."""
    return OnboardSpec(**operation.params["spec"])
