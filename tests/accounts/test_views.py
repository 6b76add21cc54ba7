"""Pages of people and companies: every form by its input, what goes wrong beside the field."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories.accounts import (
    a_company,
    a_member,
    a_verification_case,
    signed_in,
    staff,
)

pytestmark = pytest.mark.django_db


def test_every_page_of_an_owner_opens() -> None:
    company = a_company(verified=True)
    case = a_verification_case(a_company())
    browser = signed_in(a_member(company))
    for url in (
        "/profile/",
        "/company/",
        "/company/new/",
        "/company/choose/",
        "/company/edit/",
        "/company/team/",
        "/company/verification/",
        "/notifications/",
    ):
        response = browser.get(url)
        assert response.status_code == 200, url
    officer = signed_in(staff("verification"))
    for url in ("/desk/verification/", f"/desk/verification/{case.ref}/"):
        assert officer.get(url).status_code == 200, url
    assert Client().get("/accounts/signup/").status_code == 200
