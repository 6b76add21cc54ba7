"""Reads of storefronts: as buyers see them, as their supplier arranges them, as moderators read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.urls import reverse

from catalog import policies
from catalog.errors import StorefrontNotFound
from catalog.models import Storefront, StorefrontChange, StorefrontPicture
from catalog.queries.listings.images import Photograph, image_url, photograph
from catalog.rules import richtext
from catalog.rules.storefront import StorefrontFacts, all_sections
from marketplace.accounts.models import Company
from marketplace.core.actors import Actor
from marketplace.core.countries import country_name
from marketplace.core.formatting import format_number

LIMIT = 100


@dataclass(frozen=True, slots=True)
class PlacePicture:
    """A picture of the place."""

    ref: str
    photo: Photograph
    thumb_url: str
    caption: str
    position: int
    is_first: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class StorefrontView:
    """What a supplier says and shows of itself; empty where it has said nothing or a moderator has hidden it."""

    sections: tuple[str, ...]
    story: str
    people: int | None
    people_text: str
    capacity: str
    markets: tuple[str, ...]
    market_codes: tuple[str, ...]
    pictures: tuple[PlacePicture, ...]

    @property
    def summary(self) -> str:
        """The story's words on one line."""
        return richtext.plain_text(self.story)


@dataclass(frozen=True, slots=True)
class StorefrontEditor:
    """A storefront in the workbench; `hidden_note` is a moderator's reason while it is hidden."""

    supplier_ref: str
    name: str
    public_url: str
    facts: StorefrontFacts
    view: StorefrontView
    revision: int
    hidden_note: str


@dataclass(frozen=True, slots=True)
class StorefrontRow:
    """One storefront on the moderators' list."""

    url: str
    supplier: str
    country: str
    since: datetime
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class StorefrontChangeLine:
    """One field of one change."""

    name: str
    before: str
    after: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StorefrontCase:
    """One storefront before a moderator."""

    supplier_ref: str
    name: str
    public_url: str
    view: StorefrontView
    revision: int
    is_changed: bool
    is_hidden: bool
    hidden_note: str
    changes: tuple[StorefrontChangeLine, ...]
    may_decide: bool


def storefront_of(supplier_id: int) -> StorefrontView:
    """As buyers see it. Two statements, one when there is none."""
    row = Storefront.objects.filter(supplier_id=supplier_id, hidden_at__isnull=True).first()
    return _view(row, facts_of(row))


def storefront_editor(actor: Actor) -> StorefrontEditor:
    """The one of the company acted for, arranged or not yet. Raises `StorefrontNotFound` for one that does not sell."""
    company = Company.objects.filter(pk=actor.company_id or 0, sells=True).first()
    if company is None:
        raise StorefrontNotFound
    row = Storefront.objects.filter(supplier=company).first()
    return StorefrontEditor(
        supplier_ref=company.ref,
        name=company.legal_name,
        public_url=reverse("supplier", args=[company.ref]),
        facts=facts_of(row),
        view=_view(row, facts_of(row)),
        revision=row.revision if row else 0,
        hidden_note=row.hidden_note if row else "",
    )


def previewed(editor: StorefrontEditor, facts: StorefrontFacts) -> StorefrontView:
    """How it would look with these facts. No statement."""
    shown = _view(None, facts)
    return replace(shown, pictures=editor.view.pictures)


def facts_of(row: Storefront | None) -> StorefrontFacts:
    """What the row says."""
    if row is None:
        return StorefrontFacts()
    return StorefrontFacts(
        row.story, row.people, row.capacity, tuple(row.markets), all_sections(row.sections)
    )


def storefronts_to_read() -> tuple[StorefrontRow, ...]:
    """Those changed since a moderator read them, the longest ago first; then the hidden ones. Two statements."""
    rows = Storefront.objects.select_related("supplier")
    changed = rows.filter(changed_since_review_at__isnull=False).order_by("changed_since_review_at")[:LIMIT]
    hidden = rows.filter(hidden_at__isnull=False, changed_since_review_at__isnull=True)
    return tuple(_row(row) for row in (*changed, *hidden.order_by("-hidden_at")[:LIMIT]))


def storefront_case(supplier_ref: str, actor: Actor) -> StorefrontCase:
    """One storefront with what changed. Raises `StorefrontNotFound`."""
    row = Storefront.objects.filter(supplier__ref=supplier_ref).select_related("supplier").first()
    if row is None:
        raise StorefrontNotFound
    return StorefrontCase(
        supplier_ref=row.supplier.ref,
        name=row.supplier.legal_name,
        public_url=reverse("supplier", args=[row.supplier.ref]),
        view=_view(row, facts_of(row)),
        revision=row.revision,
        is_changed=row.changed_since_review_at is not None,
        is_hidden=row.hidden_at is not None,
        hidden_note=row.hidden_note,
        changes=_changes(row),
        may_decide=policies.can_moderate(actor, row.supplier_id),
    )


def _view(row: Storefront | None, facts: StorefrontFacts) -> StorefrontView:
    pictures = (
        list(StorefrontPicture.objects.filter(storefront=row).select_related("file").order_by("position"))
        if row
        else []
    )
    return StorefrontView(
        sections=facts.sections,
        story=facts.story,
        people=facts.people,
        people_text=format_number(facts.people) if facts.people else "",
        capacity=facts.capacity,
        markets=tuple(sorted(country_name(code) for code in facts.markets)),
        market_codes=facts.markets,
        pictures=tuple(_picture(one, len(pictures)) for one in pictures),
    )


def _picture(picture: StorefrontPicture, number: int) -> PlacePicture:
    ref = picture.file.ref
    renditions: Mapping[str, Any] = picture.renditions
    return PlacePicture(
        ref=ref,
        photo=photograph(ref, renditions),
        thumb_url=image_url(ref, "thumb"),
        caption=picture.caption,
        position=picture.position,
        is_first=picture.position == 1,
        is_last=picture.position == number,
    )


def _row(row: Storefront) -> StorefrontRow:
    return StorefrontRow(
        url=reverse("desk_storefront", args=[row.supplier.ref]),
        supplier=row.supplier.legal_name,
        country=country_name(row.supplier.country),
        since=row.changed_since_review_at or row.hidden_at or row.updated_at,
        is_hidden=row.hidden_at is not None,
    )


def _changes(row: Storefront) -> tuple[StorefrontChangeLine, ...]:
    changes = StorefrontChange.objects.filter(storefront=row).order_by("-revision")[:20]
    return tuple(
        StorefrontChangeLine(
            name, _as_text(change.before.get(name)), _as_text(after), change.actor_label, change.at
        )
        for change in changes
        for name, after in sorted(change.after.items())
    )


def _as_text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(part) for part in value if part)
    return "" if value is None else str(value)
