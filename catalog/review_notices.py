"""What people are told about reviews: the supplier, who wrote one, who reported one, the moderators.

Each handler runs inside the delivery's transaction, once per event.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.operations.trust.reviews import prepare_review_picture
from catalog.policies import REVIEWING_ROLES, SELLING_ROLES
from catalog.querysets import MODERATION_DESK
from catalog.states import ReportReason, ReviewStep
from marketplace.accounts.queries import Person, members_with_roles, people_of_desk
from marketplace.core.models import OutboxEvent
from marketplace.notifications.operations import Message, notify

EVENTS: Final = (
    "review_written",
    "review_picture_added",
    "review_answered",
    "review_reported",
    "review_judged",
    "review_appeal_lodged",
    "review_appeal_decided",
)
_TITLES: Final = {
    ReviewStep.KEPT: lambda: _("A reported review stays: %(title)s"),
    ReviewStep.TAKEN_DOWN: lambda: _("A review was taken down: %(title)s"),
    ReviewStep.RESTORED: lambda: _("A review is shown again: %(title)s"),
}


def prepare_added_review_picture(event: OutboxEvent, at: datetime) -> None:
    """Make the sizes of a reviewer's picture."""
    prepare_review_picture(file_ref=event.payload["file"], at=at)


def tell_of_review(event: OutboxEvent, at: datetime) -> None:
    """A buyer has reviewed a product: its supplier may answer."""

    def build(_person: Person) -> Message:
        return Message(
            title=_("New review: %(title)s") % {"title": event.payload["title"]},
            body=_("A buyer of a completed order has written it. It is public; you may answer once."),
            url=reverse("workbench_reviews"),
        )

    notify(event, members_with_roles(event.payload["supplier_id"], SELLING_ROLES), build, at)


def tell_of_answer(event: OutboxEvent, at: datetime) -> None:
    """The supplier has answered: whoever wrote the review reads it."""

    def build(_person: Person) -> Message:
        return Message(
            title=_("The supplier answered your review: %(title)s") % {"title": event.payload["title"]},
            body=_("The answer stands in public below your review, which can no longer be changed."),
            url=reverse("reviews_written"),
        )

    notify(event, members_with_roles(event.payload["buyer_id"], REVIEWING_ROLES), build, at)


def tell_of_report(event: OutboxEvent, at: datetime) -> None:
    """A company says that a review should not stand; of further reports nobody is told until this is decided."""

    def build(_person: Person) -> Message:
        words = {"reason": ReportReason(event.payload["reason"]).label}
        return Message(
            title=_("Reported review: %(title)s") % {"title": event.payload["title"]},
            body=_("A company has reported it: %(reason)s. It is public until a moderator takes it down.")
            % words,
            url=reverse("desk_product_reviews"),
            asks=True,
        )

    notify(event, people_of_desk(MODERATION_DESK), build, at)


def tell_of_judgement(event: OutboxEvent, at: datetime) -> None:
    """A moderator has decided: both sides of the trade and whoever reported it read the reason.

    A person of two of them (or a supplier who reported it) is told once, in the first of these parts.
    """
    _tell_all(event, _as_writer, _as_supplier, _as_reporter, at)


def tell_of_review_appeal(event: OutboxEvent, at: datetime) -> None:
    """A side says why a decision about a review is wrong."""

    def build(_person: Person) -> Message:
        return Message(
            title=_("Appeal about a review: %(title)s") % {"title": event.payload["title"]},
            body=_("A company has appealed against a decision. A moderator who did not take it decides."),
            url=reverse("desk_review_appeal", args=[event.subject]),
            asks=True,
        )

    notify(event, people_of_desk(MODERATION_DESK), build, at)


def tell_of_review_appeals_end(event: OutboxEvent, at: datetime) -> None:
    """Another moderator has decided: both sides and whoever reported the review read whether it is shown, and why."""
    own_page = reverse("review_appeal", args=[event.subject])
    all_page = reverse("supplier_reviews", args=[event.payload["supplier"]])
    side, other = partial(_of_appeal, own_page), partial(_of_appeal, all_page)
    _tell_all(event, side, side, other, at)


Words = Callable[[OutboxEvent, Person], Message]


def _tell_all(event: OutboxEvent, writer: Words, supplier: Words, reporter: Words, at: datetime) -> None:
    payload = event.payload
    told: set[int | None] = set()
    parts = [
        (payload["buyer_id"], REVIEWING_ROLES, writer),
        (payload["supplier_id"], SELLING_ROLES, supplier),
        *((company, (*REVIEWING_ROLES, *SELLING_ROLES), reporter) for company in payload["reporters"]),
    ]
    for company_id, roles, words in parts:
        people = [one for one in members_with_roles(company_id, roles) if one.user_id not in told]
        told |= {one.user_id for one in people}
        notify(event, people, partial(words, event), at)


def _of_appeal(url: str, event: OutboxEvent, _person: Person) -> Message:
    payload = event.payload
    title = (
        _("Appeal granted, about a review: %(title)s")
        if payload["granted"]
        else _("The decision about a review stands: %(title)s")
    )
    body = (
        _("It is shown and counts. Another moderator has read it again. Their reason: %(reason)s")
        if payload["shown"]
        else _(
            "It is not shown and does not count. Another moderator has read it again. Their reason: %(reason)s"
        )
    )
    return Message(title=title % payload, body=body % payload, url=url)


def _as_writer(event: OutboxEvent, _person: Person) -> Message:
    step = ReviewStep(event.payload["step"])
    body = {
        ReviewStep.KEPT: _("Somebody reported your review. A moderator has read it and it stays. Their reason: %(reason)s"),
        ReviewStep.TAKEN_DOWN: _("Your review is not shown and does not count any more. A moderator’s reason: %(reason)s You may appeal once within 30 days."),
        ReviewStep.RESTORED: _("Your review is shown and counts again. A moderator’s reason: %(reason)s"),
    }[step]  # fmt: skip
    taken_down = step == ReviewStep.TAKEN_DOWN
    url = reverse("review_appeal", args=[event.subject]) if taken_down else reverse("reviews_written")
    return _message(event, body, url)


def _as_supplier(event: OutboxEvent, _person: Person) -> Message:
    step = ReviewStep(event.payload["step"])
    body = {
        ReviewStep.KEPT: _("A review of your goods was reported. It stays, and you may report it again only when it is changed. The reason: %(reason)s"),
        ReviewStep.TAKEN_DOWN: _("A review of your goods, with your answer, is not shown and does not count any more. The reason: %(reason)s"),
        ReviewStep.RESTORED: _("A review of your goods is shown and counts again. The reason: %(reason)s"),
    }[step]  # fmt: skip
    if step == ReviewStep.KEPT and event.payload["supplier_id"] in event.payload["reporters"]:
        body = _("A moderator has read the review you reported and it stays. Their reason: %(reason)s You may appeal once within 30 days; you may report it again only when it is changed.")  # fmt: skip
        return _message(event, body, reverse("review_appeal", args=[event.subject]))
    return _message(event, body, reverse("workbench_reviews"))


def _as_reporter(event: OutboxEvent, _person: Person) -> Message:
    kept = event.payload["step"] == ReviewStep.KEPT
    body = (
        _("A moderator has read the review you reported and it stays. Their reason: %(reason)s")
        if kept
        else _("A moderator has taken down the review you reported. Their reason: %(reason)s")
    )
    return _message(event, body, reverse("supplier_reviews", args=[event.payload["supplier"]]))


def _message(event: OutboxEvent, body: str, url: str) -> Message:
    title = _TITLES[ReviewStep(event.payload["step"])]()
    return Message(
        title=title % {"title": event.payload["title"]},
        body=body % {"reason": event.payload["reason"]},
        url=url,
    )


Handler = Callable[[OutboxEvent, datetime], None]
CONSUMERS: Final[tuple[tuple[str, str, Handler], ...]] = (
    ("review_written", "catalog.tell_of_review", tell_of_review),
    ("review_picture_added", "catalog.prepare_review_picture", prepare_added_review_picture),
    ("review_answered", "catalog.tell_of_answer", tell_of_answer),
    ("review_reported", "catalog.tell_of_report", tell_of_report),
    ("review_judged", "catalog.tell_of_judgement", tell_of_judgement),
    ("review_appeal_lodged", "catalog.tell_of_review_appeal", tell_of_review_appeal),
    ("review_appeal_decided", "catalog.tell_of_review_appeals_end", tell_of_review_appeals_end),
)
