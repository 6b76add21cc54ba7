"""From nobody to an owner: sign-up, proof of the address, company; nothing tells who has an account."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from marketplace.accounts.models import User
from tests.factories.accounts import PASSWORD, a_person

pytestmark = pytest.mark.django_db


def sign_up(browser: Client, email: str = "New@Example.com", **over: str) -> object:
    data = {
        "name": "Nadia \u202eNew",
        "email": email,
        "password1": PASSWORD,
        "password2": PASSWORD,
        "time_zone": "Asia/Kolkata",
        **over,
    }
    return browser.post("/accounts/signup/", data)


def test_sign_up_proof_of_the_address_and_a_company() -> None:
    browser = Client()
    assert sign_up(browser)["Location"] == "/accounts/confirm-email/"  # type: ignore[index]
    user = User.objects.get()
    assert (user.email, user.name, user.time_zone, user.desks) == (
        "new@example.com",
        "Nadia New",
        "Asia/Kolkata",
        [],
    )
    assert user.joined_at is not None
    assert browser.get("/profile/")["Location"].startswith("/accounts/login/")
    refused = browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert refused["Location"] == "/accounts/confirm-email/"
    link = re.search(r"http://testserver(/accounts/confirm-email/\S+)", str(mail.outbox[0].body))
    assert link is not None
    assert "localhost" not in f"{mail.outbox[0].subject} {mail.outbox[0].body}"
    elsewhere = Client()
    elsewhere.post(link[1])
    assert elsewhere.get("/profile/").status_code == 302  # the link alone is no key
    EmailAddress.objects.update(verified=False)
    browser.post(link[1])  # in the browser that signed up nobody asks for the password again
    page = browser.get("/company/new/")
    assert page.status_code == 200
    made = browser.post(
        "/company/new/",
        {
            "idempotency_key": page.context["form"]["idempotency_key"].value(),
            "legal_name": "Nadia Exports",
            "country": "IN",
            "sells": "on",
        },
    )
    assert made["Location"] == "/company/"
    assert "Nadia Exports" in browser.get("/company/").content.decode()


def test_sign_up_with_a_known_address_answers_the_same_and_tells_its_owner() -> None:
    a_person(email="known@example.com")
    known, unknown = sign_up(Client(), "known@example.com"), sign_up(Client(), "unknown@example.com")
    assert known.status_code == unknown.status_code == 302  # type: ignore[attr-defined]
    assert known["Location"] == unknown["Location"]  # type: ignore[index]
    assert User.objects.filter(email="known@example.com").count() == 1
    told = next(message for message in mail.outbox if message.to == ["known@example.com"])
    assert "confirm-email" not in str(told.body)


def test_password_reset_answers_the_same_for_known_and_unknown() -> None:
    a_person(email="known@example.com")
    answers = [
        Client().post("/accounts/password/reset/", {"email": email})
        for email in ("known@example.com", "unknown@example.com")
    ]
    assert answers[0].status_code == answers[1].status_code == 302
    assert answers[0]["Location"] == answers[1]["Location"]


@pytest.mark.parametrize(
    ("over", "message"),
    [
        ({"password2": "something else"}, "same password"),
        ({"password1": "12345", "password2": "12345"}, "at least 10"),
        ({"email": "nobody"}, "valid email"),
        ({"name": ""}, "required"),
        ({"time_zone": "Mars/Olympus"}, "valid choice"),
    ],
)
def test_sign_up_with_bad_input_says_what_and_keeps_the_rest(over: dict[str, str], message: str) -> None:
    page = sign_up(Client(), **({"email": "new@example.com"} | over)).content.decode()  # type: ignore[attr-defined]
    assert message in page
    assert not User.objects.exists()
    if "email" not in over:
        assert 'value="new@example.com"' in page


def test_sign_up_cannot_bring_desks_or_admin_rights() -> None:
    sign_up(Client(), desks="finance", is_staff="on", is_superuser="on", is_active="on")
    user = User.objects.get()
    assert (user.desks, user.is_staff, user.is_superuser) == ([], False, False)
