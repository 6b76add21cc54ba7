"""A notification as a mail: the same words, with the link in full. Sends nothing."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

from marketplace.notifications.models import Notification


def mail_of(notification: Notification) -> EmailMessage:
    """The mail, with a Message-ID made from the row: sent twice it is still the same mail."""
    with translation.override(notification.language):
        text = render_to_string(
            "notifications/mail.txt",
            {
                "title": notification.title,
                "body": notification.body,
                "url": f"{settings.SITE_URL}{notification.url}" if notification.url else "",
                "asks": notification.asks,
                "site_url": settings.SITE_URL,
                "has_account": notification.recipient_id is not None,
            },
        )
    return EmailMessage(
        subject=" ".join(notification.title.split()),
        body=text.strip() + "\n",
        to=[notification.address],
        headers={"Message-ID": message_id(notification.pk), "Auto-Submitted": "auto-generated"},
    )


def message_id(notification_id: int) -> str:
    """Deterministic, and of this installation."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"<notification-{notification_id}@{host}>"
