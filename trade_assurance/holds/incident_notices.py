"""The finance desk hears once of each run that found a difference, and readiness shows what is open."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.accounts.queries import Person, people_of_desk
from marketplace.core.jobs import QUEUE_HOLDS
from marketplace.core.models import OutboxEvent
from marketplace.core.outbox import EventConsumer
from marketplace.core.readiness import Readiness
from marketplace.notifications.operations import Message, notify
from trade_assurance.holds.models import Incident
from trade_assurance.holds.states import INCIDENT_WAITING

FINANCE = "finance"


def tell_desk(event: OutboxEvent, at: datetime) -> None:
    """Something differs between a provider's account and our books."""
    opened = int(event.payload["opened"])

    def build(_person: Person) -> Message:
        title = ngettext(
            "%(number)d new difference between a provider's account and our books",
            "%(number)d new differences between a provider's account and our books",
            opened,
        )
        return Message(
            title=title % {"number": opened},
            body=_("Nothing was changed. Find out what each of them is."),
            url=reverse("desk_incidents"),
            asks=True,
        )

    notify(event, people_of_desk(FINANCE), build, at)


def nothing_unexplained(at: datetime) -> Readiness:
    """How many differences are open and since when, for /readyz. They take nobody's site away: always good."""
    found = Incident.objects.filter(state__in=INCIDENT_WAITING).aggregate(
        number=Count("pk"), oldest=Min("opened_at")
    )
    if not found["number"]:
        return Readiness(good=True, detail="no open incident")
    age = max(at - found["oldest"], timedelta())
    return Readiness(good=True, detail=f"{found['number']} open incidents, the oldest for {age.days} days")


CONSUMERS = (
    EventConsumer("reconciliation_differs", "holds.tell_desk_reconciliation_differs", QUEUE_HOLDS, tell_desk),
)
