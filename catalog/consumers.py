"""What follows from the catalogue's events: pictures made smaller, suppliers and moderators told.

Each handler runs inside the delivery's transaction, once per event.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.operations.images import prepare_image
from catalog.policies import SELLING_ROLES
from catalog.querysets import MODERATION_DESK
from marketplace.accounts.queries import Person, members_with_roles, people_of_desk
from marketplace.core.models import OutboxEvent
from marketplace.notifications.operations import Message, notify

EVENTS: Final = (
    "product_image_added",
    "product_submitted",
    "product_approved",
    "product_rejected",
    "product_suspended",
    "product_reinstated",
    "listing_import_done",
)


def prepare_added_image(event: OutboxEvent, at: datetime) -> None:
    """Make the sizes that pages ask for."""
    prepare_image(file_ref=event.payload["file"], at=at)


def tell_moderators(event: OutboxEvent, at: datetime) -> None:
    """A listing waits for a decision. Of those of one import the moderators are told once, when it is done."""
    if event.payload.get("batch"):
        return

    def build(_person: Person) -> Message:
        return Message(
            title=_("To review: %(title)s") % {"title": event.payload["title"]},
            body=_("A supplier has submitted this listing. It is not public until a moderator approves it."),
            url=reverse("desk_moderation_product", args=[event.subject]),
            asks=True,
        )

    notify(event, people_of_desk(MODERATION_DESK), build, at)


def tell_supplier(event: OutboxEvent, at: datetime) -> None:
    """A moderator has decided on the supplier's listing."""

    def build(_person: Person) -> Message:
        title, body = _decision_text(event)
        return Message(
            title=title,
            body=body,
            url=reverse("workbench_product", args=[event.subject]),
            asks=event.kind == "product_rejected",
        )

    notify(event, members_with_roles(event.payload["supplier_id"], SELLING_ROLES), build, at)


def tell_moderators_of_import(event: OutboxEvent, at: datetime) -> None:
    """Many listings wait for a decision at once."""
    number = int(event.payload["submitted"])
    if not number:
        return

    def build(_person: Person) -> Message:
        return Message(
            title=ngettext(
                "To review: %(number)s listing of one file",
                "To review: %(number)s listings of one file",
                number,
            )
            % {"number": number},
            body=_("A supplier has submitted them together. None is public until a moderator approves it."),
            url=reverse("desk_moderation"),
            asks=True,
        )

    notify(event, people_of_desk(MODERATION_DESK), build, at)


def tell_importer(event: OutboxEvent, at: datetime) -> None:
    """An import is done: whoever ran it may have left the page long ago."""
    errors = int(event.payload["errors"])

    def build(_person: Person) -> Message:
        body = _("%(done)s rows are done.") % {"done": event.payload["done"]}
        if errors:
            body = _("%(done)s rows are done, %(errors)s are to mend.") % {
                "done": event.payload["done"],
                "errors": errors,
            }
        return Message(
            title=_("Import done: %(file)s") % {"file": event.payload["file"]},
            body=body,
            url=reverse("workbench_import", args=[event.subject]),
            asks=errors > 0,
        )

    people = members_with_roles(event.payload["supplier_id"], SELLING_ROLES)
    notify(event, [one for one in people if one.user_id == event.payload["user_id"]], build, at)


def _decision_text(event: OutboxEvent) -> tuple[str, str]:
    title, reason = event.payload["title"], event.payload.get("reason", "")
    if event.kind == "product_approved":
        return _("Live: %(title)s") % {"title": title}, _("Buyers can find and order it from now on.")
    if event.kind == "product_rejected":
        return _("Sent back: %(title)s") % {"title": title}, _(
            "A moderator asks you to change the listing and submit it again. Their reason: %(reason)s"
        ) % {"reason": reason}
    if event.kind == "product_suspended":
        return _("Suspended: %(title)s") % {"title": title}, _(
            "The marketplace has taken the listing off the market. Orders already placed go on. The reason: %(reason)s"
        ) % {"reason": reason}
    return _("Live again: %(title)s") % {"title": title}, _(
        "The suspension was lifted; buyers can order it again."
    )


Handler = Callable[[OutboxEvent, datetime], None]
CONSUMERS: Final[tuple[tuple[str, str, Handler], ...]] = (
    ("product_image_added", "catalog.prepare_image", prepare_added_image),
    ("product_submitted", "catalog.tell_moderators", tell_moderators),
    ("listing_import_done", "catalog.tell_importer", tell_importer),
    ("listing_import_done", "catalog.tell_moderators_of_import", tell_moderators_of_import),
    ("product_approved", "catalog.tell_supplier_approved", tell_supplier),
    ("product_rejected", "catalog.tell_supplier_rejected", tell_supplier),
    ("product_suspended", "catalog.tell_supplier_suspended", tell_supplier),
    ("product_reinstated", "catalog.tell_supplier_reinstated", tell_supplier),
)
