"""Which events of trades are a strike, and what people are told about strikes. Parses and words only."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.accounts.queries import Person, members_with_roles, people_of_desk
from marketplace.core.formatting import format_moment
from marketplace.core.jobs import QUEUE_DISPUTES
from marketplace.core.models import OutboxEvent
from marketplace.core.outbox import EventConsumer
from marketplace.notifications.operations import Message, notify
from trade_assurance.disputes.models import Dispute, Strike
from trade_assurance.disputes.operations import give_strike
from trade_assurance.disputes.policies import DESK, SELLING_ROLES
from trade_assurance.disputes.states import DisputeState, Reason, StrikeCause

_CANCELLED_BY_CLOCK: Final = "system:auto_cancel"


def no_answer(event: OutboxEvent, at: datetime) -> None:
    """An order lapsed because the supplier said nothing; an amendment nobody answered is the buyer's silence."""
    if event.payload.get("before") == "placed" and event.payload.get("reason") == "order_answer":
        give_strike(order_ref=event.root, cause=StrikeCause.NO_ANSWER, at=at)


def not_delivered(event: OutboxEvent, at: datetime) -> None:
    """Paid goods were not shipped in time; who gives up by their own word gets none."""
    if event.actor == _CANCELLED_BY_CLOCK:
        give_strike(order_ref=event.root, cause=StrikeCause.NON_DELIVERY, at=at)


def decided(event: OutboxEvent, at: datetime) -> None:
    """An officer's decision on non-delivery, carried out in the buyer's favour."""
    case = Dispute.objects.filter(ref=event.subject, state=DisputeState.CLOSED).first()
    if case is not None and case.reason == Reason.NON_DELIVERY and case.refund_minor:
        give_strike(order_ref=event.root, cause=StrikeCause.DECIDED_NON_DELIVERY, at=at)


def tell_supplier(event: OutboxEvent, at: datetime) -> None:
    """The supplier's owner and sales: what for, until when, and what they can do."""
    strike = Strike.objects.select_related("order").get(ref=event.subject)
    people = members_with_roles(strike.company_id, SELLING_ROLES)
    notify(event, people, lambda _person: _to_supplier(strike, event.kind), at)


def tell_desk(event: OutboxEvent, at: datetime) -> None:
    """The officers: an appeal waits."""
    strike = Strike.objects.select_related("company", "order").get(ref=event.subject)
    notify(event, people_of_desk(DESK), lambda person: _to_desk(strike, person), at)


def _to_supplier(strike: Strike, kind: str) -> Message:
    words = {
        "number": strike.order.number,
        "cause": strike.get_cause_display(),
        "appeal_until": format_moment(strike.appeal_until),
        "ends": format_moment(strike.ends_at),
        "answer": strike.answer,
    }
    title, body = {
        "strike_given": (
            _("A strike for order %(number)s: %(cause)s"),
            _("It counts until %(ends)s. If it is wrong, appeal until %(appeal_until)s."),
        ),
        "strike_lifted": (_("The strike for order %(number)s was lifted"), "%(answer)s"),
        "strike_upheld": (_("Your appeal about order %(number)s was turned down"), "%(answer)s"),
        "strike_expired": (_("The strike for order %(number)s does not count any more"), ""),
    }[kind]
    return Message(
        title=title % words, body=body % words, url=reverse("strikes"), asks=kind == "strike_given"
    )


def _to_desk(strike: Strike, _person: Person) -> Message:
    words = {"company": strike.company.legal_name, "number": strike.order.number}
    return Message(
        title=_("%(company)s appeals against a strike for order %(number)s") % words,
        body="",
        url=reverse("desk_strikes"),
        asks=True,
    )


EVENTS: Final = ("strike_given", "strike_appealed", "strike_lifted", "strike_upheld", "strike_expired")
_TOLD: Final = ("strike_given", "strike_lifted", "strike_upheld", "strike_expired")
CONSUMERS: Final = (
    EventConsumer("order_lapsed", "disputes.strike_no_answer", QUEUE_DISPUTES, no_answer),
    EventConsumer("unshipped_cancelled", "disputes.strike_non_delivery", QUEUE_DISPUTES, not_delivered),
    EventConsumer("decision_executed", "disputes.strike_decided", QUEUE_DISPUTES, decided),
    EventConsumer("strike_appealed", "disputes.tell_desk_of_appeal", QUEUE_DISPUTES, tell_desk),
    *(
        EventConsumer(event, f"disputes.tell_supplier_{event}", QUEUE_DISPUTES, tell_supplier)
        for event in _TOLD
    ),
)
