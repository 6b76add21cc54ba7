"""Reads of notifications and of the development mailbox. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt

from marketplace.accounts.models import User
from marketplace.accounts.states import Desk
from marketplace.core.errors import NotFound
from marketplace.notifications.models import MailboxMessage, Notification
from marketplace.notifications.states import Channel

PAGE_SIZE = 30


@dataclass(frozen=True, slots=True)
class NotificationLine:
    """One notification in the list."""

    id: int
    title: str
    body: str
    asks: bool
    url: str
    at: datetime
    is_new: bool


@dataclass(frozen=True, slots=True)
class NotificationPage:
    """A part of the list, newest first; `before` is where the next part begins."""

    lines: tuple[NotificationLine, ...]
    before: int | None
    unread: int


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail in the development mailbox."""

    id: int
    sender: str
    recipients: str
    subject: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StaffCode:
    """A demo staff member's second-factor code of this moment."""

    name: str
    email: str
    desks: str
    code: str
    seconds_left: int


def unread_count(user_id: int) -> int:
    """For the bell."""
    return Notification.objects.filter(
        recipient_id=user_id, channel=Channel.PAGE, read_at__isnull=True
    ).count()


def notification_page(
    user_id: int, before: int | None = None, *, only_unread: bool = False
) -> NotificationPage:
    """A person's notifications, newest first."""
    rows = Notification.objects.filter(recipient_id=user_id, channel=Channel.PAGE)
    if only_unread:
        rows = rows.filter(read_at__isnull=True)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    return NotificationPage(
        lines=tuple(_line(row) for row in shown),
        before=shown[-1].pk if len(found) > PAGE_SIZE else None,
        unread=unread_count(user_id),
    )


def mailbox(recipient: str = "", limit: int = 100) -> list[Mail]:
    """The latest mails, of one address or of all."""
    rows = MailboxMessage.objects.order_by("-received_at", "-pk")
    if recipient:
        rows = rows.filter(recipients__icontains=recipient)
    return [_mail(row) for row in rows[:limit]]


def mailbox_message(message_id: int) -> Mail:
    """One mail. Raises `NotFound`."""
    row = MailboxMessage.objects.filter(pk=message_id).first()
    if row is None:
        raise NotFound
    return _mail(row)


def staff_codes(at: datetime) -> list[StaffCode]:
    """The codes that the authenticator apps of all staff show at this moment. For a development machine only."""
    staff = {user.pk: user for user in User.objects.exclude(desks=[]).filter(is_active=True)}
    rows = Authenticator.objects.filter(user_id__in=staff, type=Authenticator.Type.TOTP).order_by("user_id")
    return [_staff_code(staff[row.user_id], decrypt(row.data["secret"]), at) for row in rows]


def _staff_code(user: User, secret: str, at: datetime) -> StaffCode:
    period = int(mfa_settings.TOTP_PERIOD)
    counter, gone = divmod(int(at.timestamp()), period)
    desks = ", ".join(str(Desk(desk).label) for desk in user.desks)
    return StaffCode(
        user.name, user.email, desks, format_hotp_value(hotp_value(secret, counter)), period - gone
    )


def _line(row: Notification) -> NotificationLine:
    return NotificationLine(
        row.pk, row.title, row.body, row.asks, row.url, row.created_at, row.read_at is None
    )


def _mail(row: MailboxMessage) -> Mail:
    return Mail(row.pk, row.sender, row.recipients, row.subject, row.text, row.received_at)
