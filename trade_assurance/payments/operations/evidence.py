"""Evidence against a chargeback: sent to the payer's bank once, by an operation like any other. Calls nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed, NotFound
from marketplace.core.idempotency import remember, replayed
from marketplace.core.outbox import emit
from marketplace.files.models import StoredFile
from marketplace.files.queries import read_bytes
from trade_assurance.payments.errors import EvidenceSentBefore, NotContestable, OwnCompanyAtDesk
from trade_assurance.payments.models import Chargeback, ProviderOperation
from trade_assurance.payments.operations.intents import open_operation, provider_actor
from trade_assurance.payments.operations.refunds import concerned_by
from trade_assurance.payments.operations.reviews import FINANCE
from trade_assurance.payments.providers.base import Declined, Done, EvidencePack, Outcome, Refused
from trade_assurance.payments.states import CONTESTABLE, OperationKind


@transaction.atomic
def submit_evidence(
    *, chargeback_ref: str, pack: EvidencePack, files: Sequence[str], actor: Actor, key: str, at: datetime
) -> ProviderOperation:
    """Send the pack and the stored files of these references to the payer's bank: the intent's row, nothing more.

    Once per chargeback: banks read evidence a single time. Raises `NotFound`, `NotAllowed` without the finance
    desk, `OwnCompanyAtDesk`, `NotContestable` when nothing can be sent any more, `EvidenceSentBefore`.
    """
    row = Chargeback.objects.filter(ref=chargeback_ref).select_related("payment").lock().first()
    if row is None:
        raise NotFound
    content = {"chargeback": chargeback_ref, "pack": asdict(pack) | {"files": list(files)}}
    if (first := replayed(key=key, operation="submit_evidence", content=content)) is not None:
        return ProviderOperation.objects.get(pk=int(first))
    if not (actor.is_system or actor.has_desk(FINANCE)):
        raise NotAllowed
    if concerned_by(row.payment) & actor.member_of:
        raise OwnCompanyAtDesk
    if row.state not in CONTESTABLE:
        raise NotContestable(state=row.get_state_display())
    if ProviderOperation.objects.filter(kind=OperationKind.EVIDENCE, subject=row.ref).exists():
        raise EvidenceSentBefore
    operation = open_operation(
        provider=row.provider,
        kind=OperationKind.EVIDENCE,
        subject=row.ref,
        root=row.payment.root,
        money=row.money,
        actor=actor,
        at=at,
        params={"about": row.provider_ref, "pack": asdict(pack) | {"files": []}, "files": list(files)},
    )
    remember(key=key, operation="submit_evidence", content=content, result=str(operation.pk), at=at)
    return operation


def pack_of(operation: ProviderOperation) -> EvidencePack:
    """What an operation sends, with the bytes of its files; read when it is sent."""
    stored = {row.ref: row for row in StoredFile.objects.filter(ref__in=operation.params["files"])}
    files = tuple(
        (stored[ref].name, stored[ref].content_type, read_bytes(stored[ref]))
        for ref in operation.params["files"]
        if ref in stored
    )
    return EvidencePack(**{**operation.params["pack"], "files": files})


def follow_evidence(operation: ProviderOperation, answer: Outcome, *, at: datetime) -> None:
    """Sent: the chargeback is read again soon. Refused: the desk is told, and may do it at the provider's own pages."""
    row = Chargeback.objects.select_related("payment").get(ref=operation.subject)
    kind = ""
    if isinstance(answer, Done):
        Chargeback.objects.filter(pk=row.pk).update(wake_at=at)
        kind = "chargeback_evidence_sent"
    elif isinstance(answer, Declined | Refused):
        kind = "chargeback_evidence_refused"
    if kind and not operation.is_final:
        emit(
            kind=kind,
            subject=row.ref,
            root=row.payment.root,
            payload={
                "chargeback": row.ref,
                "amount_minor": row.amount_minor,
                "currency": row.currency,
                "reason": getattr(answer, "code", ""),
            },
            actor=provider_actor(row.provider),
            at=at,
        )
