"""The list behind the bell, and the mailbox that exists in local mode only."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import NoReverseMatch, clear_url_caches, include, path, reverse
from pytest_django import Settings

from marketplace.accounts.queries import person
from marketplace.core.models import OutboxEvent
from marketplace.notifications.models import MailboxMessage, Notification
from marketplace.notifications.operations import Message, notify
from marketplace.notifications.queries import staff_codes
from tests.factories import AT, days
from tests.factories.accounts import a_person, signed_in, staff, user_of

pytestmark = pytest.mark.django_db

_SITE = settings.ROOT_URLCONF
urlpatterns = [
    path("", include(_SITE)),
    path("", include("marketplace.notifications.mailbox_urls")),
]


def told(user: object, title: str = "An order waits", url: str = "/profile/") -> Notification:
    event = OutboxEvent.objects.create(kind="x", subject=title, actor="system:test", occurred_at=AT)
    notify(event, [person(user)], lambda _person: Message(title=title, url=url, asks=True), AT)  # type: ignore[arg-type]
    return Notification.objects.get(event=event, channel="page")


def test_list_shows_ones_own_escaped() -> None:
    mine, other = a_person(), a_person()
    told(mine, "<script>alert(1)</script>")
    told(other, "Secret of somebody else")
    page = signed_in(mine).get("/notifications/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "Secret" not in page


@pytest.mark.parametrize(
    "query", ["?before=x", "?before=-1", "?before=" + "9" * 40, "?before=²", "?show=new"]
)
def test_list_with_a_strange_address_still_opens(query: str) -> None:
    assert signed_in(a_person()).get(f"/notifications/{query}").status_code == 200


def test_opening_a_notification_marks_it_and_goes_there() -> None:
    mine = a_person()
    row = told(mine)
    response = signed_in(mine).post(f"/notifications/{row.pk}/open/")
    assert (response.status_code, response["Location"]) == (302, "/profile/")
    row.refresh_from_db()
    assert row.read_at is not None


def test_opening_a_notification_of_others_finds_nothing() -> None:
    row = told(a_person())
    assert signed_in(a_person()).post(f"/notifications/{row.pk}/open/").status_code == 404
    assert Client().post(f"/notifications/{row.pk}/open/").status_code == 302
    row.refresh_from_db()
    assert row.read_at is None


def test_mark_all_read() -> None:
    mine = a_person()
    row = told(mine)
    browser = signed_in(mine)
    assert browser.get("/notifications/read/").status_code == 405
    assert browser.post("/notifications/read/").status_code == 302
    row.refresh_from_db()
    assert row.read_at is not None


def test_mailbox_does_not_exist_outside_local_mode() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("mailbox")
    assert Client().get("/mailbox/").status_code == 404
    assert signed_in(staff("operator")).get("/mailbox/1/").status_code == 404


def test_mailbox_in_local_mode_shows_mail_with_links_and_says_what_it_is(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__
    settings.EMAIL_BACKEND = "marketplace.notifications.mailbox.MailboxBackend"
    clear_url_caches()
    link = "http://testserver/accounts/confirm-email/abc:def/"
    EmailMessage("Confirm <b>", f"Please follow\n{link}\n<script>", to=["ana@example.com"]).send()
    page = Client().get("/mailbox/").content.decode()
    assert "development installation" in page
    assert "Confirm &lt;b&gt;" in page
    message = Client().get(f"/mailbox/{MailboxMessage.objects.get().pk}/").content.decode()
    assert f'href="{link}"' in message
    assert "&lt;script&gt;" in message
    assert "ana@example.com" not in Client().get("/mailbox/?to=other@example.com").content.decode()
    assert Client().get("/mailbox/999/").status_code == 404


def test_mailbox_shows_the_code_that_the_staff_sign_in_with(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__
    clear_url_caches()
    officer = staff("finance", name="Fatima Finance")
    [code] = staff_codes(AT)
    assert (code.email, code.seconds_left) == (user_of(officer).email, 30)
    assert len(code.code) == 6
    assert staff_codes(AT + days(0.001))[0].code != code.code
    page = Client().get("/mailbox/").content.decode()
    assert "Fatima Finance" in page


def test_mailbox_shows_no_code_of_people_without_a_desk() -> None:
    staff(name="Was staff")
    assert staff_codes(AT) == []
