"""When goods are ready, as stored and as a buyer reads it. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from catalog.errors import PauseNotFound, ProductNotFound
from catalog.models import HolidayPause, Offering, Product
from catalog.queries.buying.lines import lead_text
from catalog.rules.lead_times import LeadStep, Pause, closed_until, days_until_ready, lead_days_for
from marketplace.core.actors import Actor
from marketplace.core.formatting import format_day, format_quantity
from marketplace.core.units import unit_symbol


@dataclass(frozen=True, slots=True)
class LeadLine:
    """The lead time as a buyer reads it: of my quantity, with the steps and what a pause adds."""

    text: str
    note: str
    days: int


@dataclass(frozen=True, slots=True)
class PauseNotice:
    """That the supplier is away now; `takes_orders` says whether one may order meanwhile."""

    text: str
    words: str
    takes_orders: bool


@dataclass(frozen=True, slots=True)
class PauseLine:
    """A pause in the supplier's own list."""

    ref: str
    days: str
    takes_orders: bool
    words: str
    is_now: bool


@dataclass(frozen=True, slots=True)
class LeadTimesEditor:
    """What surrounds the form of a listing's lead times."""

    ref: str
    title: str
    revision: int
    base: str
    moq: str
    unit_symbol: str
    steps: tuple[LeadStep, ...]
    is_editable: bool


def pauses_from(supplier: str, today: date) -> ArraySubquery:
    """An annotation, no statement of its own: the pauses, not over yet, of the supplier at this path (`read_pauses`)."""
    rows = HolidayPause.objects.filter(
        supplier=OuterRef(supplier), ended_at__isnull=True, last_day__gte=today
    )
    fields = {name: name for name in ("first_day", "last_day", "takes_orders", "words")}
    return ArraySubquery(rows.order_by("first_day").values(found=JSONObject(**fields)))


def lead_steps_of(product: Product) -> tuple[LeadStep, ...]:
    """The steps of a listing. No statement when `offering` was joined in."""
    row: Offering | None = getattr(product, "offering", None)
    return () if row is None else tuple(LeadStep(Decimal(start), days) for start, days in row.lead_steps)


def lead_line(
    product: Product, *, quantity: Decimal | None, pauses: Iterable[Pause], today: date
) -> LeadLine | None:
    """The lead time of a listing at a quantity; None for a draft without one."""
    if product.lead_time_days is None:
        return None
    steps = lead_steps_of(product)
    days = lead_days_for(product.lead_time_days, steps, quantity)
    whole = days_until_ready(days, pauses, today)
    notes = [_("From payment to handing over.")]
    if steps and product.unit_code and product.moq:
        first = LeadStep(product.moq, product.lead_time_days)
        notes.append("; ".join(_step_text(step, product.unit_code) for step in (first, *steps)) + ".")
    if whole > days:
        notes.append(_("The supplier's days off are counted in."))
    return LeadLine(lead_text(whole), " ".join(notes), whole)


def _step_text(step: LeadStep, unit_code: str) -> str:
    start = format_quantity(step.from_quantity, unit_code)
    return _("%(quantity)s and more: %(days)s") % {"quantity": start, "days": lead_text(step.days)}


def pause_notice(pauses: Iterable[Pause], today: date) -> PauseNotice | None:
    """What a buyer is told of the pause that today belongs to."""
    pauses = tuple(pauses)
    now = next((pause for pause in pauses if pause.holds_on(today)), None)
    if now is None:
        return None
    closed = closed_until(pauses, today)
    if closed is not None:
        text = _("The supplier is away and takes no orders until %(day)s.") % {"day": format_day(closed)}
        return PauseNotice(text, now.words, takes_orders=False)
    text = _("The supplier is away until %(day)s. You may order; the lead time counts from then.")
    return PauseNotice(text % {"day": format_day(now.last_day)}, now.words, takes_orders=True)


def pauses_of(supplier_id: int, today: date) -> tuple[PauseLine, ...]:
    """The supplier's pauses that are not over."""
    rows = HolidayPause.objects.filter(
        supplier_id=supplier_id, ended_at__isnull=True, last_day__gte=today
    ).order_by("first_day", "pk")
    return tuple(
        PauseLine(
            ref=row.ref,
            days=format_day(row.first_day)
            if row.first_day == row.last_day
            else f"{format_day(row.first_day)} – {format_day(row.last_day)}",
            takes_orders=row.takes_orders,
            words=row.words,
            is_now=row.first_day <= today,
        )
        for row in rows
    )


def pause_of(ref: str, actor: Actor) -> HolidayPause:
    """One of the company's own pauses. Raises `PauseNotFound`."""
    row = HolidayPause.objects.filter(ref=ref, supplier_id=actor.company_id or 0).first()
    if row is None:
        raise PauseNotFound
    return row


def lead_times_editor(ref: str, actor: Actor) -> LeadTimesEditor:
    """One of the company's own listings. Raises `ProductNotFound` for another's."""
    rows = Product.objects.of_supplier(actor.company_id).filter(ref=ref)
    product = rows.select_related("offering").first()
    if product is None:
        raise ProductNotFound
    unit = product.unit_code
    return LeadTimesEditor(
        ref=product.ref,
        title=product.title,
        revision=product.revision,
        base="" if product.lead_time_days is None else lead_text(product.lead_time_days),
        moq=format_quantity(product.moq, unit) if product.moq and unit else "",
        unit_symbol=unit_symbol(unit) if unit else "",
        steps=lead_steps_of(product),
        is_editable=product.is_editable,
    )
