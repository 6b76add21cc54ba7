"""Verification for pages: a company's own, the desk's queue, one case. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from marketplace.accounts import policies
from marketplace.accounts.models import Company, Verification
from marketplace.accounts.rules import Identity, tax_id_is_checked
from marketplace.accounts.states import CaseDecision
from marketplace.core.actors import Actor
from marketplace.core.errors import NotFound
from marketplace.files.queries import FileLine, files_of_many

DOCUMENT_KIND: Final = "verification_document"
QUEUE_LENGTH: Final = 100


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One submission: to the desk in its queue, to the company in its history."""

    ref: str
    company_name: str
    country: str
    submitted_at: datetime
    submitted_by: str
    decision: str
    decision_label: str
    reason: str
    decided_at: datetime | None
    decided_by: str
    documents: tuple[FileLine, ...]
    is_own: bool


@dataclass(frozen=True, slots=True)
class VerificationPage:
    """A company's own verification."""

    state: str
    state_label: str
    verified_at: datetime | None
    verified_until: datetime | None
    may_manage: bool
    may_send: bool
    address_missing: bool
    cases: tuple[CaseLine, ...]


@dataclass(frozen=True, slots=True)
class QueuePage:
    """The verification desk: what waits, oldest first, and what was decided last."""

    waiting: tuple[CaseLine, ...]
    decided: tuple[CaseLine, ...]


@dataclass(frozen=True, slots=True)
class CasePage:
    """One case: what the company says of itself, its documents, its history."""

    line: CaseLine
    note: str
    identity: Identity
    tax_id_checked: bool
    facts_changed: bool
    website: str
    phone: str
    about: str
    founded_year: int | None
    company_ref: str
    company_state_label: str
    sells: bool
    buys: bool
    earlier: tuple[CaseLine, ...]
    may_decide: bool


def open_case(company_id: int) -> Verification | None:
    """The company's submission that waits for a decision."""
    return Verification.objects.filter(company_id=company_id, decision=CaseDecision.OPEN).first()


def verification_page(company: Company, actor: Actor, at: datetime) -> VerificationPage:
    """What a member sees of their company's verification; documents only who may manage. Raises `NotFound`."""
    if not policies.can_see_company(actor, company.pk):
        raise NotFound
    may_manage = policies.can_manage_company(actor, company.pk)
    cases = _lines(list(_cases(company)), actor, with_documents=may_manage)
    waiting = any(case.decision == CaseDecision.OPEN for case in cases)
    return VerificationPage(
        state=company.state,
        state_label=company.get_state_display(),
        verified_at=company.verified_at,
        verified_until=company.verified_until,
        may_manage=may_manage,
        may_send=may_manage and not waiting and policies.can_send_documents(company, at),
        address_missing=not (company.street and company.city),
        cases=cases,
    )


def verification_queue(actor: Actor) -> QueuePage:
    """The desk's queue. Raises `NotFound` without the desk."""
    if not policies.sits_at_verification(actor):
        raise NotFound
    rows = Verification.objects.select_related("company")
    waiting = rows.filter(decision=CaseDecision.OPEN).order_by("submitted_at", "pk")[:QUEUE_LENGTH]
    decided = rows.exclude(decision=CaseDecision.OPEN).order_by("-decided_at", "-pk")[:10]
    return QueuePage(_lines(list(waiting), actor), _lines(list(decided), actor))


def verification_case(ref: str, actor: Actor) -> CasePage:
    """One case for an officer. Raises `NotFound` without the desk."""
    if not policies.sits_at_verification(actor):
        raise NotFound
    case = Verification.objects.select_related("company").filter(ref=ref).first()
    if case is None:
        raise NotFound
    company = case.company
    lines = _lines([case, *_cases(company).exclude(pk=case.pk)], actor)
    return CasePage(
        line=lines[0],
        note=case.note,
        identity=Identity(**case.identity),
        tax_id_checked=tax_id_is_checked(case.identity["country"]),
        facts_changed=Identity.of(company).as_json() != case.identity,
        website=company.website,
        phone=company.phone,
        about=company.about,
        founded_year=company.founded_year,
        company_ref=company.ref,
        company_state_label=company.get_state_display(),
        sells=company.sells,
        buys=company.buys,
        earlier=lines[1:],
        may_decide=case.decision == CaseDecision.OPEN and policies.can_decide_verification(actor, company.pk),
    )


def _cases(company: Company) -> QuerySet[Verification]:
    return (
        Verification.objects.select_related("company")
        .filter(company=company)
        .order_by("-submitted_at", "-pk")
    )


def _lines(rows: list[Verification], actor: Actor, *, with_documents: bool = True) -> tuple[CaseLine, ...]:
    files = files_of_many(DOCUMENT_KIND, [row.ref for row in rows]) if with_documents and rows else {}
    return tuple(
        CaseLine(
            ref=row.ref,
            company_name=row.company.legal_name,
            country=row.company.country,
            submitted_at=row.submitted_at,
            submitted_by=row.submitted_by_label,
            decision=row.decision,
            decision_label=row.get_decision_display(),
            reason=row.reason,
            decided_at=row.decided_at,
            decided_by=row.decided_by_label.partition(",")[0],
            documents=tuple(files.get(row.ref, ())),
            is_own=row.company_id in actor.member_of,
        )
        for row in rows
    )
