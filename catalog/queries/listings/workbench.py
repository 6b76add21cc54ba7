"""The supplier's workbench: their listings, one listing in the editor, its preview."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from catalog.errors import ProductNotFound
from catalog.models import PriceTier, Product, ProductImage, ProductTransition, Variant
from catalog.queries.capacity.lead_times import pauses_from
from catalog.queries.capacity.stock_lines import StockNote, stock_note, stock_of
from catalog.queries.categories import name_in
from catalog.queries.listings.images import image_url
from catalog.queries.listings.stored import facts_of
from catalog.rules.lead_times import read_pauses
from catalog.rules.listing import ListingFacts
from catalog.states import ProductState
from marketplace.core.actors import Actor
from marketplace.core.formatting import format_number, format_unit_price

PAGE_SIZE = 50
SHARP_FROM_PX = 800  # on the longer side: what a product page shows on a desk
TONES = {
    ProductState.DRAFT: "",
    ProductState.IN_REVIEW: "info",
    ProductState.LIVE: "accent",
    ProductState.PAUSED: "",
    ProductState.SUSPENDED: "danger",
}


@dataclass(frozen=True, slots=True)
class ListingRow:
    """One listing in the supplier's table."""

    ref: str
    url: str
    title: str
    sku: str
    variants: int
    category: str
    state: str
    state_label: str
    tone: str
    picture_url: str
    price: str
    updated_at: datetime
    needs_work: bool
    review_note: str
    stock: StockNote


@dataclass(frozen=True, slots=True)
class StateTab:
    """A state with how many listings are in it."""

    label: str
    url: str
    count: int
    current: bool


@dataclass(frozen=True, slots=True)
class ListingsPage:
    """The supplier's listings."""

    tabs: tuple[StateTab, ...]
    rows: tuple[ListingRow, ...]
    total: int
    next_url: str
    query: str
    state: str

    @property
    def shows_stock(self) -> bool:
        """Whether anything of a listing here is limited."""
        return any(row.stock.lines for row in self.rows)

    @property
    def states(self) -> frozenset[str]:
        """The states of the listings shown: which steps several of them could take."""
        return frozenset(row.state for row in self.rows)

    @property
    def can_step(self) -> bool:
        """Whether the supplier may take a step with any listing shown."""
        return bool(self.states - {ProductState.SUSPENDED})


@dataclass(frozen=True, slots=True)
class TickedListing:
    """One of several listings for which a step is asked."""

    ref: str
    title: str
    state: str


@dataclass(frozen=True, slots=True)
class EditorImage:
    """One picture in the editor."""

    ref: str
    thumb_url: str
    alt: str
    position: int
    is_first: bool
    is_last: bool
    is_ready: bool
    small: str


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One step of a listing."""

    text: str
    who: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class EditorPage:
    """What surrounds the editor's form."""

    product_id: int
    ref: str
    slug: str
    title: str
    state: str
    state_label: str
    tone: str
    sentence: str
    revision: int
    is_editable: bool
    review_note: str
    public_url: str
    images: tuple[EditorImage, ...]
    history: tuple[HistoryLine, ...]
    facts: ListingFacts
    variants: int  # on offer; prices and article number here are the first one's


def listings_page(
    supplier_id: int, *, today: date, state: str = "", query: str = "", before_id: int | None = None
) -> ListingsPage:
    """The supplier's listings, newest first. Three statements."""
    own = Product.objects.of_supplier(supplier_id)
    counts = dict(own.order_by().values_list("state").annotate(number=Count("pk")))
    rows = own.filter(state=state) if state in ProductState.values else own
    sold = Variant.objects.filter(product=OuterRef("pk"))
    if query:
        named = sold.filter(Q(sku__icontains=query) | Q(name__icontains=query))
        rows = rows.filter(Q(title__icontains=query) | Q(ref=query) | Exists(named))
    if before_id is not None:
        rows = rows.filter(pk__lt=before_id)
    first_image = ProductImage.objects.filter(product=OuterRef("pk")).order_by("position")
    first_variant = sold.filter(position=1)
    last_variant = sold.filter(position__isnull=False).order_by("-position")
    annotated = rows.select_related("category").annotate(
        picture=Subquery(first_image.values("file__ref")[:1]),
        lowest=Subquery(_prices().annotate(price=Min("unit_price")).values("price")[:1]),
        highest=Subquery(_prices().annotate(price=Max("unit_price")).values("price")[:1]),
        own_sku=Subquery(first_variant.values("sku")[:1]),
        offered=Subquery(last_variant.values("position")[:1]),
        stock=stock_of("pk"),
        pauses=pauses_from("supplier", today),
    )
    found = list(annotated.order_by("-pk")[: PAGE_SIZE + 1])
    more = len(found) > PAGE_SIZE
    found = found[:PAGE_SIZE]
    here = reverse("workbench_products")
    asked = urlencode({"state": state, "q": query, "before": str(found[-1].pk)}) if more else ""
    return ListingsPage(
        tabs=_tabs(counts, state, here),
        rows=tuple(_row(product, today) for product in found),
        total=sum(counts.values()),
        next_url=f"{here}?{asked}" if more else "",
        query=query,
        state=state if state in ProductState.values else "",
    )


def ticked_listings(refs: Iterable[str], actor: Actor) -> tuple[TickedListing, ...]:
    """The company's listings of these references. Raises `ProductNotFound` when one is not theirs. One statement."""
    asked = {ref[:32].replace("\x00", "") for ref in refs}
    own = Product.objects.of_supplier(actor.company_id).filter(ref__in=asked).order_by("-pk")
    found = tuple(TickedListing(*row) for row in own.values_list("ref", "title", "state"))
    if len(found) < len(asked):
        raise ProductNotFound
    return found


def editor_page(ref: str, actor: Actor) -> EditorPage:
    """One of the supplier's own listings. Raises `ProductNotFound` for another's."""
    own = Product.objects.of_supplier(actor.company_id).filter(ref=ref).select_related("category")
    sold = Variant.objects.filter(product=OuterRef("pk"), position__isnull=False).order_by("-position")
    product = own.annotate(offered=Subquery(sold.values("position")[:1])).first()
    if product is None:
        raise ProductNotFound
    images = list(ProductImage.objects.filter(product=product).select_related("file").order_by("position"))
    state = ProductState(product.state)
    return EditorPage(
        product_id=product.pk,
        ref=product.ref,
        slug=product.slug,
        title=product.title,
        state=product.state,
        state_label=product.get_state_display(),
        tone=TONES[state],
        sentence=_sentence(product),
        revision=product.revision,
        is_editable=product.is_editable,
        review_note=product.review_note,
        public_url=reverse("product", args=[product.ref, product.slug]),
        images=tuple(_editor_image(image, images) for image in images),
        history=history_of(product),
        facts=facts_of(product),
        variants=product.__dict__["offered"] or 1,
    )


def history_of(product: Product) -> tuple[HistoryLine, ...]:
    """Every step of the listing, the latest first."""
    steps = ProductTransition.objects.filter(product=product).order_by("-at", "-pk")
    return tuple(
        HistoryLine(
            text=str(ProductState(step.to_state).label), who=step.actor_label, at=step.at, reason=step.reason
        )
        for step in steps
    )


def _prices() -> QuerySet[PriceTier, Any]:
    offered = PriceTier.objects.filter(variant__product=OuterRef("pk"), variant__position__isnull=False)
    return offered.order_by().values("variant__product")


def _tabs(counts: dict[str, int], state: str, here: str) -> tuple[StateTab, ...]:
    everything = StateTab(_("All"), here, sum(counts.values()), not state)
    return (
        everything,
        *(
            StateTab(
                capfirst(str(one.label)),
                f"{here}?state={one.value}",
                counts.get(one.value, 0),
                one.value == state,
            )
            for one in ProductState
        ),
    )


def _row(product: Product, today: date) -> ListingRow:
    extra = product.__dict__
    state = ProductState(product.state)
    return ListingRow(
        ref=product.ref,
        url=reverse("workbench_product", args=[product.ref]),
        title=product.title,
        sku=extra["own_sku"] or "",
        variants=extra["offered"] or 1,
        category=name_in(product.category.names) if product.category else "",
        state=product.state,
        state_label=product.get_state_display(),
        tone=TONES[state],
        picture_url=image_url(extra["picture"], "thumb") if extra["picture"] else "",
        price=_price_range(product, extra),
        updated_at=product.updated_at,
        needs_work=state is ProductState.DRAFT and bool(product.review_note),
        review_note=product.review_note,
        stock=stock_note(
            product,
            extra["stock"],
            variants=extra["offered"] or 1,
            today=today,
            pauses=read_pauses(extra["pauses"]),
        ),
    )


def _price_range(product: Product, extra: dict[str, object]) -> str:
    low, high = extra["lowest"], extra["highest"]
    if low is None or high is None or not product.currency:
        return ""
    first = format_unit_price(low, product.currency)  # type: ignore[arg-type]  # an annotation of a decimal
    return first if low == high else f"{first} – {format_unit_price(high, product.currency)}"  # type: ignore[arg-type]  # the same


def _editor_image(image: ProductImage, images: list[ProductImage]) -> EditorImage:
    return EditorImage(
        ref=image.file.ref,
        thumb_url=image_url(image.file.ref, "thumb"),
        alt=image.alt,
        position=image.position,
        is_first=image == images[0],
        is_last=image == images[-1],
        is_ready=image.prepared_at is not None,
        small=too_small(image),
    )


def too_small(image: ProductImage) -> str:
    """Of a picture that a page would have to blow up: how large it is, and how large it should be; else nothing."""
    width, height = image.file.width_px or 0, image.file.height_px or 0
    if max(width, height) >= SHARP_FROM_PX:
        return ""
    return _("Small: %(width)s × %(height)s pixels. From %(wanted)s pixels on it is sharp.") % {
        "width": format_number(width),
        "height": format_number(height),
        "wanted": format_number(SHARP_FROM_PX),
    }


def _sentence(product: Product) -> str:
    """The state as a sentence, with what happens next."""
    sentences = {
        ProductState.DRAFT: _(
            "A draft: only your company sees it. Submit it for review when it is complete."
        ),
        ProductState.IN_REVIEW: _(
            "A moderator reads it. It stands still until they decide; withdraw it to change it."
        ),
        ProductState.LIVE: _("Live: buyers can find and order it. What you save here is live at once."),
        ProductState.PAUSED: _("Paused: buyers do not see it. Orders already placed go on."),
        ProductState.SUSPENDED: _(
            "Suspended by the marketplace: buyers do not see it. Orders already placed go on."
        ),
    }
    if product.state == ProductState.DRAFT and product.review_note:
        return _("Sent back by a moderator: change what they ask for and submit it again.")
    return sentences[ProductState(product.state)]
