"""Lists of orders: filtered, sorted, cut into pages by a cursor; and the rows of the export."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.dateparse import parse_date, parse_datetime

from catalog.rules.prices import with_variant
from marketplace.core.actors import Actor
from marketplace.core.errors import Text
from marketplace.core.models import Deadline
from marketplace.core.money import Money
from marketplace.core.states import DeadlineState
from orders.models import Amendment, Order, OrderLine
from orders.querysets import OrderQuerySet
from orders.states import ENDED, SHIPPABLE, AmendmentState, Audience, OrderState

PAGE_SIZE: Final = 25
EXPORT_LIMIT: Final = 10_000
# name → (column, whether the largest comes first)
SORTS: Final[Mapping[str, tuple[str, bool]]] = {
    "newest": ("placed_at", True),
    "oldest": ("placed_at", False),
    "ship_by": ("last_day", False),
    "largest": ("total_minor", True),
}
STATE_GROUPS: Final = ("open", "waiting", "ended")


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What of the list is wanted. Unknown values count as not given: a link must never break.

    `side` is buying, selling or empty; `state` a state or one of open, waiting (for the reader), ended;
    `text` is looked for in number, reference, companies and products.
    """

    side: str = ""
    state: str = ""
    text: str = ""
    sort: str = "newest"


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order in a list, from the reader's side."""

    ref: str
    number: str
    side: str
    other_name: str
    other_country: str
    state: str
    state_label: Text
    awaited: str
    title: str
    more_lines: int
    total: Money
    placed_at: datetime
    ship_by: date
    late: bool
    next_due_at: datetime | None
    next_kind: str


@dataclass(frozen=True, slots=True)
class OrderList:
    """A page of the list. `next_cursor` is empty on the last; `counts` has the orders of each state."""

    rows: tuple[OrderRow, ...]
    next_cursor: str
    counts: Mapping[str, int]
    total: int


def order_list(
    actor: Actor, wanted: OrderFilter | None = None, *, cursor: str = "", size: int = PAGE_SIZE
) -> OrderList:
    """One page of the orders the reader may know of; four statements, whatever the number of rows."""
    wanted = wanted or OrderFilter()
    base = _narrowed(actor, wanted, with_state=False)
    counts = dict(base.values_list("state").annotate(Count("pk")).order_by())
    column, descending = SORTS.get(wanted.sort, SORTS["newest"])
    # The day that counts: the contract's, or the later one that the buyer's late payment gave the supplier.
    dated = _narrowed(actor, wanted).annotate(last_day=Coalesce("ship_by_extended_to", "ship_by"))
    rows = _after(dated, column, cursor, descending=descending)
    sign = "-" if descending else ""
    page = list(rows.select_related("buyer", "supplier").order_by(f"{sign}{column}", f"{sign}pk")[: size + 1])
    more, page = len(page) > size, page[:size]
    return OrderList(
        rows=tuple(_rows(page, actor)),
        next_cursor=_cursor(page[-1], column) if more else "",
        counts=counts,
        total=sum(counts.values()),
    )


def order_lines_for_list(actor: Actor, **filters: str) -> OrderList:
    """`order_list` with plain keywords: side, state, text, sort and cursor."""
    cursor = filters.pop("cursor", "")
    return order_list(actor, OrderFilter(**filters), cursor=cursor)


def orders_for_export(actor: Actor, wanted: OrderFilter) -> Iterator[OrderRow]:
    """Every row of the filtered list, newest first, at most `EXPORT_LIMIT`, in batches."""
    refs = list(
        _narrowed(actor, wanted).order_by("-placed_at", "-pk").values_list("pk", flat=True)[:EXPORT_LIMIT]
    )
    for start in range(0, len(refs), 500):
        batch = Order.objects.filter(pk__in=refs[start : start + 500]).select_related("buyer", "supplier")
        yield from _rows(list(batch.order_by("-placed_at", "-pk")), actor)


def waiting_count(actor: Actor) -> int:
    """How many orders wait for the company acted for."""
    return _narrowed(actor, OrderFilter(state="waiting")).count()


def _narrowed(actor: Actor, wanted: OrderFilter, *, with_state: bool = True) -> OrderQuerySet:
    rows = Order.objects.listed_for(actor)
    if wanted.side in {"buying", "selling"}:
        company_id = actor.company_id or 0
        rows = rows.bought_by(company_id) if wanted.side == "buying" else rows.sold_by(company_id)
    if with_state:
        rows = _in_state(rows, wanted.state, actor.company_id or 0)
    words = wanted.text.replace("\x00", "").strip()[:100]
    return rows.filter(_matching(words)) if words else rows


def _in_state(rows: OrderQuerySet, state: str, company_id: int) -> OrderQuerySet:
    if state == "open":
        return rows.exclude(state__in=ENDED)
    if state == "ended":
        return rows.filter(state__in=ENDED)
    if state == "waiting":
        return rows.filter(_waiting_for(company_id))
    return rows.filter(state=state) if state in OrderState.values else rows


def _waiting_for(company_id: int) -> Q:
    amended = Exists(Amendment.objects.filter(order=OuterRef("pk"), state=AmendmentState.PROPOSED))
    as_buyer = (
        Q(amended, state=OrderState.PLACED)
        | Q(state=OrderState.CONFIRMED, cleared_to_produce_at__isnull=True)
        | Q(state__in=SHIPPABLE, awaits_payment_since__isnull=False)
        | Q(state=OrderState.DELIVERED)
    )
    goes_on = Q(awaits_payment_since__isnull=True)
    as_supplier = (
        Q(~amended, state=OrderState.PLACED)
        | Q(goes_on, state=OrderState.CONFIRMED, cleared_to_produce_at__isnull=False)
        | Q(goes_on, state=OrderState.IN_PRODUCTION)
    )
    return (Q(buyer_id=company_id) & as_buyer) | (Q(supplier_id=company_id) & as_supplier)


def _matching(words: str) -> Q:
    named = Q(title__icontains=words) | Q(variant_name__icontains=words)
    with_title = Exists(OrderLine.objects.filter(named, order=OuterRef("pk")))
    return (
        Q(number__istartswith=words)
        | Q(ref=words)
        | Q(buyer__legal_name__icontains=words)
        | Q(supplier__legal_name__icontains=words)
        | Q(with_title)
    )


def _after(rows: OrderQuerySet, column: str, cursor: str, *, descending: bool) -> OrderQuerySet:
    place = _place(cursor, column)
    if place is None:
        return rows
    value, pk = place
    beyond = "lt" if descending else "gt"
    return rows.filter(Q(**{f"{column}__{beyond}": value}) | Q(**{column: value, f"pk__{beyond}": pk}))


def _cursor(order: Order, column: str) -> str:
    value = getattr(order, column)
    plain = value if isinstance(value, int) else value.isoformat()
    return base64.urlsafe_b64encode(json.dumps([plain, order.pk]).encode()).decode().rstrip("=")


def _place(cursor: str, column: str) -> tuple[Any, int] | None:
    """The place a cursor names; None for none and for one that somebody made up."""
    try:
        value, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        parsed = _parsed(column, value)
    except (ValueError, TypeError, binascii.Error, RecursionError):
        return None
    if parsed is None or not isinstance(pk, int) or isinstance(pk, bool) or not 0 < pk < 2**63:
        return None
    return parsed, pk


def _parsed(column: str, value: object) -> object | None:
    if column == "total_minor":
        return value if isinstance(value, int) and abs(value) < 2**63 else None
    if not isinstance(value, str):
        return None
    if column == "last_day":
        return parse_date(value)
    moment = parse_datetime(value)
    return moment if moment is not None and moment.tzinfo is not None else None


def _rows(orders: Sequence[Order], actor: Actor) -> Iterator[OrderRow]:
    titles: dict[int, list[str]] = {}
    lines = OrderLine.objects.filter(order__in=orders).order_by("order_id", "position")
    for order_id, title, variant in lines.values_list("order_id", "title", "variant_name"):
        titles.setdefault(order_id, []).append(with_variant(title, variant))
    due = _next_deadlines([order.ref for order in orders])
    amended = set(
        Amendment.objects.filter(order__in=orders, state=AmendmentState.PROPOSED).values_list(
            "order_id", flat=True
        )
    )
    for order in orders:
        yield _row(order, actor, titles.get(order.pk, []), due.get(order.ref), amended=order.pk in amended)


def _next_deadlines(refs: Sequence[str]) -> dict[str, tuple[datetime, str]]:
    rows = Deadline.objects.filter(root__in=refs, state=DeadlineState.OPEN, paused_at__isnull=True)
    soonest: dict[str, tuple[datetime, str]] = {}
    for root, due_at, kind in rows.order_by("due_at", "pk").values_list("root", "due_at", "kind"):
        soonest.setdefault(root, (due_at, kind))
    return soonest


def _row(
    order: Order,
    actor: Actor,
    titles: Sequence[str],
    due: tuple[datetime, str] | None,
    *,
    amended: bool,
) -> OrderRow:
    sells = actor.acts_for(order.supplier_id)
    other = order.buyer if sells else order.supplier
    side = (
        Audience.SUPPLIER if sells else (Audience.BUYER if actor.acts_for(order.buyer_id) else Audience.STAFF)
    )
    return OrderRow(
        ref=order.ref,
        number=order.number,
        side=side,
        other_name=other.legal_name,
        other_country=other.country,
        state=order.state,
        state_label=order.get_state_display(),
        awaited=awaited_side(order, amended=amended),
        title=titles[0] if titles else "",
        more_lines=max(0, len(titles) - 1),
        total=order.total,
        placed_at=order.placed_at,
        ship_by=order.last_ship_day,
        late=order.late,
        next_due_at=due[0] if due else None,
        next_kind=due[1] if due else "",
    )


def awaited_side(order: Order, *, amended: bool) -> str:
    """Which side must act next: buyer, supplier, or nobody (an empty text)."""
    if order.state == OrderState.PLACED:
        return Audience.BUYER if amended else Audience.SUPPLIER
    if order.state in SHIPPABLE and order.awaits_payment_since is not None:
        return Audience.BUYER
    if order.state == OrderState.CONFIRMED:
        return Audience.SUPPLIER if order.cleared_to_produce_at else Audience.BUYER
    if order.state == OrderState.IN_PRODUCTION:
        return Audience.SUPPLIER
    return Audience.BUYER if order.state == OrderState.DELIVERED else ""
