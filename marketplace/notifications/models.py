"""Notifications by channel, and the development mailbox. Must not know what the events mean."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core.models import OutboxEvent
from marketplace.core.querysets import LockableQuerySet
from marketplace.notifications.states import Channel


class Notification(models.Model):
    """One event told to one person by one channel, in their language.

    `recipient` is empty only for mail to an address that has no account yet (an invitation).
    Mail: `sending_at` is committed before the mail server is called, `sent_at` after it took the mail.
    """

    event = models.ForeignKey(OutboxEvent, on_delete=models.PROTECT, related_name="+")
    recipient = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="notifications"
    )
    address = models.EmailField(max_length=254)
    channel = models.CharField(max_length=4, choices=Channel)
    title = models.CharField(max_length=300)
    body = models.TextField(blank=True)
    url = models.CharField(max_length=300, blank=True)
    asks = models.BooleanField(default=False)
    language = models.CharField(max_length=12, default="en")
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    sending_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    wake_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)

    objects = LockableQuerySet["Notification"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["event", "recipient", "channel"],
                name="notification_once_per_event_recipient_and_channel",
            ),
            models.UniqueConstraint(
                fields=["event", "address", "channel"],
                condition=Q(recipient__isnull=True),
                name="notification_once_per_event_address_and_channel",
            ),
            models.CheckConstraint(
                condition=Q(channel="mail") | Q(recipient__isnull=False),
                name="notification_on_the_page_has_a_person",
            ),
        ]
        indexes = [
            models.Index(
                fields=["recipient", "-created_at"], condition=Q(channel="page"), name="notification_list"
            ),
            models.Index(
                fields=["recipient"],
                condition=Q(channel="page", read_at__isnull=True),
                name="notification_unread",
            ),
            models.Index(
                fields=["wake_at"],
                condition=Q(channel="mail", sent_at__isnull=True),
                name="notification_mail_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.title}"


class MailboxMessage(models.Model):
    """A mail that a development installation would have sent; kept here instead and shown at /mailbox/."""

    message_id = models.CharField(max_length=200, unique=True)
    sender = models.CharField(max_length=320)
    recipients = models.TextField()
    subject = models.CharField(_("Subject"), max_length=998)
    text = models.TextField(blank=True)
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-received_at"], name="mailbox_newest_first")]

    def __str__(self) -> str:
        return self.subject
