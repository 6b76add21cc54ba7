"""A company's last weeks as small plots: product pages opened, orders received and placed, revenue. Reads only.

Weeks are the reader's, from Monday; the last bar is the week that runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import TruncWeek
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.queries.searching.observations import views_of_supplier
from marketplace.core.formatting import format_money, format_number
from marketplace.core.money import Money
from orders.models import Order
from orders.states import UNDONE
from trade_assurance.holds.models import HoldMovement
from trade_assurance.holds.queries.figures.figures import local_day
from trade_assurance.holds.states import MovementKind

WEEKS: Final = 8


@dataclass(frozen=True, slots=True)
class WeekPlot:
    """This week's figure, what the eight weeks come to, and a bar for each of them, oldest first."""

    label: str
    value: str
    note: str
    bars: tuple[int, ...]
    bars_max: int
    url: str


def week_plots(company_id: int, at: datetime) -> tuple[WeekPlot, ...]:
    """One plot for everything that any of the weeks has something of. Four statements."""
    weeks = _weeks(at)
    return tuple(
        plot for plot in (*_selling(company_id, weeks), _placed(company_id, weeks)) if any(plot.bars)
    )


def _weeks(at: datetime) -> list[date]:
    """The Mondays, oldest first."""
    today = local_day(at)
    monday = today - timedelta(days=today.weekday())
    return [monday - timedelta(weeks=number) for number in range(WEEKS - 1, -1, -1)]


def _selling(company_id: int, weeks: list[date]) -> Iterable[WeekPlot]:
    figures = f"{reverse('workbench_figures')}?days=90"
    views: dict[date, int] = {}
    for line in views_of_supplier(company_id, weeks[0]):
        monday = line.viewed_on - timedelta(days=line.viewed_on.weekday())
        views[monday] = views.get(monday, 0) + line.views
    yield _plot(_("Product pages opened"), views, weeks, format_number, figures)
    yield _orders(_("Orders received"), Order.objects.filter(supplier_id=company_id), weeks, figures)
    yield from _revenue(company_id, weeks, figures)


def _placed(company_id: int, weeks: list[date]) -> WeekPlot:
    url = f"{reverse('orders')}?side=buying"
    return _orders(_("Orders placed"), Order.objects.filter(buyer_id=company_id), weeks, url)


def _orders(label: str, rows: QuerySet[Order, Order], weeks: list[date], url: str) -> WeekPlot:
    """Without those that came to nothing."""
    agreed = rows.exclude(state__in=UNDONE).filter(placed_at__gte=_start(weeks[0]))
    weekly = agreed.annotate(week=TruncWeek("placed_at")).order_by().values_list("week").annotate(Count("pk"))
    return _plot(label, _by_monday(weekly), weeks, format_number, url)


def _revenue(company_id: int, weeks: list[date], url: str) -> Iterable[WeekPlot]:
    """What was released, commission off, in each currency by itself."""
    released = HoldMovement.objects.filter(
        hold__order__supplier_id=company_id, kind=MovementKind.RELEASED, at__gte=_start(weeks[0])
    )
    weekly = released.annotate(week=TruncWeek("at"), currency=F("hold__currency")).order_by()
    sums: dict[str, dict[date, int]] = {}
    rows = weekly.values_list("currency", "week").annotate(Sum("amount_minor"), Sum("commission_minor"))
    for currency, week, amount, commission in rows:
        sums.setdefault(currency, {})[week.date()] = int(amount) - int(commission)
    for currency in sorted(sums):
        label = _("Revenue in %(currency)s") % {"currency": currency}
        yield _plot(label, sums[currency], weeks, _money_in(currency), url)


def _by_monday(rows: Iterable[tuple[Any, int]]) -> dict[date, int]:
    return {week.date(): int(number) for week, number in rows}


def _money_in(currency: str) -> Callable[[int], str]:
    return lambda minor: format_money(Money(minor, currency))


def _start(monday: date) -> datetime:
    return timezone.make_aware(datetime.combine(monday, time()))


def _plot(
    label: str, found: Mapping[date, int], weeks: list[date], text: Callable[[int], str], url: str
) -> WeekPlot:
    bars = tuple(found.get(week, 0) for week in weeks)
    note = _("this week; %(sum)s in %(weeks)s weeks") % {
        "sum": text(sum(bars)),
        "weeks": format_number(len(weeks)),
    }
    return WeekPlot(label, text(bars[-1]), note, bars, max(*bars, 1), url)
