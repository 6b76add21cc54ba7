"""Who acts in a request: memberships read anew, desks behind a second factor used in this very session."""

from __future__ import annotations

import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from marketplace.accounts.middleware import SESSION_COMPANY
from marketplace.accounts.models import Member
from marketplace.accounts.operations import enrol_totp, remove_member
from marketplace.accounts.queries import actor_for
from marketplace.accounts.states import Desk, Role
from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.errors import NotFound
from marketplace.core.ids import new_key
from marketplace.notifications.queries import staff_codes
from tests.factories import AT
from tests.factories.accounts import (
    PASSWORD,
    SETUP,
    TOTP_SECRET,
    a_company,
    a_member,
    a_person,
    owner_of,
    signed_in,
    staff,
    user_of,
)

pytestmark = pytest.mark.django_db


def actor_seen(browser: Client, url: str = "/profile/") -> Actor:
    response = browser.get(url)
    request = response.wsgi_request
    return request.actor  # type: ignore[attr-defined,no-any-return]


def wait_out_the_end_of_a_period() -> None:
    """A code is worth 30 seconds; one that is about to end could end on its way."""
    left = 30 - clock.now().timestamp() % 30
    if left < 8:
        time.sleep(left + 0.1)


def fresh_code() -> str:
    """What the one staff member's app shows now."""
    wait_out_the_end_of_a_period()
    [code] = staff_codes(clock.now())
    return code.code


def test_nobody_signed_in_is_anonymous() -> None:
    actor = actor_seen(Client(), "/accounts/login/")
    assert actor == Actor.anonymous()
    assert actor.as_text == "anonymous"


def test_a_person_without_a_company_acts_for_none() -> None:
    person = a_person()
    actor = actor_seen(signed_in(person))
    assert (actor.user_id, actor.company_id, actor.role, actor.desks) == (person.pk, None, "", frozenset())


def test_a_person_of_two_companies_acts_for_the_one_chosen() -> None:
    person = a_person()
    first, second = a_company(owner=person), a_company()
    a_member(second, Role.VIEWER, user=person)
    browser = signed_in(person)
    for company, role in ((first, "owner"), (second, "viewer"), (first, "owner")):
        response = browser.post("/company/choose/", {"company_id": company.pk, "next": "/profile/"})
        assert response["Location"] == "/profile/"
        actor = actor_seen(browser)
        assert (actor.company_id, actor.role) == (company.pk, role)
        assert actor.member_of == {first.pk, second.pk}
        assert company.legal_name in browser.get("/company/").content.decode()


def test_the_choice_comes_back_with_the_next_log_in() -> None:
    person = a_person()
    a_company(owner=person)
    second = a_company()
    a_member(second, Role.VIEWER, user=person)
    signed_in(person).post("/company/choose/", {"company_id": second.pk})
    assert actor_seen(signed_in(person)).company_id == second.pk


def test_choosing_a_company_of_others_changes_nothing() -> None:
    person, rival = a_person(), a_company()
    own = a_company(owner=person)
    browser = signed_in(person)
    for wanted in (str(rival.pk), "0", "-1", "x", "", "9" * 30):
        assert browser.post("/company/choose/", {"company_id": wanted}).status_code == 404
    assert actor_seen(browser).company_id == own.pk


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil.example"]
)
def test_choosing_a_company_goes_nowhere_outside(target: str) -> None:
    person = a_person()
    company = a_company(owner=person)
    response = signed_in(person).post("/company/choose/", {"company_id": company.pk, "next": target})
    assert "evil" not in response["Location"]
    assert response["Location"].startswith("/")


def test_a_session_stops_acting_for_a_company_the_person_was_removed_from() -> None:
    company = a_company()
    member = a_member(company, Role.SALES)
    browser = signed_in(member)
    assert actor_seen(browser).company_id == company.pk
    row = Member.objects.get(user_id=user_of(member).pk)
    remove_member(company_id=company.pk, member_id=row.pk, actor=owner_of(company), key=new_key(), at=AT)
    actor = actor_seen(browser)
    assert (actor.company_id, actor.role, actor.member_of) == (None, "", frozenset())
    assert SESSION_COMPANY not in browser.session
    assert browser.get("/company/team/").status_code == 302


def test_a_session_with_a_company_made_up_acts_for_none() -> None:
    person, rival = a_person(), a_company()
    browser = signed_in(person)
    session = browser.session
    session[SESSION_COMPANY] = rival.pk
    session.save()
    assert actor_seen(browser).company_id is None


def test_actor_for_a_company_of_others_is_not_found() -> None:
    with pytest.raises(NotFound):
        actor_for(a_person(), a_company().pk)


def test_a_page_costs_few_statements_to_know_who_acts(django_assert_max_num_queries: object) -> None:
    browser = signed_in(a_member(a_company(), Role.SALES))
    with django_assert_max_num_queries(16):  # type: ignore[operator]
        browser.get("/company/choose/")


def test_pages_speak_the_language_of_the_person_and_the_switch_is_remembered() -> None:
    person = a_person(language="es", time_zone="Asia/Tokyo")
    browser = signed_in(person)
    assert 'lang="es"' in browser.get("/profile/").content.decode()
    browser.post("/language/", {"language": "fr", "next": "/profile/"})
    assert 'lang="fr"' in browser.get("/profile/").content.decode()
    person.refresh_from_db()
    assert person.language == "fr"


def test_the_language_switch_works_without_an_account_and_takes_no_nonsense() -> None:
    browser = Client()
    browser.post("/language/", {"language": "pt", "next": "/accounts/login/"})
    assert 'lang="pt"' in browser.get("/accounts/login/").content.decode()
    for nonsense in ("xx", "", "../../x", "<script>"):
        response = browser.post("/language/", {"language": nonsense, "next": "https://evil.example/"})
        assert response["Location"] == "/"
    assert browser.post("/language/", {"language": "pt", "next": "foo"})["Location"] == "/"
    assert 'lang="pt"' in browser.get("/accounts/login/").content.decode()


@pytest.mark.parametrize("url", ["/files/a%00b/", "/invitations/a%00b/", "/files/" + "x" * 5000 + "/"])
def test_an_address_that_nothing_has_is_not_found(url: str) -> None:
    assert Client().get(url).status_code == 404


def test_a_nul_sign_is_refused_without_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    """In a query, a form, the name of a field and a cookie; a machine is answered as one."""
    browser = Client()
    answers = [
        browser.get("/accounts/login/?next=a%00b"),
        browser.post("/language/", {"language": "pt", "next": "a\x00b"}),
        browser.post("/language/", {"langu\x00age": "pt"}),
        browser.get("/api/v1/products/?q=%00"),
        Client(headers={"cookie": 'sessionid="\\000"'}).get("/accounts/login/"),
    ]
    assert [answer.status_code for answer in answers] == [400] * 5
    assert answers[3].json()["code"] == "not_text"
    assert "was not understood" in answers[0].content.decode()
    assert not [record for record in caplog.records if record.exc_info]


class TestDesks:
    def test_staff_with_a_second_factor_used_in_this_session_come_in(self) -> None:
        officer = staff(Desk.VERIFICATION)
        browser = signed_in(officer)
        assert browser.get("/desk/verification/").status_code == 200
        assert actor_seen(browser).desks == {Desk.VERIFICATION}

    def test_staff_without_a_second_factor_are_led_to_one_from_every_desk_page(self) -> None:
        careless = a_person(desks=tuple(Desk.values))
        browser = signed_in(careless)
        for url in ("/desk/verification/", "/desk/settings/", "/desk/books/", "/desk/anything/", "/admin/"):
            response = browser.get(url)
            assert (response.status_code, response["Location"]) == (302, "/profile/second-factor/"), url
        assert actor_seen(browser).desks == frozenset()
        page = browser.get("/profile/second-factor/")
        assert page.status_code == 200
        assert "/accounts/2fa/" in page.content.decode()

    def test_a_session_from_before_the_second_factor_does_not_become_a_desk(self) -> None:
        """Somebody who knew the password was in already; then the second factor was set up elsewhere."""
        person = a_person(desks=(Desk.VERIFICATION,))
        thief = Client()
        thief.force_login(person)
        enrol_totp(user=person, secret=TOTP_SECRET, actor=SETUP)
        assert actor_for(person, None).desks == {Desk.VERIFICATION}
        assert actor_seen(thief).desks == frozenset()
        response = thief.get("/desk/verification/?x=1")
        assert response.status_code == 302
        assert response["Location"] == "/accounts/2fa/reauthenticate/?next=%2Fdesk%2Fverification%2F%3Fx%3D1"
        assert thief.get(response["Location"]).status_code == 200

    def test_a_code_opens_the_desk(self) -> None:
        person = a_person(desks=(Desk.VERIFICATION,))
        enrol_totp(user=person, secret=TOTP_SECRET, actor=SETUP)
        browser = Client()
        answer = browser.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
        assert answer["Location"].startswith("/accounts/2fa/authenticate/")
        assert browser.get("/desk/verification/")["Location"].startswith("/accounts/login/")
        code = fresh_code()
        assert browser.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
        assert browser.get("/desk/verification/").status_code == 200

    def test_setting_up_an_app_by_the_pages_leads_to_the_desk(self) -> None:
        person = a_person(desks=(Desk.VERIFICATION,))
        browser = Client()
        browser.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
        assert browser.get("/desk/verification/")["Location"] == "/profile/second-factor/"
        again = browser.get("/accounts/2fa/totp/activate/")["Location"]
        assert again.startswith("/accounts/reauthenticate/")
        browser.post(again, {"password": PASSWORD})
        page = browser.get("/accounts/2fa/totp/activate/")
        assert "<svg" in page.content.decode()
        assert "data:image" not in page.content.decode()
        secret = browser.session["mfa.totp.secret"]
        wait_out_the_end_of_a_period()
        number = hotp_value(secret, int(clock.now().timestamp()) // 30)
        browser.post("/accounts/2fa/totp/activate/", {"code": format_hotp_value(number)})
        assert actor_for(person, None).desks == {Desk.VERIFICATION}
        proof = browser.get("/desk/verification/")["Location"]
        assert browser.post(proof, {"code": "000000"}).status_code == 200
        assert browser.get("/desk/verification/").status_code == 302
        code = fresh_code()
        assert browser.post(proof, {"code": code})["Location"] == "/desk/verification/"
        assert browser.get("/desk/verification/").status_code == 200

    def test_people_without_a_desk_are_refused(self) -> None:
        assert signed_in(owner_of(a_company())).get("/desk/verification/").status_code == 403
        assert signed_in(staff(Desk.FINANCE)).get("/desk/verification/").status_code == 403
        assert Client().get("/desk/verification/")["Location"].startswith("/accounts/login/")

    def test_the_admin_is_read_only_and_behind_the_second_factor(self) -> None:
        officer = staff(Desk.OPERATOR)
        user = user_of(officer)
        browser = signed_in(officer)
        assert browser.get("/admin/").status_code == 302
        user.is_staff = True
        user.save()
        assert browser.get("/admin/accounts/company/").status_code == 200
        company = a_company()
        url = f"/admin/accounts/company/{company.pk}/change/"
        assert browser.get(url).status_code == 200
        assert browser.post(url, {"legal_name": "Mine"}).status_code == 403
        assert browser.get("/admin/accounts/company/add/").status_code == 403
        assert (
            browser.post(f"/admin/accounts/company/{company.pk}/delete/", {"post": "yes"}).status_code == 403
        )
        assert "argon2" not in browser.get(f"/admin/accounts/user/{user.pk}/change/").content.decode()
        without_proof = Client()
        without_proof.force_login(user)
        assert without_proof.get("/admin/accounts/company/").status_code == 302
