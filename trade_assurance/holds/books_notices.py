"""The finance desk hears of every night on which the books did not add up."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.accounts.queries import Person, people_of_desk
from marketplace.core.jobs import QUEUE_HOLDS
from marketplace.core.models import OutboxEvent
from marketplace.core.outbox import EventConsumer
from marketplace.notifications.operations import Message, notify
from trade_assurance.holds.operations.reconciliation.nightly import BOOKS_DO_NOT_ADD_UP


def tell_desk(event: OutboxEvent, at: datetime) -> None:
    """What was found, with the first finding in full."""

    def build(_person: Person) -> Message:
        return Message(
            title=_("The books do not add up: %(number)s findings") % {"number": event.payload["number"]},
            body=_("The first: %(finding)s") % {"finding": event.payload["first"]},
            url=reverse("desk_books"),
            asks=True,
        )

    notify(event, people_of_desk("finance"), build, at)


CONSUMERS = (EventConsumer(BOOKS_DO_NOT_ADD_UP, "holds.tell_desk_books", QUEUE_HOLDS, tell_desk),)
