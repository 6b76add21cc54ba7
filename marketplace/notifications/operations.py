"""The only writers of notifications: told once per event, person and channel; mail claimed before it is sent.

Must not know what events mean: the app that registers the consumer brings recipients and words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.functional import Promise

from marketplace.accounts.queries import Person
from marketplace.accounts.rules import zone_of
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed, NotFound
from marketplace.core.jobs import QUEUE_DEFAULT, ring
from marketplace.core.models import OutboxEvent
from marketplace.notifications.models import Notification
from marketplace.notifications.states import Channel

MAIL_TASK: Final = "marketplace.notifications.tasks.send_mail"
# A mail claimed longer ago was in the hands of a process that died; it goes again under the same Message-ID.
CLAIM: Final = timedelta(minutes=10)
FIRST_RETRY: Final = timedelta(minutes=1)
ATTEMPTS: Final = 10
TITLE_LENGTH: Final = 300

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Message:
    """What one person is told. `url` is a path of this site; `asks` says that something waits for them."""

    title: Words
    body: Words = ""
    url: str = ""
    asks: bool = False


@transaction.atomic
def notify(
    event: OutboxEvent, recipients: Sequence[Person], build: Callable[[Person], Message], at: datetime
) -> int:
    """Tell each person of the event on the page and by mail, in their language and time zone; how many were told.

    Called by outbox consumers. Telling the same event again adds nothing
    (enforced by notification_once_per_event_recipient_and_channel).
    """
    rows = [row for person in _once(recipients) for row in _rows(event, person, build, at)]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    if any(row.channel == Channel.MAIL for row in rows):
        ring(MAIL_TASK, queue=QUEUE_DEFAULT)
    return len({row.address for row in rows})


@transaction.atomic
def mark_read(*, notification_id: int, actor: Actor, at: datetime) -> Notification:
    """The actor has opened one of their notifications. Raises `NotFound` for another's."""
    rows = Notification.objects.filter(pk=notification_id, recipient_id=actor.user_id, channel=Channel.PAGE)
    notification = rows.lock().first() if actor.user_id is not None else None
    if notification is None:
        raise NotFound
    if notification.read_at is None:
        notification.read_at = at
        notification.save(update_fields=["read_at"])
    return notification


@transaction.atomic
def mark_all_read(*, actor: Actor, at: datetime) -> int:
    """The actor has seen all of theirs that are there now; how many were new."""
    if actor.user_id is None:
        raise NotAllowed
    unread = Notification.objects.filter(
        recipient_id=actor.user_id, channel=Channel.PAGE, read_at__isnull=True, created_at__lte=at
    )
    return unread.update(read_at=at)


@transaction.atomic
def claim_mail(*, at: datetime) -> Notification | None:
    """The next mail that waits, claimed by this commit so that no other worker sends it; None when all are sent."""
    waiting = Notification.objects.filter(channel=Channel.MAIL, sent_at__isnull=True, wake_at__lte=at)
    mail = (
        waiting.order_by("wake_at", "pk")
        .select_for_update(skip_locked=True, no_key=True, of=("self",))
        .first()
    )
    if mail is None:
        return None
    mail.sending_at, mail.wake_at, mail.attempts = at, at + CLAIM, mail.attempts + 1
    mail.save(update_fields=["sending_at", "wake_at", "attempts"])
    return mail


@transaction.atomic
def record_mail_sent(*, notification_id: int, at: datetime) -> None:
    """The mail server has taken the mail."""
    Notification.objects.filter(pk=notification_id).update(sent_at=at, wake_at=None, last_error="")


@transaction.atomic
def record_mail_failed(*, notification_id: int, error: str, at: datetime) -> None:
    """The mail server refused or could not be reached: try later, ten times in all, each after a longer wait."""
    mail = Notification.objects.filter(pk=notification_id).lock().get()
    mail.last_error = error[:2000]
    mail.wake_at = None if mail.attempts >= ATTEMPTS else at + FIRST_RETRY * 2 ** min(mail.attempts, 8)
    mail.save(update_fields=["last_error", "wake_at"])


def _once(recipients: Sequence[Person]) -> list[Person]:
    return list({person.user_id or person.email: person for person in recipients}.values())


def _rows(
    event: OutboxEvent, person: Person, build: Callable[[Person], Message], at: datetime
) -> list[Notification]:
    with translation.override(person.language), timezone.override(zone_of(person.time_zone)):
        message = build(person)
        title, body = str(message.title)[:TITLE_LENGTH], str(message.body)
    channels = [Channel.PAGE] if person.user_id is not None else []
    if settings.NOTIFY_BY_MAIL and person.email:
        channels.append(Channel.MAIL)
    return [
        Notification(
            event=event,
            recipient_id=person.user_id,
            address=person.email,
            channel=channel,
            title=" ".join(title.split()),
            body=body,
            url=message.url,
            asks=message.asks,
            language=person.language,
            created_at=at,
            wake_at=at if channel == Channel.MAIL else None,
        )
        for channel in channels
    ]
