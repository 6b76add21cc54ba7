"""The moderators' desk: what waits for a decision, what changed since, and one listing with its history."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OrderBy, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog import policies
from catalog.errors import ProductNotFound
from catalog.languages import ORIGINAL
from catalog.models import ListingFlag, ModerationDecision, Product, ProductChange, ProductImage, Storefront
from catalog.queries.buying.product_page import ProductPage, product_page
from catalog.queries.categories import category_facts, name_in
from catalog.queries.listings.changes import changed_parts
from catalog.queries.listings.images import image_url
from catalog.queries.listings.stored import facts_of
from catalog.queries.listings.translations import TranslationView, translations_of
from catalog.queries.listings.workbench import TONES, HistoryLine, history_of
from catalog.queries.trust.appeal_desk import open_appeal_about, open_appeals
from catalog.queries.trust.flags import DecisionLine, FlagCount, FlagLine, decisions_of, flag_counts, flags_of
from catalog.queries.trust.goods import StatedRule, stated_rules
from catalog.queries.trust.review_desk import reported_count
from catalog.rules import hs
from catalog.rules.listing import ChecklistItem, checklist
from catalog.rules.packing import packed_as
from catalog.states import FlagKind, FlagState, ProductState
from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.countries import country_name
from marketplace.core.formatting import format_number

LIMIT = 100
CLEAN = "clean"
RISKIEST = F("risk").desc()
BY_AGE = "age"


@dataclass(frozen=True, slots=True)
class Queue:
    """Which listings wait in which order: with an open flag of a kind (`clean`: without any), once decided for a
    reason, the riskiest first or (`age`) the longest wait first."""

    flag: str = ""
    reason: str = ""
    order: str = ""

    @property
    def address(self) -> str:
        """The same queue in an address; empty for the whole one."""
        asked = {"flag": self.flag, "reason": self.reason, "order": self.order}
        chosen = urlencode({name: value for name, value in asked.items() if value})
        return f"?{chosen}" if chosen else ""


WHOLE = Queue()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a listing stands in the queue, and the ways to its neighbours; empty at the ends."""

    text: str
    address: str
    desk_url: str
    previous_url: str
    next_url: str
    after: str  # what is asked for once this one is decided


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One listing on the desk; `since` is when it began to wait."""

    ref: str
    url: str
    title: str
    supplier: str
    country: str
    verified_at: datetime | None
    category: str
    picture_url: str
    since: datetime | None
    state_label: str
    tone: str
    own: bool
    risk: int
    flags: int
    flag_labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeskPage:
    """The desk."""

    waiting: tuple[DeskRow, ...]
    changed: tuple[DeskRow, ...]
    suspended: tuple[DeskRow, ...]
    found: tuple[DeskRow, ...]
    storefronts: int
    appeals: int
    reported: int
    query: str
    queue: Queue
    counts: tuple[FlagCount, ...]


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One field of a change, before and after."""

    name: str
    before: str
    after: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CasePage:
    """One listing before a moderator."""

    product: ProductPage
    translations: tuple[TranslationView, ...]
    supplier_id: int
    state: str
    state_label: str
    tone: str
    revision: int
    checklist: tuple[ChecklistItem, ...]
    hs_text: str
    hs_fits: bool
    changes: tuple[ChangeLine, ...]
    history: tuple[HistoryLine, ...]
    may_decide: bool
    appeal_url: str  # of the open appeal, which is decided first
    flags: tuple[FlagLine, ...]
    goods: tuple[StatedRule, ...]
    decisions: tuple[DecisionLine, ...]


def desk_page(actor: Actor, query: str = "", queue: Queue = WHOLE) -> DeskPage:
    """What waits. Seven statements, eight with a search."""
    rows = _filtered(_rows(), queue)
    found: QuerySet[Product] | list[Product] = []
    if query:
        wanted = Q(ref=query) | Q(title__icontains=query) | Q(supplier__legal_name__icontains=query)
        found = rows.exclude(state=ProductState.DRAFT).filter(wanted).order_by("-updated_at")[:LIMIT]
    return DeskPage(
        waiting=_lines(_waiting(rows, queue), actor, queue),
        changed=_lines(
            rows.filter(changed_since_review_at__isnull=False)
            .exclude(state=ProductState.SUSPENDED)
            .order_by(*_order(queue, "changed_since_review_at"))[:LIMIT],
            actor,
        ),
        suspended=_lines(rows.filter(state=ProductState.SUSPENDED).order_by("-updated_at")[:LIMIT], actor),
        found=_lines(found, actor),
        storefronts=Storefront.objects.filter(changed_since_review_at__isnull=False).count(),
        appeals=open_appeals(),
        reported=reported_count(),
        query=query,
        queue=queue,
        counts=flag_counts(),
    )


def case_page(ref: str, actor: Actor) -> CasePage:
    """A listing that was submitted at least once. Raises `ProductNotFound` for a draft."""
    product = (
        Product.objects.filter(ref=ref).exclude(state=ProductState.DRAFT).select_related("category").first()
    )
    if product is None:
        raise ProductNotFound
    facts = facts_of(product)
    category = category_facts(facts.category_code)
    alts = [image.alt for image in product.images.all()]
    items = checklist(
        facts,
        category,
        images=len(alts),
        described_images=len([alt for alt in alts if alt.strip()]),
        packed=[packed_as(one, product) for one in product.variants.filter(position__isnull=False)],
    )
    return CasePage(
        product=product_page(ref, actor, texts=ORIGINAL),
        translations=translations_of(product),
        supplier_id=product.supplier_id,
        state=product.state,
        state_label=product.get_state_display(),
        tone=TONES[ProductState(product.state)],
        revision=product.revision,
        checklist=tuple(items),
        hs_text=hs.description(product.hs_code),
        hs_fits=category is None or hs.belongs_to(product.hs_code, list(category.hs)),
        changes=_changes(product),
        history=history_of(product),
        may_decide=policies.can_moderate(actor, product.supplier_id),
        appeal_url=reverse("desk_appeal", args=[appeal]) if (appeal := open_appeal_about(product.pk)) else "",
        flags=flags_of(product),
        goods=stated_rules(product, clock.now().date()),
        decisions=decisions_of(product),
    )


def place_in_queue(ref: str, queue: Queue) -> Place:
    """The neighbours of a listing among those that wait; of one that does not wait the first is next. One statement."""
    refs = [row.ref for row in _waiting(_filtered(_rows(), queue), queue).select_related(None).only("ref")]
    at = refs.index(ref) if ref in refs else -1
    following = refs[at + 1] if at + 1 < len(refs) else ""
    before = refs[at - 1] if at > 0 else ""
    text = _("%(place)s of %(number)s that wait") % {
        "place": format_number(at + 1),
        "number": format_number(len(refs)),
    }
    return Place(
        text=text if at >= 0 else "",
        address=queue.address,
        desk_url=f"{reverse('desk_moderation')}{queue.address}",
        previous_url=_case_url(before, queue),
        next_url=_case_url(following, queue),
        after=(following or before) if at >= 0 else "",
    )


def _case_url(ref: str, queue: Queue) -> str:
    return f"{reverse('desk_moderation_product', args=[ref])}{queue.address}" if ref else ""


def _waiting(rows: QuerySet[Product], queue: Queue) -> QuerySet[Product]:
    return rows.filter(state=ProductState.IN_REVIEW).order_by(*_order(queue, "submitted_at"))[:LIMIT]


def _order(queue: Queue, since: str) -> list[str | OrderBy]:
    return [since, "pk"] if queue.order == BY_AGE else [RISKIEST, since, "pk"]


def waiting_count() -> int:
    """How many listings wait for a moderator."""
    return Product.objects.filter(state=ProductState.IN_REVIEW).count()


def _rows() -> QuerySet[Product]:
    first_image = ProductImage.objects.filter(product=OuterRef("pk")).order_by("position")
    return Product.objects.select_related("supplier", "category").annotate(
        picture=Subquery(first_image.values("file__ref")[:1]),
        risk=Coalesce(Subquery(_open_flags().order_by("-risk").values("risk")[:1]), 0),
        flag_kinds=ArraySubquery(_open_flags().order_by("-risk", "pk").values("kind")),
    )


def _open_flags() -> QuerySet[ListingFlag]:
    return ListingFlag.objects.filter(product=OuterRef("pk"), standing=FlagState.OPEN)


def _filtered(rows: QuerySet[Product], queue: Queue) -> QuerySet[Product]:
    if queue.flag == CLEAN:
        rows = rows.filter(~Exists(_open_flags()))
    elif queue.flag:
        rows = rows.filter(Exists(_open_flags().filter(kind=queue.flag)))
    if queue.reason:
        decided = ModerationDecision.objects.filter(product=OuterRef("pk"), reason_code=queue.reason)
        rows = rows.filter(Exists(decided))
    return rows


def _lines(
    products: QuerySet[Product] | list[Product], actor: Actor, queue: Queue = WHOLE
) -> tuple[DeskRow, ...]:
    return tuple(_line(product, actor, queue) for product in products)


def _line(product: Product, actor: Actor, queue: Queue) -> DeskRow:
    picture = product.__dict__["picture"]
    kinds = Counter(product.__dict__["flag_kinds"])
    supplier = product.supplier
    return DeskRow(
        ref=product.ref,
        url=_case_url(product.ref, queue),
        title=product.title,
        supplier=supplier.legal_name,
        country=country_name(supplier.country),
        verified_at=supplier.verified_at if supplier.is_verified else None,
        category=name_in(product.category.names) if product.category else "",
        picture_url=image_url(picture, "thumb") if picture else "",
        since=product.submitted_at
        if product.state == ProductState.IN_REVIEW
        else product.changed_since_review_at or product.updated_at,
        state_label=product.get_state_display(),
        tone=TONES[ProductState(product.state)],
        own=product.supplier_id in actor.member_of,
        risk=product.__dict__["risk"],
        flags=kinds.total(),
        flag_labels=tuple(str(FlagKind(kind).label) for kind in kinds),
    )


def _changes(product: Product) -> tuple[ChangeLine, ...]:
    """What was changed since the listing went live, field by field, the latest first."""
    if product.published_at is None:
        return ()
    rows = ProductChange.objects.filter(product=product, at__gt=product.published_at).order_by("-revision")
    return tuple(
        ChangeLine(name, was, becomes, change.actor_label, change.at)
        for change in rows[:20]
        for name, was, becomes in changed_parts(change.before, change.after)
    )
