"""Enquiries for pages and the API: the two lists of a company, one thread with both sides, and what is to be asked about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Left
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from catalog.models import Product, SupplierFacts
from catalog.queries import product_cards, supplier_of_gone
from catalog.queries.suppliers.facts import TradeFact, shown_seller, supplier_line
from marketplace.accounts.models import Company
from marketplace.core.actors import Actor
from marketplace.core.errors import Text
from marketplace.core.formatting import format_quantity
from marketplace.core.units import unit_symbol
from marketplace.files.queries import FileLine, files_of_many
from orders.errors import EnquiryNotFound
from orders.models import Enquiry, EnquiryMessage, Order
from orders.policies import can_judge_enquiry, can_write_in_enquiry
from orders.querysets import EnquiryQuerySet
from orders.states import Audience, EnquiryState, OrderState

FILE_KIND: Final = "enquiry_file"
PAGE_SIZE: Final = 25
# More that wait than one looks through on a page; the longest wait comes first.
MOST_WAITING: Final = 100
_PREVIEW: Final = 140


@dataclass(frozen=True, slots=True)
class EnquiryRow:
    """One enquiry in a list, from the reader's side. `waits_since` while the supplier is waited for."""

    ref: str
    title: str
    preview: str
    other_name: str
    other_country: str
    other_verified: bool
    state: str
    state_label: Text
    quantity: str
    asked_at: datetime
    last_message_at: datetime
    waits_since: datetime | None
    is_waiting: bool  # for the reader


@dataclass(frozen=True, slots=True)
class EnquiryList:
    """A page of a company's enquiries of one side: those that wait, then the others, the latest word first."""

    side: str
    state: str
    rows: tuple[EnquiryRow, ...]
    next_after: str
    counts: Mapping[str, int]
    total: int


@dataclass(frozen=True, slots=True)
class SideFacts:
    """A company as the other side of an enquiry sees it; `with_other` are completed orders of just these two."""

    ref: str
    name: str
    country: str
    verified_at: datetime | None
    orders_completed: int
    with_other: int
    url: str  # of its storefront; empty for a company that only buys


@dataclass(frozen=True, slots=True)
class MessageLine:
    """What one side wrote, with its files."""

    name: str
    company: str
    side: str
    at: datetime
    text: str
    mine: bool
    files: tuple[FileLine, ...]


@dataclass(frozen=True, slots=True)
class EnquiryPage:
    """One thread. `side` is the reader's; empty for a moderator, who reads it because it was reported."""

    ref: str
    side: str
    title: str
    product_url: str  # with the asked quantity; empty when it is not on offer any more
    order_words: str
    quantity: str
    country: str
    wanted_on: date | None
    state: str
    state_label: Text
    asked_at: datetime
    waits_since: datetime | None
    closed_at: datetime | None
    closed_by: str
    buyer: SideFacts
    supplier: SideFacts
    messages: tuple[MessageLine, ...]
    may_write: bool
    may_judge: bool
    stop_reason: str

    @property
    def other(self) -> SideFacts:
        """Whom the reader talks with; the asking company for a moderator."""
        return self.supplier if self.side == Audience.BUYER else self.buyer


@dataclass(frozen=True, slots=True)
class AskTarget:
    """Whom and what a question is about; `product_ref` is empty for the supplier in general."""

    supplier_id: int
    supplier_ref: str
    supplier_name: str
    supplier_country: str
    supplier_url: str
    verified_at: datetime | None
    facts: tuple[TradeFact, ...]
    product_ref: str
    title: str
    product_url: str
    image_url: str
    unit_code: str
    gone_ref: str = (
        ""  # of a listing that was on offer and is not now: the question is for its supplier in general
    )

    @property
    def ref(self) -> str:
        """What the address names."""
        return self.product_ref or self.gone_ref or self.supplier_ref

    @property
    def unit(self) -> str:
        """The sign of the listing's unit; empty without one."""
        return unit_symbol(self.unit_code) if self.unit_code else ""

    @property
    def back_url(self) -> str:
        """The page the question came from."""
        return self.product_url or self.supplier_url


def enquiry_list(
    actor: Actor, side: str, *, state: str = "", after: str = "", size: int = PAGE_SIZE
) -> EnquiryList:
    """Enquiries the company acted for received (`supplier`) or sent (`buyer`). Three statements, one more after a page.

    On the supplier's first page those that wait come first, the longest wait on top. Unknown states mean all.
    """
    company_id = actor.company_id or 0
    mine = Q(supplier_id=company_id) if side == Audience.SUPPLIER else Q(buyer_id=company_id)
    base = Enquiry.objects.filter(mine)
    counts = {str(one): 0 for one in EnquiryState.values}
    counts |= dict(base.values_list("state").annotate(Count("pk")).order_by())
    waiting: Sequence[Enquiry] = ()
    if side == Audience.SUPPLIER and state in {"", EnquiryState.OPEN} and not after:
        waiting = list(_shown(base.waiting()).order_by("waits_since", "pk")[:MOST_WAITING])
    others = _others(base, side, state)
    if after:
        others = _beyond(others, after)
    ordered = _shown(others).order_by("-last_message_at", "-pk")
    page = [] if others.query.is_empty() else list(ordered[: size + 1])
    more, page = len(page) > size, page[:size]
    return EnquiryList(
        side=side,
        state=state if state in EnquiryState.values else "",
        rows=tuple(_row(one, side) for one in (*waiting, *page)),
        next_after=page[-1].ref if more else "",
        counts=counts,
        total=sum(counts.values()),
    )


def enquiry_page(ref: str, actor: Actor) -> EnquiryPage:
    """One thread, for the two sides, and for moderators once it was reported. Raises `EnquiryNotFound`.

    Five statements, and one where moderators stopped it.
    """
    visible = Enquiry.objects.visible_to(actor).filter(ref=ref.replace("\x00", "")[:32])
    found = visible.select_related("buyer", "supplier__supplier_facts", "product").first()
    if found is None:
        raise EnquiryNotFound
    stopped = found.closed_by == Audience.STAFF
    decision = found.decisions.order_by("-at", "-pk").first() if stopped else None
    product_url, order_words = _order_link(found)
    buyer, supplier = _sides(found)
    return EnquiryPage(
        ref=found.ref,
        side=found.side_of(actor.company_id),
        title=found.title,
        product_url=product_url,
        order_words=order_words,
        quantity=_quantity(found),
        country=found.country,
        wanted_on=found.wanted_on,
        state=found.state,
        state_label=found.get_state_display(),
        asked_at=found.asked_at,
        waits_since=found.waits_since,
        closed_at=found.closed_at,
        closed_by=found.closed_by,
        buyer=buyer,
        supplier=supplier,
        messages=_messages(found, actor),
        may_write=not found.is_closed and can_write_in_enquiry(actor, found),
        may_judge=can_judge_enquiry(actor, found) and found.reports.filter(decision=None).exists(),
        stop_reason=decision.reason if decision else "",
    )


def ask_target(ref: str) -> AskTarget:
    """A listing or a supplier that everybody may see, by reference; of a listing that is gone the supplier.

    Five statements at most. Raises `NotFound`.
    """
    clean = ref.replace("\x00", "")[:32]
    product = Product.objects.live().filter(ref=clean).values_list("pk", "supplier_id").first()
    if product is None:
        supplier_ref = supplier_of_gone(clean)
        company, _live = shown_seller(supplier_ref or clean)
        return replace(_target(company), gone_ref=clean if supplier_ref else "")
    card = product_cards([product[0]])[product[0]]
    company = Company.objects.select_related("supplier_facts").get(pk=product[1])
    return _target(company, card.ref, card.title, card.url, card.image_url, card.unit_code)


def waiting_enquiries(company_id: int, *, most: int) -> tuple[EnquiryRow, ...]:
    """What waits for a supplier's answer, the longest wait first. One statement."""
    rows = _shown(Enquiry.objects.filter(supplier_id=company_id).waiting())
    return tuple(_row(one, Audience.SUPPLIER) for one in rows.order_by("waits_since", "pk")[:most])


def _others(base: EnquiryQuerySet, side: str, state: str) -> EnquiryQuerySet:
    """What is not listed as waiting on top."""
    if side == Audience.SUPPLIER and state in {"", EnquiryState.OPEN}:
        return base.none() if state else base.filter(waits_since__isnull=True)
    return base.filter(state=state) if state in EnquiryState.values else base


def _beyond(rows: EnquiryQuerySet, after: str) -> EnquiryQuerySet:
    """The rows after the one of this reference; from the beginning when there is no such row."""
    place = rows.filter(ref=after.replace("\x00", "")[:32]).values_list("last_message_at", "pk").first()
    if place is None:
        return rows
    moment, pk = place
    return rows.filter(Q(last_message_at__lt=moment) | Q(last_message_at=moment, pk__lt=pk))


def _shown(rows: EnquiryQuerySet) -> EnquiryQuerySet:
    first = EnquiryMessage.objects.filter(enquiry=OuterRef("pk")).order_by("at", "pk")
    preview = Subquery(first.annotate(begin=Left("text", _PREVIEW + 1)).values("begin")[:1])
    return rows.select_related("buyer", "supplier").annotate(preview=preview)


def _row(one: Enquiry, side: str) -> EnquiryRow:
    other = one.buyer if side == Audience.SUPPLIER else one.supplier
    text = " ".join(str(one.__dict__["preview"] or "").split())
    waits = EnquiryState.OPEN if side == Audience.SUPPLIER else EnquiryState.ANSWERED
    return EnquiryRow(
        ref=one.ref,
        title=one.title,
        preview=f"{text[:_PREVIEW]}…" if len(text) > _PREVIEW else text,
        other_name=other.legal_name,
        other_country=other.country,
        other_verified=other.is_verified,
        state=one.state,
        state_label=one.get_state_display(),
        quantity=_quantity(one),
        asked_at=one.asked_at,
        last_message_at=one.last_message_at,
        waits_since=one.waits_since,
        is_waiting=one.state == waits,
    )


def _quantity(one: Enquiry) -> str:
    return "" if one.quantity is None else format_quantity(one.quantity, one.unit_code)


def _order_link(one: Enquiry) -> tuple[str, str]:
    """The listing's page, with the asked quantity where it still counts in that unit; nothing when it is not on offer."""
    product = one.product
    if product is None or not product.is_live:
        return "", ""
    url = reverse("product", args=[product.ref, product.slug])
    if one.quantity is None or product.unit_code != one.unit_code:
        return url, _("To the product")
    query = urlencode({"quantity": f"{one.quantity.normalize():f}"})
    return f"{url}?{query}", _("To the product, at %(quantity)s") % {"quantity": _quantity(one)}


def _sides(one: Enquiry) -> tuple[SideFacts, SideFacts]:
    """What each reads of the other: orders are counted where they are completed. One statement."""
    done = Order.objects.filter(state=OrderState.COMPLETED)
    between = Count("pk", filter=Q(supplier_id=one.supplier_id))
    counts = done.filter(buyer_id=one.buyer_id).aggregate(all=Count("pk"), between=between)
    facts: SupplierFacts | None = getattr(one.supplier, "supplier_facts", None)
    sold = facts.orders_completed if facts else 0
    return (
        _side(one.buyer, counts["all"], counts["between"]),
        _side(one.supplier, sold, counts["between"]),
    )


def _side(company: Company, orders: int, with_other: int) -> SideFacts:
    return SideFacts(
        ref=company.ref,
        name=company.legal_name,
        country=company.country,
        verified_at=company.verified_at if company.is_verified else None,
        orders_completed=orders,
        with_other=with_other,
        url=reverse("supplier", args=[company.ref]) if company.sells else "",
    )


def _messages(one: Enquiry, actor: Actor) -> tuple[MessageLine, ...]:
    """The whole thread, oldest first. Two statements."""
    rows = list(one.messages.select_related("company").order_by("at", "pk"))
    files = files_of_many(FILE_KIND, [row.ref for row in rows])
    return tuple(
        MessageLine(
            name=row.author_name,
            company=row.company.legal_name,
            side=one.side_of(row.company_id),
            at=row.at,
            text=row.text,
            mine=actor.acts_for(row.company_id),
            files=tuple(files.get(row.ref, ())),
        )
        for row in rows
    )


def _target(
    company: Company, ref: str = "", title: str = "", url: str = "", image_url: str = "", unit_code: str = ""
) -> AskTarget:
    line = supplier_line(company)
    return AskTarget(
        supplier_id=company.pk,
        supplier_ref=company.ref,
        supplier_name=company.legal_name,
        supplier_country=company.country,
        supplier_url=line.url,
        verified_at=line.verified_at,
        facts=line.facts,
        product_ref=ref,
        title=title,
        product_url=url,
        image_url=image_url,
        unit_code=unit_code,
    )
