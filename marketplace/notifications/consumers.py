"""What people are told about companies, teams and verification. Words and recipients only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from marketplace.accounts.models import Invitation, User
from marketplace.accounts.queries import Person, members_with_roles, people_by_id, people_of_desk, person
from marketplace.accounts.states import Desk, Role
from marketplace.core.formatting import format_moment
from marketplace.core.jobs import QUEUE_DEFAULT
from marketplace.core.models import OutboxEvent
from marketplace.core.outbox import EventConsumer
from marketplace.notifications.operations import Message, notify


def _owners(event: OutboxEvent) -> list[Person]:
    return members_with_roles(event.payload["company_id"], [Role.OWNER])


def _to_owners(message: Callable[[OutboxEvent], Message]) -> Callable[[OutboxEvent, datetime], None]:
    def handle(event: OutboxEvent, at: datetime) -> None:
        notify(event, _owners(event), lambda _person: message(event), at)

    return handle


def _to_person(message: Callable[[OutboxEvent], Message]) -> Callable[[OutboxEvent, datetime], None]:
    def handle(event: OutboxEvent, at: datetime) -> None:
        notify(event, people_by_id([event.payload["user_id"]]), lambda _person: message(event), at)

    return handle


def tell_invited(event: OutboxEvent, at: datetime) -> None:
    """The address invited: a mail, and the bell when it has an account. An invitation already over is not told."""
    invitation = Invitation.objects.select_related("company").get(ref=event.subject)
    if invitation.ended_at is not None:
        return
    user = User.objects.filter(email=invitation.email, is_active=True).first()
    to = person(user) if user else Person(None, "", invitation.email, "en", "UTC")
    notify(event, [to], lambda _person: _invited(event, invitation), at)


def _invited(event: OutboxEvent, invitation: Invitation) -> Message:
    return Message(
        title=_("%(inviter)s invites you to %(company)s")
        % _names(event, inviter=event.actor_label.partition(",")[0]),
        body=_(
            "Your role would be: %(role)s. The invitation is for this address only and ends on %(moment)s."
        )
        % {"role": Role(invitation.role).label, "moment": format_moment(invitation.expires_at)},
        url=reverse("invitation", args=[invitation.ref]),
        asks=True,
    )


def tell_verification_desk(event: OutboxEvent, at: datetime) -> None:
    """The verification officers: a case waits."""
    notify(
        event,
        people_of_desk(Desk.VERIFICATION),
        lambda _person: Message(
            title=_("%(company)s asks to be verified") % _names(event),
            url=reverse("desk_verification_case", args=[event.payload["case"]]),
            asks=True,
        ),
        at,
    )


def _joined(event: OutboxEvent) -> Message:
    return Message(
        title=_("%(name)s has joined %(company)s") % _names(event, name=event.payload["name"]),
        body=_("Role: %(role)s") % {"role": Role(event.payload["role"]).label},
        url=reverse("team"),
    )


def _role_changed(event: OutboxEvent) -> Message:
    return Message(
        title=_("Your role at %(company)s is now: %(role)s")
        % _names(event, role=Role(event.payload["role"]).label),
        url=reverse("team"),
    )


def _removed(event: OutboxEvent) -> Message:
    return Message(title=_("You no longer belong to %(company)s") % _names(event))


def _approved(event: OutboxEvent) -> Message:
    return Message(
        title=_("%(company)s is verified") % _names(event),
        body=_("The badge with its date is now shown beside the company’s name."),
        url=reverse("verification"),
    )


def _rejected(event: OutboxEvent) -> Message:
    return Message(
        title=_("The verification of %(company)s was not accepted") % _names(event),
        body=_("The officer’s reason: %(reason)s") % {"reason": event.payload["reason"]},
        url=reverse("verification"),
        asks=True,
    )


def _withdrawn(event: OutboxEvent) -> Message:
    return Message(
        title=_("%(company)s has to be verified again") % _names(event),
        body=_("Its legal facts were changed, so the badge no longer says anything about them."),
        url=reverse("verification"),
        asks=True,
    )


def _expiring(event: OutboxEvent) -> Message:
    until = parse_datetime(event.payload["until"])
    return Message(
        title=_("The verification of %(company)s ends soon") % _names(event),
        body=_("It ends on %(moment)s. Send fresh documents now and the badge stays without a gap.")
        % {"moment": format_moment(until) if until else ""},
        url=reverse("verification"),
        asks=True,
    )


def _expired(event: OutboxEvent) -> Message:
    return Message(
        title=_("The verification of %(company)s has ended") % _names(event),
        body=_("The badge is no longer shown. Send fresh documents to get it back."),
        url=reverse("verification"),
        asks=True,
    )


def _names(event: OutboxEvent, **more: object) -> dict[str, object]:
    return {"company": event.payload["company"], **more}


CONSUMERS = tuple(
    EventConsumer(event=event, name=f"notify_{event}", queue=QUEUE_DEFAULT, handle=handle)
    for event, handle in {
        "member_invited": tell_invited,
        "member_joined": _to_owners(_joined),
        "member_role_changed": _to_person(_role_changed),
        "member_removed": _to_person(_removed),
        "verification_submitted": tell_verification_desk,
        "verification_approved": _to_owners(_approved),
        "verification_rejected": _to_owners(_rejected),
        "verification_withdrawn": _to_owners(_withdrawn),
        "verification_expiring": _to_owners(_expiring),
        "verification_expired": _to_owners(_expired),
    }.items()
)
