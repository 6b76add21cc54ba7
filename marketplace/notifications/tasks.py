"""Sends the mail that waits. The queue only rings: what was not sent is found by the next sweep."""

from __future__ import annotations

import logging
import smtplib

from celery import shared_task
from django.core.mail import EmailMessage

from marketplace.core import clock
from marketplace.notifications.mails import mail_of
from marketplace.notifications.models import Notification
from marketplace.notifications.operations import claim_mail, record_mail_failed, record_mail_sent

logger = logging.getLogger(__name__)
BATCH = 500


@shared_task(name="marketplace.notifications.tasks.send_mail", ignore_result=True)
def send_mail() -> None:
    """Send every mail that is due: claimed by a commit first, sent outside any transaction, then recorded."""
    for _turn in range(BATCH):
        waiting = claim_mail(at=clock.now())
        if waiting is None:
            return
        _send(waiting, mail_of(waiting))


def _send(waiting: Notification, mail: EmailMessage) -> None:
    try:
        mail.send()
    except (smtplib.SMTPException, OSError) as error:
        logger.warning("mail %s not sent: %s", waiting.pk, type(error).__name__)
        record_mail_failed(
            notification_id=waiting.pk, error=f"{type(error).__name__}: {error}", at=clock.now()
        )
    else:
        record_mail_sent(notification_id=waiting.pk, at=clock.now())
