"""Pages of people and companies: forms by their input, what goes wrong beside the field."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from marketplace.accounts.models import Company, DeskChange, Invitation, Member, Verification
from marketplace.accounts.operations import invite_member
from marketplace.accounts.states import Role
from marketplace.core.ids import new_key
from marketplace.files.models import StoredFile
from tests.factories import AT
from tests.factories.accounts import (
    a_company,
    a_member,
    a_person,
    a_verification_case,
    owner_of,
    signed_in,
    staff,
    user_of,
)
from tests.factories.files import a_pdf, a_picture

pytestmark = pytest.mark.django_db

COMPANY = {"legal_name": "Malabar Spices", "country": "IN", "sells": "on", "tax_id": "27AAPFU0939F1ZV"}


def test_every_page_opens() -> None:
    company = a_company(verified=True)
    case = a_verification_case(a_company())
    browser = signed_in(a_member(company))
    pages = "profile", "company", "company/new", "company/choose", "company/edit", "company/team"
    for page in (*pages, "company/verification", "notifications"):
        assert browser.get(f"/{page}/").status_code == 200, page
    officer = signed_in(staff("verification"))
    for url in ("/desk/verification/", f"/desk/verification/{case.ref}/"):
        assert officer.get(url).status_code == 200, url


class TestCompany:
    def test_company_new_with_a_wrong_tax_id_keeps_the_form_and_says_it_at_the_field(self) -> None:
        browser = signed_in(a_person())
        sent = COMPANY | {"tax_id": "27AAPFU0939F1ZX", "city": "Kochi", "idempotency_key": new_key()}
        response = browser.post("/company/new/", sent)
        page = response.content.decode()
        assert response.status_code == 400
        assert "not a valid tax id of India" in page
        assert 'value="27AAPFU0939F1ZX"' in page
        assert 'value="Kochi"' in page
        assert list(response.context["form"].errors) == ["tax_id"]
        assert not Company.objects.exists()

    def test_company_new_without_a_tax_id_is_fine(self) -> None:
        browser = signed_in(a_person())
        browser.post("/company/new/", COMPANY | {"tax_id": "", "idempotency_key": new_key()})
        assert Company.objects.get().tax_id == ""

    def test_company_new_sent_twice_makes_one(self) -> None:
        browser, sent = signed_in(a_person()), COMPANY | {"idempotency_key": new_key()}
        for _turn in range(2):
            assert browser.post("/company/new/", sent)["Location"] == "/company/"
        assert Company.objects.count() == 1

    def test_company_edit_cannot_give_a_badge(self) -> None:
        company = a_company()
        browser = signed_in(owner_of(company))
        sent = COMPANY | {
            "state": "verified",
            "verified_at": "2026-01-01",
            "ref": "com_mine",
            "company_id": "1",
        }
        assert browser.post("/company/edit/", sent | {"idempotency_key": new_key()}).status_code == 302
        company.refresh_from_db()
        assert (company.state, company.verified_at, company.legal_name) == (
            "unverified",
            None,
            "Malabar Spices",
        )
        assert company.ref != "com_mine"

    @pytest.mark.parametrize(
        "website", ["javascript:alert(1)", "data:text/html,x", "ftp://example.com", "notaurl"]
    )
    def test_company_edit_takes_no_website_that_is_none(self, website: str) -> None:
        company = a_company()
        sent = COMPANY | {"website": website, "idempotency_key": new_key()}
        response = signed_in(owner_of(company)).post("/company/edit/", sent)
        assert response.status_code == 400
        assert "website" in response.context["form"].errors

    def test_people_text_is_escaped_on_every_page(self) -> None:
        evil = '<script>alert("x")</script>'
        company = a_company(evil)
        Company.objects.filter(pk=company.pk).update(about=evil)
        browser = signed_in(owner_of(company))
        for url in (
            "/company/",
            "/company/team/",
            "/company/choose/",
            "/company/verification/",
            "/company/edit/",
        ):
            assert "<script>alert" not in browser.get(url).content.decode(), url

    @pytest.mark.parametrize("role", [Role.SALES, Role.PURCHASING, Role.FINANCE, Role.VIEWER])
    def test_company_pages_of_no_owner_offer_and_accept_no_change(self, role: Role) -> None:
        company = a_company()
        browser = signed_in(a_member(company, role))
        victim = Member.objects.get(user_id=user_of(owner_of(company)).pk)
        assert browser.get("/company/edit/").status_code == 403
        assert "company/edit" not in browser.get("/company/").content.decode()
        attempts: dict[str, dict[str, object]] = {
            "/company/edit/": dict(COMPANY),
            "/company/team/": {"email": "x@example.com", "role": "owner", "idempotency_key": new_key()},
            f"/company/team/{victim.pk}/role/": {"role": "viewer"},
            f"/company/team/{victim.pk}/remove/": {},
            "/company/verification/": {"documents": a_pdf(), "idempotency_key": new_key()},
        }
        for url, data in attempts.items():
            assert browser.post(url, data).status_code == 403, url
        assert owner_of(company).user_id == victim.user_id
        assert not StoredFile.objects.exists()


class TestTeam:
    def test_inviting_accepting_changing_and_removing_by_the_pages(self) -> None:
        company, guest = a_company("Malabar Spices"), a_person("Gita Guest", email="guest@example.com")
        owner = signed_in(owner_of(company))
        sent = {"email": guest.email, "role": "sales", "idempotency_key": new_key()}
        assert owner.post("/company/team/", sent)["Location"] == "/company/team/"
        invitation = Invitation.objects.get()
        assert guest.email in owner.get("/company/team/").content.decode()
        visitor = signed_in(guest)
        assert "Malabar Spices" in visitor.get("/company/new/").content.decode()
        assert visitor.post(f"/invitations/{invitation.ref}/")["Location"] == "/company/"
        row = Member.objects.get(user=guest)
        assert row.role == "sales"
        owner.post(f"/company/team/{row.pk}/role/", {"role": "finance"})
        row.refresh_from_db()
        assert row.role == "finance"
        owner.post(f"/company/team/{row.pk}/remove/")
        row.refresh_from_db()
        assert row.left_at is not None
        assert visitor.get("/company/")["Location"] == "/company/new/"

    def test_the_only_owner_hears_why_they_cannot_leave(self) -> None:
        company = a_company()
        browser = signed_in(owner_of(company))
        row = Member.objects.get()
        page = browser.post(f"/company/team/{row.pk}/remove/", follow=True).content.decode()
        assert "A company needs an owner" in page
        page = browser.post(f"/company/team/{row.pk}/role/", {"role": "viewer"}, follow=True).content.decode()
        assert "A company needs an owner" in page

    def test_members_and_invitations_of_another_company_do_not_exist(self) -> None:
        company = a_company()
        victim = Member.objects.get(company=company)
        invitation = invite_member(
            company_id=company.pk,
            email="x@example.com",
            role="sales",
            actor=owner_of(company),
            key=new_key(),
            at=AT,
        )
        rival = signed_in(owner_of(a_company()))
        assert rival.post(f"/company/team/{victim.pk}/role/", {"role": "viewer"}).status_code == 404
        assert rival.post(f"/company/team/{victim.pk}/remove/").status_code == 404
        assert rival.post(f"/company/team/invitations/{invitation.ref}/withdraw/").status_code == 404

    def test_an_invitation_is_shown_to_its_holder_and_taken_by_its_address_only(self) -> None:
        company = a_company("Malabar Spices")
        invitation = invite_member(
            company_id=company.pk,
            email="guest@example.com",
            role="owner",
            actor=owner_of(company),
            key=new_key(),
            at=AT.replace(year=2099),
        )
        url = f"/invitations/{invitation.ref}/"
        for browser in (Client(), signed_in(a_person())):
            page = browser.get(url).content.decode()
            assert "Malabar Spices" in page
            assert "guest@example.com" not in page
        assert Client().post(url)["Location"].startswith("/accounts/login/")
        assert signed_in(a_person()).post(url).status_code == 403
        assert Client().get("/invitations/inv_none/").status_code == 404
        assert Member.objects.filter(company=company).count() == 1

    def test_inviting_with_bad_input_keeps_the_form(self) -> None:
        browser = signed_in(owner_of(a_company()))
        sent = {"email": "not an address", "role": "emperor", "idempotency_key": new_key()}
        response = browser.post("/company/team/", sent)
        assert response.status_code == 400
        assert set(response.context["form"].errors) == {"email", "role"}
        assert "not an address" in response.content.decode()


class TestVerification:
    def test_sending_documents_and_deciding_by_the_pages(self) -> None:
        company = a_company("Malabar Spices")
        browser = signed_in(owner_of(company))
        sent = {"documents": [a_pdf(), a_picture()], "note": "Both are of 2026", "idempotency_key": new_key()}
        assert browser.post("/company/verification/", sent).status_code == 302
        case = Verification.objects.get()
        officer = signed_in(staff("verification"))
        page = officer.get(f"/desk/verification/{case.ref}/").content.decode()
        assert "Both are of 2026" in page
        refused = officer.post(
            f"/desk/verification/{case.ref}/reject/", {"reason": "", "idempotency_key": new_key()}
        )
        assert refused.status_code == 400
        assert "reason" in refused.context["form"].errors
        answer = officer.post(f"/desk/verification/{case.ref}/approve/", {"idempotency_key": new_key()})
        assert answer["Location"] == "/desk/verification/"
        company.refresh_from_db()
        assert company.is_verified
        assert "Verified" in browser.get("/company/").content.decode()
        again = officer.post(
            f"/desk/verification/{case.ref}/approve/", {"idempotency_key": new_key()}, follow=True
        )
        assert "already decided" in again.content.decode()

    def test_a_document_over_25_mb_gets_a_clear_message_and_keeps_the_note(self) -> None:
        company = a_company()
        big = SimpleUploadedFile("scan.pdf", b"%PDF-" + b"\0" * (26 * 1024 * 1024), "application/pdf")
        sent = {"documents": [big], "note": "Please look", "idempotency_key": new_key()}
        response = signed_in(owner_of(company)).post("/company/verification/", sent)
        page = response.content.decode()
        assert response.status_code == 400
        assert "larger than 25 MB" in page
        assert "Please look" in page
        assert not Verification.objects.exists()

    def test_a_page_that_calls_itself_pdf_is_refused_at_the_field(self) -> None:
        company = a_company()
        lie = SimpleUploadedFile("extract.pdf", b"<html><body>hello</body></html>", "application/pdf")
        response = signed_in(owner_of(company)).post(
            "/company/verification/", {"documents": [lie], "idempotency_key": new_key()}
        )
        assert list(response.context["form"].errors) == ["documents"]
        assert not StoredFile.objects.exists()

    def test_no_document_says_what_to_add(self) -> None:
        company = a_company()
        response = signed_in(owner_of(company)).post("/company/verification/", {"idempotency_key": new_key()})
        assert "Add at least one document" in response.content.decode()

    def test_a_case_is_decided_by_nobody_else(self) -> None:
        company = a_company()
        case = a_verification_case(company)
        url = f"/desk/verification/{case.ref}"
        for browser in (signed_in(owner_of(company)), signed_in(staff("finance", "operator"))):
            for step in ("", "/approve", "/reject"):
                method = browser.get if not step else browser.post
                assert method(f"{url}{step}/").status_code == 403
        company.refresh_from_db()
        assert company.state == "submitted"

    def test_an_officer_of_the_company_sees_that_another_has_to_decide(self) -> None:
        officer_person = a_person(desks=("verification",))
        company = a_company(owner=officer_person)
        case = a_verification_case(company)
        browser = signed_in(staff("verification", user=officer_person))
        assert (
            "another officer has to decide" in browser.get(f"/desk/verification/{case.ref}/").content.decode()
        )
        answer = browser.post(f"/desk/verification/{case.ref}/approve/", {"idempotency_key": new_key()})
        assert answer.status_code == 403

    @pytest.mark.parametrize("count", [1, 3])
    def test_the_queue_reads_in_few_statements(self, count: int, django_assert_num_queries: object) -> None:
        from marketplace.accounts.queries import verification_queue

        for _ in range(count):
            a_verification_case(a_company())
        officer = staff("verification")
        with django_assert_num_queries(3):  # type: ignore[operator]
            assert len(verification_queue(officer).waiting) == count


class TestProfile:
    def test_profile_is_saved_and_bad_input_kept(self) -> None:
        person = a_person()
        browser = signed_in(person)
        browser.post(
            "/profile/", {"name": "Ana\u202e P.", "language": "pt", "time_zone": "America/Sao_Paulo"}
        )
        person.refresh_from_db()
        assert (person.name, person.language, person.time_zone) == ("Ana P.", "pt", "America/Sao_Paulo")
        response = browser.post("/profile/", {"name": "", "language": "xx", "time_zone": "Mars"})
        assert set(response.context["form"].errors) == {"name", "language", "time_zone"}

    def test_profile_cannot_bring_desks(self) -> None:
        person = a_person()
        sent = {
            "name": "Ana",
            "language": "en",
            "time_zone": "UTC",
            "desks": "finance",
            "email": "x@example.com",
        }
        signed_in(person).post("/profile/", sent)
        email = person.email
        person.refresh_from_db()
        assert (person.desks, person.email) == ([], email)


class TestSeatStaff:
    def test_seat_staff_seats_and_keeps_the_history(self) -> None:
        person = a_person(email="first@example.com")
        call_command("seat_staff", "First@Example.com", "operator", "finance", stdout=None)
        person.refresh_from_db()
        assert person.desks == ["finance", "operator"]
        change = DeskChange.objects.get()
        assert (change.before, change.after, change.actor) == (
            [],
            ["finance", "operator"],
            "system:seat_staff",
        )
        call_command("seat_staff", "first@example.com")
        person.refresh_from_db()
        assert person.desks == []

    @pytest.mark.parametrize("args", [("nobody@example.com", "finance"), ("first@example.com", "throne")])
    def test_seat_staff_of_nobody_or_nowhere_says_so(self, args: tuple[str, str]) -> None:
        a_person(email="first@example.com")
        with pytest.raises(CommandError):
            call_command("seat_staff", *args)
        assert not DeskChange.objects.exists()
