"""Payment schedules for pages: each payment with its amount and, in plain words, what is protected until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.core.actors import Actor
from marketplace.core.errors import NotFound, Text
from marketplace.core.formatting import format_day
from marketplace.core.money import Money
from orders.models import ScheduleTemplate
from orders.rules.schedule import (
    WHOLE_ORDER,
    ScheduledMilestone,
    TemplateMilestone,
    amounts_of,
    for_total,
    template_from_data,
)
from orders.states import FundOn, ReleaseOn

_RELEASE: Final = {
    ReleaseOn.SHIPMENT_DOCUMENTS: gettext_lazy(
        "Held until the goods have left and every document of the contract is there."
    ),
    ReleaseOn.DELIVERY: gettext_lazy("Held until the goods have arrived."),
    ReleaseOn.ACCEPTANCE: gettext_lazy(
        "Held until the buyer accepts the goods or the inspection window ends."
    ),
}


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """One payment: what, when it is paid, and until when it is protected."""

    position: int
    title: str
    share_bps: int
    amount: Money | None
    fund_on: str
    fund_on_date: date | None
    release_on: str
    paid: Text
    protected: Text
    due_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class TemplateView:
    """A supplier's template."""

    ref: str
    name: str
    is_default: bool
    milestones: tuple[TemplateMilestone, ...]
    lines: tuple[ScheduleLine, ...]


def default_schedule(supplier_id: int, *, placed_on: date, ship_by: date) -> list[ScheduledMilestone]:
    """How an order of this supplier is to be paid when nobody says otherwise."""
    row = ScheduleTemplate.objects.filter(supplier_id=supplier_id, is_default=True).first()
    if row is None:
        return list(WHOLE_ORDER)
    return [one.on(placed_on, ship_by) for one in template_from_data(row.milestones)]


def schedule_lines(
    milestones: Sequence[ScheduledMilestone],
    total: Money | None = None,
    *,
    amounts: Sequence[Money] | None = None,
) -> tuple[ScheduleLine, ...]:
    """A schedule in words, with amounts when the total (or every amount, as agreed) is known."""
    if total is not None:
        parts = amounts_of(total.amount_minor, [one.share_bps for one in milestones])
        amounts = [Money(part, total.currency) for part in parts]
    known: Sequence[Money | None] = amounts or [None] * len(milestones)
    return tuple(
        ScheduleLine(
            position=position,
            title=one.title,
            share_bps=one.share_bps,
            amount=amount,
            fund_on=one.fund_on,
            fund_on_date=one.fund_on_date,
            release_on=one.release_on,
            paid=paid_words(one.fund_on, one.fund_on_date),
            protected=_RELEASE[ReleaseOn(one.release_on)],
        )
        for position, (one, amount) in enumerate(zip(milestones, known, strict=True), 1)
    )


def paid_words(fund_on: str, day: date | None, *, after_days: int | None = None) -> str:
    """When a payment is made and what depends on it."""
    if fund_on == FundOn.CONFIRMATION:
        return _("Paid when the order is confirmed; production begins when it is held.")
    if fund_on == FundOn.BEFORE_SHIPMENT:
        return _("Paid when the goods are packed; they leave only when it is held.")
    if day is not None:
        return _("Paid by the end of %(day)s.") % {"day": format_day(day)}
    return _("Paid within %(days)s days after the order is placed.") % {"days": after_days}


def protected_words(release_on: str) -> Text:
    """Until when a payment is held."""
    return _RELEASE[ReleaseOn(release_on)]


def schedule_offered(
    supplier_id: int, total: Money, *, placed_on: date, ship_by: date
) -> tuple[ScheduleLine, ...]:
    """How an order of this supplier would be paid, as it would be placed now."""
    wanted = default_schedule(supplier_id, placed_on=placed_on, ship_by=ship_by)
    if not total.is_positive:
        return schedule_lines(wanted)
    return schedule_lines(for_total(wanted, total.amount_minor), total)


def schedule_templates(company_id: int | None) -> tuple[TemplateView, ...]:
    """The templates of one supplier, by name; one statement."""
    rows = ScheduleTemplate.objects.filter(supplier_id=company_id or 0).order_by("name")
    return tuple(_view(row) for row in rows)


def schedule_template(ref: str, actor: Actor) -> TemplateView:
    """One template of the company acted for. Raises `NotFound`."""
    row = ScheduleTemplate.objects.filter(ref=ref, supplier_id=actor.company_id or 0).first()
    if row is None:
        raise NotFound
    return _view(row)


def _view(row: ScheduleTemplate) -> TemplateView:
    milestones = tuple(template_from_data(row.milestones))
    lines = tuple(
        ScheduleLine(
            position=position,
            title=one.title,
            share_bps=one.share_bps,
            amount=None,
            fund_on=one.fund_on,
            fund_on_date=None,
            release_on=one.release_on,
            paid=paid_words(one.fund_on, None, after_days=one.fund_after_days),
            protected=protected_words(one.release_on),
        )
        for position, one in enumerate(milestones, 1)
    )
    return TemplateView(row.ref, row.name, row.is_default, milestones, lines)
