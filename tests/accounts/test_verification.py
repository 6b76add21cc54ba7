"""Verification: sent, decided by an officer who is not of the company, runs out, renewed without a gap."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

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
from marketplace.accounts.operations import (
    CompanyFacts,
    approve_verification,
    create_company,
    reject_verification,
    submit_verification,
)
from marketplace.accounts.queries import (
    actor_for,
    company_card,
    verification_case,
    verification_page,
    verification_queue,
)
from marketplace.accounts.states import VERIFICATION_TRANSITIONS, Desk, Role, VerificationState
from marketplace.core.actors import Actor
from marketplace.core.deadlines import open_deadlines, sweep_due
from marketplace.core.errors import Conflict, IllegalTransition, NotAllowed, NotFound
from marketplace.core.ids import new_key
from marketplace.core.models import OutboxEvent
from marketplace.files.errors import FileTypeRefused
from marketplace.files.models import StoredFile
from marketplace.files.queries import readable_file
from tests.factories import AT, days
from tests.factories.accounts import (
    a_company,
    a_member,
    a_person,
    a_verification_case,
    owner_of,
    staff,
)
from tests.factories.files import a_pdf, a_picture

pytestmark = pytest.mark.django_db


def submit(
    company: Company, actor: Actor | None = None, *, documents: object = None, at: object = AT
) -> Verification:
    return submit_verification(
        company_id=company.pk,
        documents=[a_pdf()] if documents is None else documents,  # type: ignore[arg-type]
        note="",
        actor=actor or owner_of(company),
        key=new_key(),
        at=at,  # type: ignore[arg-type]
    )


def state_of(company: Company) -> str:
    return Company.objects.get(pk=company.pk).state


LEGAL = {
    ("unverified", "submitted"),
    ("submitted", "verified"),
    ("submitted", "rejected"),
    ("rejected", "submitted"),
    ("verified", "expired"),
    ("verified", "unverified"),
    ("verified", "submitted"),
    ("expired", "submitted"),
}


@pytest.mark.parametrize("before", list(VerificationState))
@pytest.mark.parametrize("after", list(VerificationState))
def test_verification_has_these_steps_and_no_other(before: str, after: str) -> None:
    company = a_company()
    Company.objects.filter(pk=company.pk).update(state=before, verified_at=AT, verified_until=AT)
    company.refresh_from_db()
    if (before, after) in LEGAL:
        company.move_to(after, actor=Actor.system("test"), at=AT)
        assert state_of(company) == after
    else:
        with pytest.raises(IllegalTransition):
            company.move_to(after, actor=Actor.system("test"), at=AT)
        assert state_of(company) == before
    assert ((before, after) in LEGAL) == (after in VERIFICATION_TRANSITIONS[VerificationState(before)])


def test_submit_verification_puts_the_case_on_the_desk_with_its_documents() -> None:
    company = a_company()
    case = submit(company, documents=[a_pdf("extract.pdf"), a_picture("licence.jpg")])
    assert state_of(company) == VerificationState.SUBMITTED
    queue = verification_queue(staff(Desk.VERIFICATION))
    assert [(line.ref, len(line.documents)) for line in queue.waiting] == [(case.ref, 2)]
    page = verification_case(case.ref, staff(Desk.VERIFICATION))
    assert page.identity.legal_name == company.legal_name
    assert page.may_decide
    assert OutboxEvent.objects.filter(kind="verification_submitted").count() == 1


def test_submit_verification_replayed_makes_one_case() -> None:
    company, key = a_company(), new_key()
    cases = [
        submit_verification(
            company_id=company.pk, documents=[a_pdf()], note="", actor=owner_of(company), key=key, at=AT
        )
        for _ in range(2)
    ]
    assert cases[0] == cases[1]
    assert StoredFile.objects.count() == 1


def test_submit_verification_with_one_bad_document_saves_nothing() -> None:
    company = a_company()
    page = SimpleUploadedFile("extract.pdf", b"<html><script>alert(1)</script></html>", "application/pdf")
    with pytest.raises(FileTypeRefused) as refusal:
        submit(company, documents=[a_pdf(), page])
    assert refusal.value.field == "documents"
    assert state_of(company) == VerificationState.UNVERIFIED
    assert not Verification.objects.exists()
    assert not StoredFile.objects.exists()
    assert not OutboxEvent.objects.exists()


def test_submit_verification_without_or_with_too_many_documents_is_refused() -> None:
    company = a_company()
    with pytest.raises(DocumentsMissing):
        submit(company, documents=[])
    with pytest.raises(TooManyDocuments):
        submit(company, documents=[a_pdf(f"{n}.pdf") for n in range(11)])
    assert state_of(company) == VerificationState.UNVERIFIED


def test_submit_verification_without_an_address_is_refused() -> None:
    facts = CompanyFacts(legal_name="No Address Ltd", country="IN", sells=True)
    person = a_person()
    company = create_company(facts=facts, actor=actor_for(person, None), key=new_key(), at=AT)
    with pytest.raises(AddressIncomplete):
        submit(company)


@pytest.mark.parametrize("role", [Role.SALES, Role.PURCHASING, Role.FINANCE, Role.VIEWER])
def test_submit_verification_by_another_role_is_refused(role: Role) -> None:
    company = a_company()
    actor = a_member(company, role)
    with pytest.raises(NotAllowed):
        submit(company, actor)
    assert not StoredFile.objects.exists()


def test_submit_verification_for_another_company_finds_nothing() -> None:
    with pytest.raises(NotFound):
        submit(a_company(), owner_of(a_company()))


def test_submit_verification_twice_is_refused() -> None:
    company = a_company()
    submit(company)
    with pytest.raises(VerificationNotPossible):
        submit(company)


def test_approve_verification_shows_the_badge_with_its_date() -> None:
    company = a_company()
    case = submit(company)
    officer = staff(Desk.VERIFICATION)
    approve_verification(case_ref=case.ref, actor=officer, key=new_key(), at=AT + days(2))
    card = company_card(company.pk)
    assert card.verified_at == AT + days(2)
    assert [(line.kind, line.due_at) for line in open_deadlines(company.ref)] == [
        ("verification_reminder", AT + days(2 + 335)),
        ("verification_expiry", AT + days(2 + 365)),
    ]
    assert OutboxEvent.objects.filter(kind="verification_approved").count() == 1
    assert [row.to_state for row in company.transitions.order_by("pk")] == [
        "unverified",
        "submitted",
        "verified",
    ]


def test_approve_verification_twice_is_refused() -> None:
    company = a_company()
    case = submit(company)
    officer = staff(Desk.VERIFICATION)
    approve_verification(case_ref=case.ref, actor=officer, key=new_key(), at=AT)
    with pytest.raises(CaseAlreadyDecided):
        approve_verification(case_ref=case.ref, actor=officer, key=new_key(), at=AT)
    with pytest.raises(CaseAlreadyDecided):
        reject_verification(case_ref=case.ref, reason="no", actor=officer, key=new_key(), at=AT)
    assert state_of(company) == VerificationState.VERIFIED


@pytest.mark.parametrize("desk", [desk for desk in Desk if desk != Desk.VERIFICATION])
def test_decide_verification_from_another_desk_finds_nothing(desk: Desk) -> None:
    case = submit(a_company())
    officer = staff(desk)
    with pytest.raises(NotFound):
        approve_verification(case_ref=case.ref, actor=officer, key=new_key(), at=AT)
    with pytest.raises(NotFound):
        reject_verification(case_ref=case.ref, reason="no", actor=officer, key=new_key(), at=AT)
    with pytest.raises(NotFound):
        verification_case(case.ref, officer)
    with pytest.raises(NotFound):
        verification_queue(officer)


def test_decide_verification_of_ones_own_company_is_refused() -> None:
    officer_person = a_person("Olga Officer", desks=(Desk.VERIFICATION,))
    company = a_company(owner=officer_person)
    case = submit(company)
    officer = staff(Desk.VERIFICATION, user=officer_person)
    with pytest.raises(OwnCompany):
        approve_verification(case_ref=case.ref, actor=officer, key=new_key(), at=AT)
    with pytest.raises(OwnCompany):
        reject_verification(case_ref=case.ref, reason="no", actor=officer, key=new_key(), at=AT)
    assert not verification_case(case.ref, officer).may_decide
    assert state_of(company) == VerificationState.SUBMITTED


def test_decide_verification_by_an_officer_without_a_second_factor_finds_nothing() -> None:
    case = submit(a_company())
    careless = actor_for(a_person(desks=(Desk.VERIFICATION,)), None)
    with pytest.raises(NotFound):
        approve_verification(case_ref=case.ref, actor=careless, key=new_key(), at=AT)


def test_approve_verification_of_facts_changed_meanwhile_is_refused() -> None:
    company = a_company()
    case = submit(company)
    Company.objects.filter(pk=company.pk).update(legal_name="Someone Else")
    with pytest.raises(Conflict):
        approve_verification(case_ref=case.ref, actor=staff(Desk.VERIFICATION), key=new_key(), at=AT)
    assert state_of(company) == VerificationState.SUBMITTED


def test_reject_verification_says_why_and_lets_the_company_try_again() -> None:
    company = a_company()
    case = submit(company)
    officer = staff(Desk.VERIFICATION)
    with pytest.raises(ReasonMissing):
        reject_verification(case_ref=case.ref, reason="  ", actor=officer, key=new_key(), at=AT)
    reject_verification(
        case_ref=case.ref, reason="The extract is of 2019.", actor=officer, key=new_key(), at=AT
    )
    assert state_of(company) == VerificationState.REJECTED
    page = verification_page(Company.objects.get(pk=company.pk), owner_of(company), AT)
    assert page.cases[0].reason == "The extract is of 2019."
    assert page.may_send
    submit(company, at=AT + days(1))
    assert state_of(company) == VerificationState.SUBMITTED


def test_verification_runs_out_by_the_clock_after_a_reminder() -> None:
    company = a_company(verified=True)
    sweep_due(at=AT + days(334))
    assert not OutboxEvent.objects.filter(kind="verification_expiring").exists()
    sweep_due(at=AT + days(335))
    assert OutboxEvent.objects.filter(kind="verification_expiring").count() == 1
    assert company_card(company.pk).verified_at == AT
    sweep_due(at=AT + days(365))
    sweep_due(at=AT + days(366))
    assert state_of(company) == VerificationState.EXPIRED
    assert company_card(company.pk).verified_at is None
    assert OutboxEvent.objects.filter(kind="verification_expired").count() == 1


def test_verification_renewed_in_time_keeps_the_badge_without_a_gap() -> None:
    company = a_company(verified=True)
    with pytest.raises(VerificationNotPossible):
        submit(company, at=AT + days(100))
    case = submit(company, at=AT + days(340))
    assert company_card(company.pk).verified_at == AT
    approve_verification(case_ref=case.ref, actor=staff(Desk.VERIFICATION), key=new_key(), at=AT + days(350))
    sweep_due(at=AT + days(366))
    assert company_card(company.pk).verified_at == AT + days(350)
    sweep_due(at=AT + days(350 + 365))
    assert company_card(company.pk).verified_at is None


def test_verification_that_runs_out_while_renewed_waits_for_the_officer() -> None:
    company = a_company(verified=True)
    case = submit(company, at=AT + days(364))
    sweep_due(at=AT + days(365))
    assert state_of(company) == VerificationState.SUBMITTED
    approve_verification(case_ref=case.ref, actor=staff(Desk.VERIFICATION), key=new_key(), at=AT + days(366))
    assert company_card(company.pk).verified_at == AT + days(366)


def test_rejected_renewal_leaves_the_badge_until_its_term() -> None:
    company = a_company(verified=True)
    case = submit(company, at=AT + days(340))
    reject_verification(
        case_ref=case.ref, reason="Blurred.", actor=staff(Desk.VERIFICATION), key=new_key(), at=AT + days(341)
    )
    assert company_card(company.pk).verified_at == AT
    sweep_due(at=AT + days(365))
    assert state_of(company) == VerificationState.EXPIRED


def test_verification_documents_are_read_by_owners_and_officers_only() -> None:
    company = a_company()
    case = a_verification_case(company)
    ref = StoredFile.objects.get(subject=case.ref).ref
    assert readable_file(ref, owner_of(company)).ref == ref
    assert readable_file(ref, staff(Desk.VERIFICATION)).ref == ref
    refused = [
        a_member(company, Role.VIEWER),
        a_member(company, Role.SALES),
        owner_of(a_company()),
        staff(Desk.FINANCE),
        staff(Desk.OPERATOR),
        actor_for(a_person(desks=(Desk.VERIFICATION,)), None),
        Actor.anonymous(),
    ]
    for actor in refused:
        with pytest.raises(NotFound):
            readable_file(ref, actor)


def test_the_database_refuses_a_rejection_without_a_reason() -> None:
    case = submit(a_company())
    with pytest.raises(IntegrityError, match="verification_rejected_with_a_reason"), transaction.atomic():
        Verification.objects.filter(pk=case.pk).update(decision="rejected", decided_at=AT)
