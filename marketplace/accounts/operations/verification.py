"""Writes verification: a company sends documents, an officer decides, the badge runs out after its term."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from marketplace.accounts import policies
from marketplace.accounts.errors import (
    AddressIncomplete,
    CaseAlreadyDecided,
    DocumentsMissing,
    OwnCompany,
    ReasonMissing,
    TooManyDocuments,
    VerificationNotPossible,
)
from marketplace.accounts.models import Company, Verification
from marketplace.accounts.operations.companies import VERIFICATION_DEADLINES, locked_company
from marketplace.accounts.queries.verification import DOCUMENT_KIND, open_case
from marketplace.accounts.rules import REMINDER_DAYS, Identity
from marketplace.accounts.states import CaseDecision, VerificationState
from marketplace.core.actors import Actor
from marketplace.core.deadlines import close_deadline, open_deadline
from marketplace.core.errors import Conflict, NotFound
from marketplace.core.idempotency import lock_key, remember, replayed
from marketplace.core.ids import new_ref
from marketplace.core.operator_settings import integer_of
from marketplace.core.outbox import emit
from marketplace.files.operations import store_upload, upload_hashes

DOCUMENTS_AT_ONCE: Final = 10


@transaction.atomic
def submit_verification(
    *,
    company_id: int,
    documents: Sequence[UploadedFile[bytes]],
    note: str,
    actor: Actor,
    key: str,
    at: datetime,
) -> Verification:
    """Send documents to the verification desk, with the legal facts as they are now; the officers are told.

    Until the decision the legal facts cannot be changed. Raises `NotFound`, `NotAllowed`,
    `VerificationNotPossible`, `AddressIncomplete`, `DocumentsMissing`, `TooManyDocuments`, and what
    `store_upload` refuses (then nothing is sent).
    """
    content = {"company": company_id, "note": note, "files": upload_hashes(documents)}
    lock_key(key)
    company = locked_company(company_id, actor)
    if (ref := replayed(key=key, operation="submit_verification", content=content)) is not None:
        return Verification.objects.get(ref=ref)
    _demand_sendable(company, documents, at)
    case = Verification.objects.create(
        ref=new_ref("ver"),
        company=company,
        identity=Identity.of(company).as_json(),
        note=note.strip(),
        submitted_by=actor.as_text,
        submitted_by_label=actor.label,
        submitted_at=at,
    )
    for upload in documents:
        store_upload(
            kind=DOCUMENT_KIND, subject=case.ref, upload=upload, actor=actor, at=at, field="documents"
        )
    if company.state != VerificationState.VERIFIED:  # a renewal keeps the badge until its term
        company.move_to(VerificationState.SUBMITTED, actor=actor, at=at, key=key)
    _tell("verification_submitted", company, actor, at, case=case.ref)
    remember(key=key, operation="submit_verification", content=content, result=case.ref, at=at)
    return case


@transaction.atomic
def approve_verification(*, case_ref: str, actor: Actor, key: str, at: datetime) -> Company:
    """The company carries the badge from now on, for the term the operator has set; its team is told.

    Raises `NotFound` without the desk, `OwnCompany` for a member, `CaseAlreadyDecided`, and `Conflict`
    when the legal facts are no longer those that were sent.
    """
    company, case = _case_for_decision(case_ref, actor)
    if Identity.of(company).as_json() != case.identity:
        raise Conflict
    until = at + timedelta(days=integer_of("accounts.verification_days"))
    _close_case(case, CaseDecision.APPROVED, "", actor, at)
    if company.state == VerificationState.VERIFIED:  # renewed in time: the badge never went
        Company.objects.filter(pk=company.pk).update(verified_at=at, verified_until=until)
        company.log_transition(company.state, company.state, actor=actor, at=at, key=key, reason="renewed")
        company.refresh_from_db(fields=["verified_at", "verified_until"])
    else:
        company.move_to(
            VerificationState.VERIFIED, actor=actor, at=at, key=key, verified_at=at, verified_until=until
        )
    _start_clocks(company, at)
    _tell("verification_approved", company, actor, at, case=case.ref)
    return company


@transaction.atomic
def reject_verification(*, case_ref: str, reason: str, actor: Actor, key: str, at: datetime) -> Company:
    """The company is told what is missing and may send again; a badge that still holds stays until its term.

    Raises as approving does, and `ReasonMissing`.
    """
    reason = reason.strip()
    if not reason:
        raise ReasonMissing(field="reason")
    company, case = _case_for_decision(case_ref, actor)
    _close_case(case, CaseDecision.REJECTED, reason, actor, at)
    if company.state != VerificationState.VERIFIED:
        company.move_to(VerificationState.REJECTED, actor=actor, at=at, key=key, reason=reason)
    _tell("verification_rejected", company, actor, at, case=case.ref, reason=reason)
    return company


@transaction.atomic
def expire_verification(*, company_ref: str, actor: Actor, at: datetime) -> None:
    """The term is over: the badge goes, the team is told. With a renewal at the desk the company waits for it."""
    company = Company.objects.filter(ref=company_ref).lock().get()
    waiting = open_case(company.pk) is not None
    state = VerificationState.SUBMITTED if waiting else VerificationState.EXPIRED
    company.move_to(state, actor=actor, at=at, reason="term over")
    _tell("verification_expired", company, actor, at)


@transaction.atomic
def remind_of_expiry(*, company_ref: str, actor: Actor, at: datetime) -> None:
    """Tell the team that the badge is about to go. Called by the clock."""
    company = Company.objects.filter(ref=company_ref).lock().get()
    if company.state == VerificationState.VERIFIED and company.verified_until is not None:
        _tell("verification_expiring", company, actor, at, until=company.verified_until.isoformat())


def _demand_sendable(company: Company, documents: Sequence[UploadedFile[bytes]], at: datetime) -> None:
    if not policies.can_send_documents(company, at) or open_case(company.pk) is not None:
        raise VerificationNotPossible(state=company.get_state_display())
    if not (company.street and company.city):
        raise AddressIncomplete
    if not documents:
        raise DocumentsMissing(field="documents")
    if len(documents) > DOCUMENTS_AT_ONCE:
        raise TooManyDocuments(field="documents", limit=DOCUMENTS_AT_ONCE)


def _case_for_decision(case_ref: str, actor: Actor) -> tuple[Company, Verification]:
    if not policies.sits_at_verification(actor):
        raise NotFound
    company_id = Verification.objects.filter(ref=case_ref).values_list("company_id", flat=True).first()
    if company_id is None:
        raise NotFound
    company = Company.objects.filter(pk=company_id).lock().get()
    case = Verification.objects.filter(ref=case_ref).lock().get()
    if not policies.can_decide_verification(actor, company.pk):
        raise OwnCompany
    if case.decision != CaseDecision.OPEN:
        raise CaseAlreadyDecided
    return company, case


def _close_case(case: Verification, decision: CaseDecision, reason: str, actor: Actor, at: datetime) -> None:
    case.decision, case.reason = decision, reason
    case.decided_by, case.decided_by_label, case.decided_at = actor.as_text, actor.label, at
    case.save(update_fields=["decision", "reason", "decided_by", "decided_by_label", "decided_at"])


def _start_clocks(company: Company, at: datetime) -> None:
    _close_clocks(company, "renewed", at)
    until = company.verified_until or at
    for kind, due_at in zip(
        VERIFICATION_DEADLINES, (until - timedelta(days=REMINDER_DAYS), until), strict=True
    ):
        open_deadline(
            kind=kind,
            subject=company.ref,
            root=company.ref,
            started_at=at,
            due_at=max(due_at, at),
            rule="accounts.verification_days",
        )


def _close_clocks(company: Company, outcome: str, at: datetime) -> None:
    for kind in VERIFICATION_DEADLINES:
        close_deadline(kind=kind, subject=company.ref, outcome=outcome, at=at)


def _tell(event: str, company: Company, actor: Actor, at: datetime, **more: str) -> None:
    payload: dict[str, object] = {"company_id": company.pk, "company": company.legal_name, **more}
    emit(kind=event, subject=company.ref, actor=actor, at=at, payload=payload)
