"""What follows from the catalogue's events: pictures made smaller, suppliers and moderators told.

Each handler runs inside the delivery's transaction, once per event.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Product, SavedSearch
from catalog.operations.listings.images import prepare_image
from catalog.operations.searching.saved_searches import stop_token
from catalog.operations.suppliers.storefronts import prepare_storefront_picture
from catalog.policies import SELLING_ROLES
from catalog.queries.listings.translations import translated_titles
from catalog.querysets import MODERATION_DESK
from catalog.reasons import words_of
from catalog.rules.certificates import kind_name
from catalog.rules.reviewing import APPEALED_WITHIN
from catalog.search import Sort
from catalog.states import AppealState
from marketplace.accounts.queries import Person, members_with_roles, people_of_desk
from marketplace.core.formatting import format_day, format_number
from marketplace.core.models import OutboxEvent
from marketplace.notifications.operations import Message, notify

EVENTS: Final = (
    "storefront_picture_added",
    "storefront_hidden",
    "storefront_shown",
    "product_image_added",
    "product_submitted",
    "product_approved",
    "product_rejected",
    "product_suspended",
    "product_reinstated",
    "listing_import_done",
    "saved_search_found",
    "certificate_changed",
    "certificate_checked",
    "certificate_rejected",
    "certificate_ends",
    "price_list_changed",
    "buyer_group_changed",
    "listing_appeal_lodged",
    "listing_appeal_decided",
)
# A mail names so many offers; the results page has them all.
_NAMED: Final = 10
_QUOTES: Final = ("“", "„", "«", "「", '"')


def prepare_added_image(event: OutboxEvent, at: datetime) -> None:
    """Make the sizes that pages ask for."""
    prepare_image(file_ref=event.payload["file"], at=at)


def prepare_added_place(event: OutboxEvent, at: datetime) -> None:
    """Make the sizes of a storefront's picture."""
    prepare_storefront_picture(file_ref=event.payload["file"], at=at)


def tell_of_storefront(event: OutboxEvent, at: datetime) -> None:
    """A moderator has hidden the supplier's words and pictures, or shows them again."""
    hidden = event.kind == "storefront_hidden"

    def build(_person: Person) -> Message:
        body = (
            _("Your offers stay on the market. Change what they ask for; a moderator then shows it again. Their reason: %(reason)s")
            % {"reason": event.payload["reason"]}
            if hidden
            else _("Buyers see your words and pictures again.")
        )  # fmt: skip
        title = _("Your storefront is hidden from buyers") if hidden else _("Your storefront is shown again")
        return Message(title=title, body=body, url=reverse("workbench_storefront"), asks=hidden)

    notify(event, members_with_roles(event.payload["supplier_id"], SELLING_ROLES), build, at)


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
        return Message(
            title=_("Import done: %(file)s") % {"file": event.payload["file"]},
            body=_imported(int(event.payload["done"]), errors),
            url=reverse("workbench_import", args=[event.subject]),
            asks=errors > 0,
        )

    people = members_with_roles(event.payload["supplier_id"], SELLING_ROLES)
    notify(event, [one for one in people if one.user_id == event.payload["user_id"]], build, at)


def _imported(done: int, errors: int) -> str:
    went = ngettext("%(number)s row is done.", "%(number)s rows are done.", done)
    left = ngettext("%(number)s row is to mend.", "%(number)s rows are to mend.", errors) if errors else ""
    return f"{went % {'number': format_number(done)}} {left % {'number': format_number(errors)}}".strip()


def _decision_text(event: OutboxEvent) -> tuple[str, str]:
    title = event.payload["title"]
    reason = words_of(event.payload.get("reason_code", ""), event.payload.get("reason", ""))
    if event.kind == "product_approved":
        return _("Live: %(title)s") % {"title": title}, _("Buyers can find and order it from now on.")
    if event.kind == "product_rejected":
        return _("Sent back: %(title)s") % {"title": title}, _(
            "A moderator asks you to change the listing and submit it again. Their reason: %(reason)s"
        ) % {"reason": reason} + "\n\n" + _way_to_appeal()
    if event.kind == "product_suspended":
        return _("Suspended: %(title)s") % {"title": title}, _(
            "The marketplace has taken the listing off the market. Orders already placed go on. The reason: %(reason)s"
        ) % {"reason": reason} + "\n\n" + _way_to_appeal()
    return _("Live again: %(title)s") % {"title": title}, _(
        "The suspension was lifted; buyers can order it again."
    )


def _way_to_appeal() -> str:
    return _(
        "If you think that this is wrong, appeal once within %(days)s days on the listing’s page: another moderator decides."
    ) % {"days": format_number(APPEALED_WITHIN.days)}


def tell_searcher(event: OutboxEvent, at: datetime) -> None:
    """New offers for a search that a person keeps; nobody is told who has left the company or wants no mails."""
    search = SavedSearch.objects.filter(ref=event.subject, alerts=True).first()
    if search is None:
        return
    people = [one for one in members_with_roles(search.company_id) if one.user_id == search.user_id]
    # What left the market meanwhile is no news.
    products = list(
        Product.objects.live()
        .filter(ref__in=event.payload["products"])
        .select_related("supplier")
        .order_by("-published_at", "-pk")
    )
    if products:
        notify(event, people, lambda _person: _found_message(search, products), at)


def _found_message(search: SavedSearch, products: list[Product]) -> Message:
    number = len(products)
    if search.name.startswith(_QUOTES):  # named by its words, which stand in quotes already
        title = ngettext("%(number)s new offer for %(name)s", "%(number)s new offers for %(name)s", number)
    else:
        title = ngettext(
            "%(number)s new offer for “%(name)s”", "%(number)s new offers for “%(name)s”", number
        )
    named = products[:_NAMED]
    titles = translated_titles(product.pk for product in named)
    lines = [
        f"{titles.get(product.pk, product.title)}, {product.supplier.legal_name}: {_page_of(product)}"
        for product in named
    ]
    stop = f"{settings.SITE_URL}{reverse('saved_search_stop', args=[stop_token(search.ref)])}"
    return Message(
        title=title % {"number": format_number(number), "name": search.name},
        body="\n".join([*lines, "", _("No more mails about this search: %(address)s") % {"address": stop}]),
        url=f"{reverse('search')}?{search.address}&sort={Sort.NEWEST}",
    )


def _page_of(product: Product) -> str:
    return f"{settings.SITE_URL}{reverse('product', args=[product.ref, product.slug])}"


def tell_of_certificate(event: OutboxEvent, at: datetime) -> None:
    """A moderator has looked at a certificate, or it ends soon: its company's owners and sales are told."""

    def build(_person: Person) -> Message:
        title, body = _certificate_text(event)
        return Message(
            title=title,
            body=body,
            url=reverse("workbench_certificate", args=[event.subject]),
            asks=event.kind != "certificate_checked",
        )

    notify(event, members_with_roles(event.payload["supplier_id"], SELLING_ROLES), build, at)


def _certificate_text(event: OutboxEvent) -> tuple[str, str]:
    payload = event.payload
    words = {
        "certificate": kind_name(payload["kind"], payload["name"]),
        "number": payload["number"],
        "reason": payload.get("reason", ""),
    }
    if event.kind == "certificate_checked":
        return _("Checked: %(certificate)s") % words, _(
            "A moderator has seen the scan of certificate %(number)s. Buyers read “checked” beside it."
        ) % words
    if event.kind == "certificate_rejected":
        return _("Not accepted: %(certificate)s") % words, _(
            "Buyers do not see certificate %(number)s any more. A moderator's reason: %(reason)s"
        ) % words
    words["day"] = format_day(date.fromisoformat(payload["valid_until"]))
    return _("%(certificate)s ends on %(day)s") % words, _(
        "From the day after, buyers no longer see certificate %(number)s and no longer find your products by it. "
        "If it was renewed, enter the new dates and the new scan."
    ) % words


def tell_of_appeal(event: OutboxEvent, at: datetime) -> None:
    """A supplier says why a decision is wrong."""

    def build(_person: Person) -> Message:
        return Message(
            title=_("Appeal: %(title)s") % {"title": event.payload["title"]},
            body=_("A supplier has appealed against a decision. A moderator who did not take it decides."),
            url=reverse("desk_appeal", args=[event.subject]),
            asks=True,
        )

    notify(event, people_of_desk(MODERATION_DESK), build, at)


def tell_of_appeals_end(event: OutboxEvent, at: datetime) -> None:
    """What another moderator decided."""
    granted = event.payload["outcome"] == AppealState.GRANTED

    def build(_person: Person) -> Message:
        title = _("Appeal granted: %(title)s") if granted else _("The decision stands: %(title)s")
        return Message(
            title=title % {"title": event.payload["title"]},
            body=event.payload["answer"],
            url=reverse("workbench_appeal", args=[event.payload["product"]]),
        )

    notify(event, members_with_roles(event.payload["supplier_id"], SELLING_ROLES), build, at)


Handler = Callable[[OutboxEvent, datetime], None]
CONSUMERS: Final[tuple[tuple[str, str, Handler], ...]] = (
    ("storefront_picture_added", "catalog.prepare_storefront_picture", prepare_added_place),
    ("storefront_hidden", "catalog.tell_supplier_storefront_hidden", tell_of_storefront),
    ("storefront_shown", "catalog.tell_supplier_storefront_shown", tell_of_storefront),
    ("product_image_added", "catalog.prepare_image", prepare_added_image),
    ("product_submitted", "catalog.tell_moderators", tell_moderators),
    ("listing_import_done", "catalog.tell_importer", tell_importer),
    ("listing_import_done", "catalog.tell_moderators_of_import", tell_moderators_of_import),
    ("product_approved", "catalog.tell_supplier_approved", tell_supplier),
    ("product_rejected", "catalog.tell_supplier_rejected", tell_supplier),
    ("product_suspended", "catalog.tell_supplier_suspended", tell_supplier),
    ("product_reinstated", "catalog.tell_supplier_reinstated", tell_supplier),
    ("saved_search_found", "catalog.tell_searcher", tell_searcher),
    ("listing_appeal_lodged", "catalog.tell_of_appeal", tell_of_appeal),
    ("listing_appeal_decided", "catalog.tell_of_appeals_end", tell_of_appeals_end),
    ("certificate_checked", "catalog.tell_certificate_checked", tell_of_certificate),
    ("certificate_rejected", "catalog.tell_certificate_rejected", tell_of_certificate),
    ("certificate_ends", "catalog.tell_certificate_ends", tell_of_certificate),
)
