"""Who is told what about teams and verification, through the outbox."""

from __future__ import annotations

import pytest
from django.core import mail

from marketplace.accounts.models import Member
from marketplace.accounts.operations import (
    approve_verification,
    change_role,
    invite_member,
    reject_verification,
    withdraw_invitation,
)
from marketplace.accounts.states import Desk, Role
from marketplace.core.deadlines import sweep_due
from marketplace.core.ids import new_key
from marketplace.core.outbox import deliver_due
from marketplace.notifications.models import Notification
from marketplace.notifications.tasks import send_mail
from tests.factories import AT, days
from tests.factories.accounts import (
    a_company,
    a_member,
    a_person,
    a_verification_case,
    owner_of,
    staff,
    user_of,
)

pytestmark = pytest.mark.django_db


def titles_of(user_id: int | None) -> list[str]:
    rows = Notification.objects.filter(recipient_id=user_id, channel="page").order_by("pk")
    return [row.title for row in rows]


def test_an_invitation_is_mailed_with_its_link_and_shown_to_those_with_an_account() -> None:
    company, guest = a_company("Malabar Spices"), a_person(email="guest@example.com")
    owner = owner_of(company)
    for email in (guest.email, "nobody@example.com"):
        invite_member(company_id=company.pk, email=email, role=Role.SALES, actor=owner, key=new_key(), at=AT)
    assert deliver_due(at=AT).failed == 0
    send_mail()
    assert {message.to[0] for message in mail.outbox} == {guest.email, "nobody@example.com"}
    assert all("/invitations/inv_" in message.body for message in mail.outbox)
    assert titles_of(guest.pk) == ["Ana Pereira invites you to Malabar Spices"]


def test_an_invitation_withdrawn_before_it_was_told_is_not_told() -> None:
    company = a_company()
    owner = owner_of(company)
    invitation = invite_member(
        company_id=company.pk, email="x@example.com", role=Role.SALES, actor=owner, key=new_key(), at=AT
    )
    withdraw_invitation(company_id=company.pk, invitation_ref=invitation.ref, actor=owner, at=AT)
    deliver_due(at=AT)
    assert not Notification.objects.exists()


def test_a_new_role_is_told_to_the_member_and_joining_to_the_owners() -> None:
    company = a_company("Malabar Spices")
    owner, member = owner_of(company), a_member(company, Role.SALES)
    row = Member.objects.get(user_id=user_of(member).pk)
    change_role(company_id=company.pk, member_id=row.pk, role=Role.FINANCE, actor=owner, key=new_key(), at=AT)
    assert deliver_due(at=AT).failed == 0
    assert titles_of(owner.user_id) == ["Ana Pereira has joined Malabar Spices"]
    assert titles_of(member.user_id)[-1] == "Your role at Malabar Spices is now: Finance"


def test_verification_is_told_to_the_desk_and_back_to_the_owners() -> None:
    officer = staff(Desk.VERIFICATION)
    company = a_company("Malabar Spices")
    owner, viewer = owner_of(company), a_member(company, Role.VIEWER)
    case = a_verification_case(company)
    reject_verification(
        case_ref=case.ref, reason="The extract is of 2019.", actor=officer, key=new_key(), at=AT
    )
    second = a_verification_case(company, at=AT + days(1))
    approve_verification(case_ref=second.ref, actor=officer, key=new_key(), at=AT + days(2))
    for day in (335, 337, 367):
        sweep_due(at=AT + days(day))
    assert deliver_due(at=AT + days(400)).failed == 0
    assert titles_of(officer.user_id) == ["Malabar Spices asks to be verified"] * 2
    assert titles_of(owner.user_id)[1:] == [
        "The verification of Malabar Spices was not accepted",
        "Malabar Spices is verified",
        "The verification of Malabar Spices ends soon",
        "The verification of Malabar Spices has ended",
    ]
    rejected = Notification.objects.get(
        recipient_id=owner.user_id, channel="page", title__contains="not accepted"
    )
    assert rejected.asks
    assert "The extract is of 2019." in rejected.body
    assert not [title for title in titles_of(viewer.user_id) if "verif" in title]
