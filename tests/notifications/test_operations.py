"""Telling people: once per event, person and channel, in their language; mail claimed before it is sent."""

from __future__ import annotations

import smtplib
import threading
from datetime import datetime

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from pytest_django import Settings

from marketplace.accounts.queries import Person, person
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed, NotFound
from marketplace.core.models import OutboxEvent
from marketplace.notifications import tasks
from marketplace.notifications.models import MailboxMessage, Notification
from marketplace.notifications.operations import (
    CLAIM,
    Message,
    claim_mail,
    mark_all_read,
    mark_read,
    notify,
    record_mail_failed,
    record_mail_sent,
)
from marketplace.notifications.queries import notification_page, unread_count
from marketplace.notifications.states import Channel
from tests.factories import AT, days
from tests.factories.accounts import a_company, a_person, owner_of, user_of

pytestmark = pytest.mark.django_db


def an_event(subject: str = "ord_1") -> OutboxEvent:
    return OutboxEvent.objects.create(
        kind="order_placed", subject=subject, actor="system:test", occurred_at=AT
    )


def words(_person: Person) -> Message:
    return Message(title="An order\nwaits", body="Twelve crates.", url="/orders/ord_1/", asks=True)


def waiting_mails() -> int:
    return Notification.objects.filter(channel=Channel.MAIL, sent_at__isnull=True).count()


class TestNotify:
    def test_notify_tells_each_person_by_page_and_mail(self) -> None:
        people = [person(a_person()), person(a_person())]
        assert notify(an_event(), people, words, AT) == 2
        assert Notification.objects.count() == 4
        told = Notification.objects.filter(recipient_id=people[0].user_id)
        assert {row.channel for row in told} == {"page", "mail"}
        assert {row.title for row in told} == {"An order waits"}

    def test_notify_again_adds_nothing(self) -> None:
        event, people = an_event(), [person(a_person())]
        for _turn in range(3):
            notify(event, people, words, AT)
        assert Notification.objects.count() == 2

    def test_notify_of_one_person_named_twice_tells_once(self) -> None:
        someone = person(a_person())
        assert notify(an_event(), [someone, someone], words, AT) == 1
        assert Notification.objects.count() == 2

    def test_notify_of_another_event_tells_again(self) -> None:
        someone = person(a_person())
        notify(an_event("ord_1"), [someone], words, AT)
        notify(an_event("ord_2"), [someone], words, AT)
        assert unread_count(someone.user_id or 0) == 2

    def test_notify_speaks_the_language_and_zone_of_each_person(self) -> None:
        from django.utils import timezone

        spaniard = person(a_person(language="es", time_zone="Asia/Tokyo"))
        indian = person(a_person(language="hi", time_zone="Asia/Kolkata"))
        seen: dict[str, tuple[str, str]] = {}

        def build(to: Person) -> Message:
            seen[to.email] = (str(_("Yes")), timezone.get_current_timezone_name())
            return Message(title=_("Yes"))

        notify(an_event(), [spaniard, indian], build, AT)
        assert seen[spaniard.email] == ("Sí", "Asia/Tokyo")
        assert seen[indian.email][1] == "Asia/Kolkata"
        assert Notification.objects.get(recipient_id=spaniard.user_id, channel="page").title == "Sí"

    def test_notify_with_mail_switched_off_tells_on_the_page_only(self, settings: Settings) -> None:
        settings.NOTIFY_BY_MAIL = False
        notify(an_event(), [person(a_person())], words, AT)
        assert [row.channel for row in Notification.objects.all()] == ["page"]

    def test_notify_of_an_address_without_account_is_mail_once(self) -> None:
        event, guest = an_event(), Person(None, "", "guest@example.com", "en", "UTC")
        for _turn in range(2):
            notify(event, [guest], words, AT)
        assert [(row.channel, row.recipient) for row in Notification.objects.all()] == [("mail", None)]

    def test_the_database_refuses_a_second_of_one_event_person_and_channel(self) -> None:
        event = an_event()
        notify(event, [person(a_person())], words, AT)
        row = Notification.objects.first()
        assert row is not None
        row.pk = None
        with (
            pytest.raises(IntegrityError, match="notification_once_per_event_recipient_and_channel"),
            transaction.atomic(),
        ):
            row.save(force_insert=True)


class TestReading:
    def test_mark_read_of_ones_own_only(self) -> None:
        mine, other = a_person(), a_person()
        notify(an_event(), [person(mine)], words, AT)
        row = Notification.objects.get(recipient=mine, channel="page")
        for stranger in (Actor.user(user_id=other.pk, name=""), Actor.anonymous()):
            with pytest.raises(NotFound):
                mark_read(notification_id=row.pk, actor=stranger, at=AT)
        mark_read(notification_id=row.pk, actor=Actor.user(user_id=mine.pk, name=""), at=AT)
        assert unread_count(mine.pk) == 0

    def test_mark_all_read_leaves_those_of_others(self) -> None:
        mine, other = a_person(), a_person()
        notify(an_event(), [person(mine), person(other)], words, AT)
        mark_all_read(actor=Actor.user(user_id=mine.pk, name=""), at=AT)
        assert (unread_count(mine.pk), unread_count(other.pk)) == (0, 1)
        with pytest.raises(NotAllowed):
            mark_all_read(actor=Actor.anonymous(), at=AT)

    def test_notification_page_goes_on_where_it_stopped(self) -> None:
        someone = person(a_person())
        for number in range(35):
            notify(an_event(f"ord_{number}"), [someone], words, AT)
        first = notification_page(someone.user_id or 0)
        rest = notification_page(someone.user_id or 0, first.before)
        assert (len(first.lines), len(rest.lines), rest.before) == (30, 5, None)
        assert not {line.id for line in first.lines} & {line.id for line in rest.lines}

    @pytest.mark.parametrize("count", [1, 3])
    def test_notification_page_reads_in_two_statements(
        self, count: int, django_assert_num_queries: object
    ) -> None:
        someone = person(a_person())
        for number in range(count):
            notify(an_event(f"ord_{number}"), [someone], words, AT)
        with django_assert_num_queries(2):  # type: ignore[operator]
            assert len(notification_page(someone.user_id or 0).lines) == count


class RefusingBackend(BaseEmailBackend):
    """A mail server that is away."""

    def send_messages(self, email_messages: object) -> int:
        raise smtplib.SMTPServerDisconnected("away")


class TestMail:
    def test_send_mail_sends_each_once_with_its_own_id(self) -> None:
        notify(an_event(), [person(a_person(email="ana@example.com"))], words, AT)
        tasks.send_mail()
        tasks.send_mail()
        [sent] = mail.outbox
        row = Notification.objects.get(channel="mail")
        assert sent.to == ["ana@example.com"]
        assert sent.subject == "An order waits"
        assert "http://testserver/orders/ord_1/" in sent.body
        assert sent.extra_headers["Message-ID"] == f"<notification-{row.pk}@testserver>"
        assert row.sent_at is not None

    def test_claim_mail_hands_a_mail_to_one_worker(self) -> None:
        notify(an_event(), [person(a_person())], words, AT)
        first = claim_mail(at=AT)
        assert first is not None
        assert claim_mail(at=AT) is None
        assert claim_mail(at=AT + CLAIM - days(0.001)) is None

    def test_mail_of_a_worker_that_died_goes_again_under_the_same_id(self, settings: Settings) -> None:
        settings.EMAIL_BACKEND = "marketplace.notifications.mailbox.MailboxBackend"
        notify(an_event(), [person(a_person())], words, AT)
        dying = claim_mail(at=AT)
        assert dying is not None
        from marketplace.notifications.mails import mail_of

        mail_of(dying).send()  # …and killed before it was recorded
        again = claim_mail(at=AT + CLAIM)
        assert again is not None
        assert again.pk == dying.pk
        mail_of(again).send()
        record_mail_sent(notification_id=again.pk, at=AT + CLAIM)
        assert MailboxMessage.objects.count() == 1
        assert waiting_mails() == 0

    def test_send_mail_to_a_server_that_is_away_keeps_it_for_later(self, settings: Settings) -> None:
        settings.EMAIL_BACKEND = "tests.notifications.test_operations.RefusingBackend"
        notify(an_event(), [person(a_person())], words, AT)
        tasks.send_mail()
        row = Notification.objects.get(channel="mail")
        assert row.sent_at is None
        assert row.wake_at is not None
        assert row.wake_at > AT
        assert "away" in row.last_error
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        assert claim_mail(at=row.wake_at) is not None

    def test_mail_that_fails_ten_times_is_given_up(self) -> None:
        notify(an_event(), [person(a_person())], words, AT)
        at: datetime | None = AT
        for _turn in range(10):
            assert at is not None
            claimed = claim_mail(at=at)
            assert claimed is not None
            record_mail_failed(notification_id=claimed.pk, error="away", at=at)
            claimed.refresh_from_db()
            at = claimed.wake_at
        assert at is None
        assert claim_mail(at=AT + days(3650)) is None

    def test_mail_has_no_second_header_by_a_line_break_in_a_name(self) -> None:
        notify(
            an_event(),
            [person(a_person())],
            lambda _person: Message(title="Hello\r\nBcc: everybody@example.com"),
            AT,
        )
        tasks.send_mail()
        [sent] = mail.outbox
        assert sent.recipients() == sent.to
        assert "Bcc" not in sent.message()

    @pytest.mark.race
    @pytest.mark.django_db(transaction=True)
    def test_two_workers_send_each_mail_once(self, settings: Settings) -> None:
        settings.EMAIL_BACKEND = "marketplace.notifications.mailbox.MailboxBackend"
        for number in range(10):
            notify(an_event(f"ord_{number}"), [person(a_person())], words, AT)

        def work() -> None:
            try:
                tasks.send_mail()
            finally:
                connection.close()

        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(timeout=30)
        assert waiting_mails() == 0
        assert MailboxMessage.objects.count() == 10
        assert set(Notification.objects.filter(channel="mail").values_list("attempts", flat=True)) == {1}


def test_mailbox_keeps_a_mail_once_by_its_id(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "marketplace.notifications.mailbox.MailboxBackend"
    message = EmailMessage("Hello", "Text", to=["a@example.com"], headers={"Message-ID": "<1@x>"})
    assert message.send() == 1
    assert message.send() == 0
    assert MailboxMessage.objects.get().text == "Text"


def test_owner_of_a_company_is_a_person_to_tell() -> None:
    owner = user_of(owner_of(a_company()))
    assert person(owner).email == owner.email
