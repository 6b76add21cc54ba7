"""The supplier's pages of stock and capacity: what is offered, taken and left, and the book. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from catalog.errors import CapacityNotFound, ProductNotFound
from catalog.models import CapacityMovement, CapacityPeriod, Product, Variant
from catalog.queries.capacity.availability import public_availability
from catalog.queries.capacity.lead_times import pauses_from
from catalog.queries.capacity.stated import period_of, period_text
from catalog.rules.availability import AvailabilityKind
from catalog.rules.capacity import Period
from catalog.rules.lead_times import Pause, read_pauses
from catalog.rules.prices import with_variant
from catalog.states import CapacityMovementKind
from marketplace.core.actors import Actor
from marketplace.core.formatting import format_day, format_quantity
from marketplace.core.units import unit_symbol

BOOK_LENGTH = 200


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """One period; `note` says what is special about it."""

    ref: str
    period: Period
    when: str
    offered: str
    taken: str
    left: str
    note: str
    tone: str

    @property
    def first_day(self) -> date:
        """Its first day."""
        return self.period.first_day

    @property
    def last_day(self) -> date | None:
        """Its last day; None for stock."""
        return self.period.last_day


@dataclass(frozen=True, slots=True)
class VariantCapacity:
    """What is stated of a variant; `sentence` says what buyers can order now, `waits` that they can order nothing."""

    number: int
    name: str
    is_withdrawn: bool
    lines: tuple[PeriodLine, ...]
    sentence: str
    waits: bool


@dataclass(frozen=True, slots=True)
class CapacityPage:
    """A listing's stock and capacity, by variant."""

    ref: str
    title: str
    unit_symbol: str
    variants: tuple[VariantCapacity, ...]
    names_variants: bool


@dataclass(frozen=True, slots=True)
class MovementLine:
    """One line of a period's book. `order_ref` is empty where no order moved it."""

    at: datetime
    what: str
    change: str
    order_ref: str
    order_number: str
    who: str
    left: str


@dataclass(frozen=True, slots=True)
class PeriodPage:
    """One period with its book, the newest first; `is_cut` when older lines are not shown."""

    product_ref: str
    title: str
    unit_symbol: str
    line: PeriodLine
    is_withdrawn: bool
    is_last: bool
    book: tuple[MovementLine, ...]
    is_cut: bool


def capacity_page(ref: str, actor: Actor, *, today: date) -> CapacityPage:
    """One of the company's own listings, in three statements. Raises `ProductNotFound` for another's."""
    listed = Product.objects.of_supplier(actor.company_id).annotate(pauses=pauses_from("supplier", today))
    product = listed.filter(ref=ref).first()
    if product is None:
        raise ProductNotFound
    pauses = read_pauses(product.__dict__["pauses"])
    periods: dict[int, list[CapacityPeriod]] = {}
    rows = CapacityPeriod.objects.filter(variant__product=product, withdrawn_at__isnull=True)
    for row in rows.order_by("first_day", "pk"):
        periods.setdefault(row.variant_id, []).append(row)
    shown = Variant.objects.filter(Q(position__isnull=False) | Q(pk__in=list(periods)), product=product)
    variants = tuple(
        _variant(product, row, periods.get(row.pk, []), today, pauses)
        for row in shown.order_by("position", "number")
    )
    unit = product.unit_code
    return CapacityPage(
        ref=product.ref,
        title=product.title,
        unit_symbol=unit_symbol(unit) if unit else "",
        variants=variants,
        names_variants=len(variants) > 1,
    )


def period_page(product_ref: str, ref: str, actor: Actor, *, today: date) -> PeriodPage:
    """One of the company's own periods with its book. Raises `CapacityNotFound`."""
    rows = CapacityPeriod.objects.filter(
        ref=ref, variant__product__ref=product_ref, variant__product__supplier_id=actor.company_id or 0
    )
    row = rows.select_related("variant__product").first()
    if row is None:
        raise CapacityNotFound
    variant, product = row.variant, row.variant.product
    others = CapacityPeriod.objects.filter(variant=variant, withdrawn_at__isnull=True).exclude(pk=row.pk)
    book = list(row.movements.select_related("taking").order_by("-number")[: BOOK_LENGTH + 1])
    return PeriodPage(
        product_ref=product.ref,
        title=with_variant(product.title, variant.name),
        unit_symbol=unit_symbol(row.unit_code),
        line=_line(row, product.unit_code, today),
        is_withdrawn=row.withdrawn_at is not None,
        is_last=not others.exists(),
        book=tuple(_movement(one, row.unit_code) for one in book[:BOOK_LENGTH]),
        is_cut=len(book) > BOOK_LENGTH,
    )


def _variant(
    product: Product, variant: Variant, rows: Sequence[CapacityPeriod], today: date, pauses: Sequence[Pause]
) -> VariantCapacity:
    sentence, waits = next_order_text(product, [period_of(row) for row in rows], today, pauses)
    return VariantCapacity(
        number=variant.number,
        name=variant.name or _("Variant %(number)s") % {"number": variant.number},
        is_withdrawn=variant.position is None,
        lines=tuple(_line(row, product.unit_code, today) for row in rows),
        sentence=sentence,
        waits=waits,
    )


def next_order_text(
    product: Product, periods: Sequence[Period], today: date, pauses: Sequence[Pause]
) -> tuple[str, bool]:
    """What buyers can order now, for the supplier; and whether they can order nothing."""
    if not periods:
        return _("Nothing is stated, so nothing is limited: buyers may order any quantity."), False
    found = public_availability(product, periods, pauses, today)
    if found.kind == AvailabilityKind.SOLD_OUT:
        text = _(
            "Buyers can order nothing now: no period has room that goods ordered today would be ready for."
        )
        return text, True
    if found.kind == AvailabilityKind.LATER and found.there_on is not None:
        day = format_day(found.there_on)
        return _("What buyers order now they get from %(day)s, and see so before they order.") % {
            "day": day
        }, False
    return _("Buyers can order now, at the lead time of the listing."), False


def _line(row: CapacityPeriod, unit_code: str, today: date) -> PeriodLine:
    period = period_of(row)
    note, tone = _note(period, unit_code, today)
    in_stock = period.last_day is None and period.first_day <= today
    return PeriodLine(
        ref=row.ref,
        period=period,
        when=_("In stock") if in_stock else _first_upper(period_text(period)),
        offered=format_quantity(period.offered, period.unit_code),
        taken=format_quantity(period.taken, period.unit_code),
        left=format_quantity(period.left, period.unit_code),
        note=note,
        tone=tone,
    )


def _note(period: Period, unit_code: str, today: date) -> tuple[str, str]:
    if period.unit_code != unit_code:
        return _("The listing counts in another unit now: this sells nothing. State it anew."), "waiting"
    if period.is_over(today):
        return _("over"), ""
    if not period.left:
        return _("all taken"), "accent"
    return "", ""


def _movement(row: CapacityMovement, unit_code: str) -> MovementLine:
    kind = CapacityMovementKind(row.kind)
    moved = row.offered_change - row.taken_change  # what is left grows or shrinks by it
    sign = "+" if moved > 0 else "−"
    return MovementLine(
        at=row.at,
        what=str(kind.label),
        change=f"{sign}{format_quantity(abs(moved), unit_code)}" if moved else "",
        order_ref=row.taking.order_ref if row.taking else "",
        order_number=row.taking.order_number if row.taking else "",
        who=row.actor_label or row.actor,
        left=format_quantity(row.offered_after - row.taken_after, unit_code),
    )


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]
