"""A mail backend for development: mail goes into the database and is read at /mailbox/. Sends nothing anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import Message
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from marketplace.core import clock
from marketplace.notifications.models import MailboxMessage


class MailboxBackend(BaseEmailBackend):
    """Keeps each mail once, by its Message-ID, as a mail server that folds repeats would."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """How many mails were new."""
        return sum(self._keep(message) for message in email_messages if message.recipients())

    def _keep(self, mail: EmailMessage) -> bool:
        whole: Any = mail.message()
        _row, is_new = MailboxMessage.objects.get_or_create(
            message_id=str(whole["Message-ID"])[:200],
            defaults={
                "sender": str(mail.from_email),
                "recipients": ", ".join(mail.recipients()),
                "subject": str(mail.subject),
                "text": _text_of(whole, mail),
                "received_at": clock.now(),
            },
        )
        return is_new


def _text_of(whole: Message, mail: EmailMessage) -> str:
    return str(mail.body) if mail.body else str(whole.get_payload())
