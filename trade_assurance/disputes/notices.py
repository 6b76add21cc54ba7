"""What people are told about a case: recipients and words only, once per event, person and channel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.queries import Person, members_with_roles, people_by_id, people_of_desk
from marketplace.core.errors import Text
from marketplace.core.formatting import format_moment, format_money
from marketplace.core.jobs import QUEUE_DISPUTES
from marketplace.core.models import OutboxEvent
from marketplace.core.money import Money
from marketplace.core.outbox import EventConsumer
from marketplace.notifications.operations import Message, notify
from trade_assurance.disputes.models import Dispute
from trade_assurance.disputes.offer_lines import OFFER_LINES
from trade_assurance.disputes.policies import BUYING_ROLES, DESK, SELLING_ROLES
from trade_assurance.disputes.states import OfferKind, Side

BUYER, SUPPLIER, OTHER, BOTH, OFFICER = "buyer", "supplier", "other", "both", "officer"
DESK_ALL = "desk"


# Written by one officer for another.
TO_ANOTHER_OFFICER = ("case_assigned", "decision_rejected")


@dataclass(frozen=True, slots=True)
class Notice:
    """One event's words for one audience; `other` is whoever did not act, `officer` the one in charge or the desk,
    `desk` everybody there.
    """

    event: str
    audience: str
    title: Text
    body: Text = ""
    asks: bool = False


NOTICES: Final = (
    Notice(
        "claim_opened",
        SUPPLIER,
        _("%(buyer)s claims %(claimed)s on order %(number)s"),
        _("Only this amount is frozen. Accept the claim, make an offer or answer in the case's thread."),
        asks=True,
    ),
    Notice("claim_withdrawn", SUPPLIER, _("%(buyer)s withdrew the claim of %(claimed)s on order %(number)s")),
    Notice(
        "offer_made",
        OTHER,
        _("An offer waits for you: %(offer)s"),
        _("Order %(number)s, %(claimed)s claimed. Accept it, decline it or make another offer."),
        asks=True,
    ),
    Notice("offer_declined", OTHER, _("Your offer on order %(number)s was declined")),
    Notice("offer_withdrawn", OTHER, _("The offer to you on order %(number)s was withdrawn")),
    Notice("offer_lapsed", BOTH, _("The offer on order %(number)s ran out without an answer")),
    Notice(
        "range_sealed",
        OTHER,
        _("The other side left a sealed range in the case about order %(number)s"),
        _("Leave one as well: when the two meet, the case settles at the midpoint. Nobody sees the other's."),
        asks=True,
    ),
    Notice(
        "return_and_refund_agreed",
        BOTH,
        _("Agreed on order %(number)s: the goods go back, then %(refund)s is refunded"),
        asks=True,
    ),
    Notice(
        "return_and_refund_sent",
        OTHER,
        _("The goods of order %(number)s are on their way back to you"),
        _("Confirm that they came, or say what is wrong. Without a word the amount is refunded."),
        asks=True,
    ),
    Notice(
        "replace_agreed",
        BOTH,
        _("Agreed on order %(number)s: the goods are replaced"),
        _("If they are not sent in time, %(refund)s is refunded."),
        asks=True,
    ),
    Notice(
        "replace_sent",
        OTHER,
        _("The replacement for order %(number)s is on its way to you"),
        _("Confirm that it came, or say what is wrong with it."),
        asks=True,
    ),
    Notice(
        "kept_and_paid",
        BOTH,
        _("Agreed on order %(number)s: %(refund)s is refunded, %(release)s released; the goods stay"),
    ),
    Notice(
        "discount_granted",
        BOTH,
        _("Agreed: %(discount)s off the next order of %(buyer)s with %(supplier)s"),
        _("It is offered when the order is placed, once."),
    ),
    Notice(
        "dispute_settled", BOTH, _("Agreed: %(refund)s of order %(number)s is refunded, the claim is settled")
    ),
    Notice("case_message", OTHER, _("A new message in the case about order %(number)s")),
    Notice("case_message", OFFICER, _("A new message in the case about order %(number)s")),
    Notice(
        "dispute_escalated",
        BOTH,
        _("The claim on order %(number)s is now with a dispute officer"),
        _("Submit your evidence until %(evidence_until)s. You may still agree with each other."),
        asks=True,
    ),
    Notice(
        "dispute_escalated",
        OFFICER,
        _("A case about %(claimed)s waits for an officer: order %(number)s"),
        asks=True,
    ),
    Notice(
        "evidence_submitted", OTHER, _("The other side submitted evidence in the case about order %(number)s")
    ),
    Notice("evidence_submitted", OFFICER, _("New evidence in the case about order %(number)s")),
    Notice(
        "inspection_proposed",
        OTHER,
        _("The other side proposes an inspection: order %(number)s"),
        _(
            "A third party would look at the goods. Agree or decline; in the end the side that loses bears the cost."
        ),
        asks=True,
    ),
    Notice("inspection_agreed", OTHER, _("The inspection you proposed is agreed: order %(number)s")),
    Notice("inspection_declined", OTHER, _("The inspection you proposed was declined: order %(number)s")),
    Notice("inspection_ordered", BOTH, _("The dispute officer ordered an inspection: order %(number)s")),
    Notice("inspection_reported", OTHER, _("An inspection report was filed: order %(number)s")),
    Notice(
        "evidence_reminder",
        BOTH,
        _("%(hours)s hours left to submit evidence: order %(number)s"),
        _("The officer decides on what is there then."),
        asks=True,
    ),
    Notice(
        "evidence_complete",
        OFFICER,
        _("The case about order %(number)s is ready to decide"),
        asks=True,
    ),
    Notice(
        "decision_overdue",
        OFFICER,
        _("Overdue: the case about order %(number)s has to be decided"),
        asks=True,
    ),
    Notice(
        "decision_overdue",
        BOTH,
        _("The decision about order %(number)s is late"),
        _("The case went back to all officers and has a new day. The amount stays frozen; all else goes on."),
    ),
    Notice(
        "case_paused",
        BOTH,
        _("The clocks of the case about order %(number)s are paused"),
        _("Until %(until)s at most. Reason: %(reason)s"),
    ),
    Notice("case_resumed", BOTH, _("The clocks of the case about order %(number)s run again")),
    Notice("case_assigned", OFFICER, _("The case about order %(number)s was given to you"), asks=True),
    Notice(
        "decision_proposed",
        DESK_ALL,
        _("A decision about %(claimed)s waits for a second officer: order %(number)s"),
        asks=True,
    ),
    Notice(
        "decision_rejected",
        OFFICER,
        _("Your decision about order %(number)s was not approved"),
        _("Read why in the case, and decide anew."),
        asks=True,
    ),
    Notice(
        "dispute_appealed",
        BOTH,
        _("The decision on order %(number)s was appealed"),
        _(
            "Another officer decides, finally. Evidence is taken until %(evidence_until)s; nothing moves before."
        ),
        asks=True,
    ),
    Notice(
        "dispute_appealed",
        DESK_ALL,
        _("An appeal about %(claimed)s waits for another officer: order %(number)s"),
        asks=True,
    ),
    Notice("appeal_withdrawn", OTHER, _("The appeal on order %(number)s was withdrawn; the decision stands")),
    Notice(
        "appeal_decided",
        BOTH,
        _("Decided on appeal, order %(number)s: %(refund)s to the buyer, %(release)s to the supplier"),
        _("This is final and was carried out. The reasons are in the case."),
    ),
    Notice(
        "claim_shrank",
        BOTH,
        _("The buyer's bank took back %(taken)s that was claimed on order %(number)s"),
        _("It counts as the buyer's already. %(left)s is left to divide."),
    ),
    Notice(
        "claim_charged_back",
        BOTH,
        _("The case about order %(number)s has ended: the buyer's bank took back all that was claimed"),
    ),
    Notice("case_taken", BOTH, _("A dispute officer is working on the case about order %(number)s")),
    Notice(
        "dispute_decided",
        BOTH,
        _("Decision on order %(number)s: %(refund)s to the buyer, %(release)s to the supplier"),
        _(
            "The reasons are in the case. It is carried out when the appeal window ends, or when both sides accept it."
        ),
        asks=True,
    ),
    Notice("appeal_waived", OTHER, _("The other side accepts the decision on order %(number)s"), asks=True),
    Notice(
        "decision_executed",
        BOTH,
        _("The decision on order %(number)s was carried out: %(refund)s refunded, %(release)s released"),
    ),
)


def _teller(notice: Notice) -> Callable[[OutboxEvent, datetime], None]:
    def handle(event: OutboxEvent, at: datetime) -> None:
        dispute = Dispute.objects.select_related("order__buyer", "order__supplier").get(ref=event.subject)
        view = "desk_dispute" if notice.audience in (OFFICER, DESK_ALL) else "dispute"
        url = reverse(view, args=[dispute.ref])
        notify(
            event, _people(notice, dispute, event), lambda _person: _message(notice, dispute, event, url), at
        )

    return handle


def _people(notice: Notice, dispute: Dispute, event: OutboxEvent) -> list[Person]:
    actor_side = event.payload.get("side", "")
    order = dispute.order
    buyers = (order.buyer_id, BUYING_ROLES)
    suppliers = (order.supplier_id, SELLING_ROLES)
    if notice.audience == DESK_ALL:
        return people_of_desk(DESK)
    if notice.audience == OFFICER:
        if actor_side == Side.OFFICER and notice.event not in TO_ANOTHER_OFFICER:
            return []
        if notice.event in ("case_message", "evidence_submitted") and dispute.officer_id is None:
            return []
        if dispute.officer_id is not None and notice.event != "decision_overdue":
            return people_by_id([dispute.officer_id])
        return people_of_desk(DESK)
    wanted = {
        BUYER: [buyers],
        SUPPLIER: [suppliers],
        BOTH: [buyers, suppliers],
        OTHER: [
            side for side, name in ((buyers, Side.BUYER), (suppliers, Side.SUPPLIER)) if name != actor_side
        ],
    }[notice.audience]
    return [person for company_id, roles in wanted for person in members_with_roles(company_id, roles)]


def _message(notice: Notice, dispute: Dispute, event: OutboxEvent, url: str) -> Message:
    words = _words(dispute, event)
    return Message(
        title=str(notice.title) % words,
        body=str(notice.body) % words if notice.body else "",
        url=url,
        asks=notice.asks,
    )


def _words(dispute: Dispute, event: OutboxEvent) -> dict[str, str]:
    order = dispute.order
    words = {
        "number": order.number,
        "buyer": order.buyer.legal_name,
        "supplier": order.supplier.legal_name,
        "claimed": format_money(dispute.claimed),
        "hours": str(event.payload.get("hours", "")),
    }
    words["offer"] = offer_words(event.payload, dispute)
    words["reason"] = str(event.payload.get("reason", ""))
    for name in ("refund", "release", "discount", "taken", "left"):
        if name in event.payload:
            words[name] = format_money(Money(event.payload[name], dispute.currency))
    for name in ("evidence_until", "until"):
        if name in event.payload:
            words[name] = format_moment(datetime.fromisoformat(event.payload[name]))
    return words


def offer_words(payload: Mapping[str, Any], dispute: Dispute) -> str:
    """An offer in one line, from its event."""
    if "offer" not in payload:
        return ""
    names = {
        name: format_money(Money(int(payload.get(name, 0)), dispute.currency))
        for name in ("refund", "discount")
    }
    return str(OFFER_LINES[OfferKind(payload["offer"])]) % names


def consumers() -> Iterable[EventConsumer]:
    """One consumer per notice, all on the queue of disputes."""
    for notice in NOTICES:
        name = f"disputes.tell_{notice.audience}_{notice.event}"
        yield EventConsumer(notice.event, name, QUEUE_DISPUTES, _teller(notice))


CONSUMERS: Final = tuple(consumers())
