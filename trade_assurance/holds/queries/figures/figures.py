"""An exporter's figures: orders received, money released, where from, when. From the books, nothing estimated.

Orders are the rows of the order list; money is the releases of holds, each of which is one transaction of the
ledger. Days are the reader's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from catalog.queries.searching.observations import SearchedLine
from catalog.rules.exchange import rates
from marketplace.core.actors import Actor
from marketplace.core.charts import Chart, Point, bar_chart
from marketplace.core.countries import country_name
from marketplace.core.formatting import format_day, format_money, format_number
from marketplace.core.money import Money
from orders.models import Order
from orders.states import UNDONE
from trade_assurance.holds.figures_rules import (
    SPANS,
    CountrySum,
    Received,
    Sold,
    Stretch,
    by_country,
    first_day,
    stretches,
    summed,
)
from trade_assurance.holds.models import HoldMovement
from trade_assurance.holds.queries.figures.asked import (
    AskedDay,
    ListingRow,
    asked_funnel,
    asked_of,
    listing_rows,
)
from trade_assurance.holds.queries.figures.visits import FunnelStep, Visits, funnel, visits_of
from trade_assurance.holds.states import MovementKind


@dataclass(frozen=True, slots=True)
class SpanTab:
    """One choice of the period."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class FigureTile:
    """One figure with what it says; `amounts` of several currencies stand below each other in place of `value`."""

    label: str
    value: str
    note: str
    url: str = ""
    amounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CountryRow:
    """One line of the tables by country; `share` is of the largest of its currency, in thousandths."""

    month: str
    country: str
    orders: str
    value: Money
    received: Money
    share: int


@dataclass(frozen=True, slots=True)
class FiguresPage:
    """Everything the page shows. `converted` adds the currencies up at named rates; empty for one currency."""

    company_name: str
    span: int
    first: date
    last: date
    tabs: tuple[SpanTab, ...]
    tiles: tuple[FigureTile, ...]
    charts: tuple[Chart, ...]
    countries: tuple[CountryRow, ...]
    months: tuple[CountryRow, ...]
    funnel: tuple[FunnelStep, ...]
    asked_funnel: tuple[FunnelStep, ...]
    listings: tuple[ListingRow, ...]
    led_here: tuple[SearchedLine, ...]
    not_found: tuple[SearchedLine, ...]
    converted: str
    csv_url: str
    is_empty: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What the books say about one supplier's span."""

    sold: tuple[Sold, ...]
    received: tuple[Received, ...]
    charged_back: tuple[Money, ...]


def figures_page(actor: Actor, at: datetime, span: int) -> FiguresPage:
    """The figures of the company acted for."""
    today = local_day(at)
    facts = facts_of(actor.company_id or 0, at, span)
    first, (start, end) = first_day(today, span), _moments(today, span)
    visits = visits_of(actor.company_id or 0, first, today)
    asked = asked_of(actor.company_id or 0, start, end)
    over = stretches(today, span)
    here = reverse("workbench_figures")
    currencies = _currencies(facts)
    return FiguresPage(
        company_name=actor.company_name,
        span=span,
        first=first,
        last=today,
        tabs=tuple(
            SpanTab(_("%(days)s days") % {"days": days}, f"{here}?days={days}", days == span)
            for days in SPANS
        ),
        tiles=(_views_tile(visits), _asked_tile(asked), *_tiles(facts, currencies)),
        charts=(
            *_view_charts(visits, over),
            *_asked_charts(asked, over),
            *_charts(facts, over, currencies),
        ),
        countries=_rows(by_country(facts.sold, facts.received)),
        months=_rows(by_country(facts.sold, facts.received, monthly=True)),
        funnel=funnel(visits, sum(one.orders for one in facts.sold)),
        asked_funnel=asked_funnel(visits, asked),
        listings=listing_rows(actor.company_id or 0, first, today, start, end),
        led_here=visits.led_here,
        not_found=visits.not_found,
        converted=_converted(facts, currencies),
        csv_url=f"{reverse('workbench_figures_csv')}?days={span}",
        is_empty=not (facts.sold or facts.received or visits.views or asked),
    )


def local_day(at: datetime) -> date:
    """The reader's day."""
    return at.astimezone(timezone.get_current_timezone()).date()


def _moments(today: date, span: int) -> tuple[datetime, datetime]:
    """The first moment of the span and the first after it, as the reader's days have them."""
    return (
        timezone.make_aware(datetime.combine(first_day(today, span), time())),
        timezone.make_aware(datetime.combine(today + timedelta(days=1), time())),
    )


def facts_of(company_id: int, at: datetime, span: int) -> Facts:
    """What the books hold of a supplier in the days of the span. Three statements."""
    start, end = _moments(local_day(at), span)
    orders = (
        Order.objects.sold_by(company_id)
        .filter(placed_at__gte=start, placed_at__lt=end)
        .annotate(day=TruncDate("placed_at"))
        .values_list("day", "buyer__country", "currency")
    )
    undone = Q(state__in=UNDONE)
    counted = orders.annotate(
        Count("pk"), undone=Count("pk", filter=undone), value=Sum("total_minor", filter=~undone)
    )
    moved = HoldMovement.objects.filter(hold__order__supplier_id=company_id, at__gte=start, at__lt=end)
    released = (
        moved.filter(kind=MovementKind.RELEASED)
        .annotate(day=TruncDate("at"))
        .values_list("day", "hold__order__buyer__country", "hold__currency")
        .annotate(Sum("amount_minor"), Sum("commission_minor"))
    )
    back = moved.filter(kind=MovementKind.CHARGED_BACK).values_list("hold__currency")
    return Facts(
        sold=tuple(
            Sold(day, country, currency, number, failed, int(value or 0))
            for day, country, currency, number, failed, value in counted.order_by("day")
        ),
        received=tuple(
            Received(day, country, currency, int(amount), int(commission))
            for day, country, currency, amount, commission in released.order_by("day")
        ),
        charged_back=tuple(
            Money(int(amount), currency)
            for currency, amount in back.annotate(Sum("amount_minor")).order_by("hold__currency")
        ),
    )


def figure_lines(actor: Actor, at: datetime, span: int) -> Iterable[tuple[str, str, str, str, str]]:
    """Every figure as (day, measure, country, currency, value): amounts in the currency's own units."""
    facts = facts_of(actor.company_id or 0, at, span)
    today = local_day(at)
    visits = visits_of(actor.company_id or 0, first_day(today, span), today)
    for viewed, country, number in visits.views:
        yield viewed.isoformat(), "views", country, "", str(number)
    for added, number in visits.carts:
        yield added.isoformat(), "added_to_cart", "", "", str(number)
    for asked in asked_of(actor.company_id or 0, *_moments(today, span)):
        yield asked.day.isoformat(), "enquiries", asked.country, "", str(asked.number)
    for sold in facts.sold:
        place = (sold.day.isoformat(), sold.country)
        yield place[0], "orders_received", place[1], sold.currency, str(sold.orders)
        yield place[0], "orders_undone", place[1], sold.currency, str(sold.undone)
        yield place[0], "order_value", place[1], sold.currency, _plain(sold.value_minor, sold.currency)
    for money in facts.received:
        place = (money.day.isoformat(), money.country)
        yield place[0], "released", place[1], money.currency, _plain(money.released_minor, money.currency)
        yield place[0], "commission", place[1], money.currency, _plain(money.commission_minor, money.currency)
        yield place[0], "received", place[1], money.currency, _plain(money.net_minor, money.currency)


def _plain(minor: int, currency: str) -> str:
    return str(Money(minor, currency).as_decimal())


def _currencies(facts: Facts) -> tuple[str, ...]:
    """Those of the span, the one with the most orders first."""
    counts: dict[str, int] = {one.currency: 0 for one in facts.received}
    for one in facts.sold:
        counts[one.currency] = counts.get(one.currency, 0) + one.orders
    return tuple(sorted(counts, key=lambda currency: (-counts[currency], currency)))


def _in(currency: str, amounts: Iterable[tuple[str, int]]) -> Money:
    return Money(sum(minor for own, minor in amounts if own == currency), currency)


def _received(facts: Facts, currency: str) -> Money:
    return _in(currency, ((one.currency, one.net_minor) for one in facts.received))


def _ordered(facts: Facts, currency: str) -> Money:
    return _in(currency, ((one.currency, one.value_minor) for one in facts.sold))


def _joined(moneys: Iterable[Money]) -> str:
    return " · ".join(format_money(money) for money in moneys if money.amount_minor)


def _several(moneys: Iterable[Money]) -> tuple[str, ...]:
    """Two amounts or more, one a line; a narrow tile may break them before the currency and nowhere else."""
    amounts = tuple(
        format_money(money).replace("\N{NO-BREAK SPACE}", " ") for money in moneys if money.amount_minor
    )
    return amounts if len(amounts) > 1 else ()


def _views_tile(visits: Visits) -> FigureTile:
    return FigureTile(
        _("Product pages opened"),
        format_number(visits.all_views),
        _("without your own people and known robots"),
    )


def _view_charts(visits: Visits, over: Sequence[Stretch]) -> Iterable[Chart]:
    if visits.views:
        values = summed(((day, number) for day, _country, number in visits.views), over)
        yield _chart(_("Product pages opened"), values, over, format_number)


def _asked_tile(asked: Sequence[AskedDay]) -> FigureTile:
    number, answered = sum(one.number for one in asked), sum(one.answered for one in asked)
    note = _("%(number)s of them answered") % {"number": format_number(answered)}
    url = reverse("enquiries_received")
    return FigureTile(_("Enquiries"), format_number(number), note if number else "", url)


def _asked_charts(asked: Sequence[AskedDay], over: Sequence[Stretch]) -> Iterable[Chart]:
    if asked:
        values = summed(((one.day, one.number) for one in asked), over)
        yield _chart(_("Enquiries"), values, over, format_number)


def _tiles(facts: Facts, currencies: Sequence[str]) -> Iterable[FigureTile]:
    number = sum(one.orders for one in facts.sold)
    undone = sum(one.undone for one in facts.sold)
    note = _("%(number)s of them declined, lapsed or cancelled") % {"number": format_number(undone)}
    orders_url = f"{reverse('orders')}?side=selling"
    yield FigureTile(_("Orders received"), format_number(number), note if undone else "", orders_url)
    ordered = [_ordered(facts, currency) for currency in currencies]
    yield FigureTile(
        _("Order value"),
        _joined(ordered) or "–",
        _("as agreed now, with freight, without those undone"),
        amounts=_several(ordered),
    )
    received = [_received(facts, currency) for currency in currencies]
    commission = _joined(
        _in(currency, ((one.currency, one.commission_minor) for one in facts.received))
        for currency in currencies
    )
    yield FigureTile(
        _("Revenue"),
        _joined(received) or "–",
        _("released to you; the commission of %(amount)s is off") % {"amount": commission}
        if commission
        else _("released to you"),
        reverse("balance"),
        _several(received),
    )
    if facts.charged_back:
        yield FigureTile(_("Charged back"), _joined(facts.charged_back), _("taken by the buyers' banks"))


def _charts(facts: Facts, over: Sequence[Stretch], currencies: Sequence[str]) -> Iterable[Chart]:
    if facts.sold:
        counts = summed(((one.day, one.orders) for one in facts.sold), over)
        yield _chart(_("Orders received"), counts, over, format_number)
    for currency in currencies:
        pairs = ((one.day, one.net_minor) for one in facts.received if one.currency == currency)
        values = summed(pairs, over)
        if any(values):
            yield _chart(
                _("Revenue in %(currency)s") % {"currency": currency}, values, over, _money_in(currency)
            )


def _money_in(currency: str) -> Callable[[int], str]:
    return lambda minor: format_money(Money(minor, currency))


def _chart(title: str, values: Sequence[int], over: Sequence[Stretch], text: Callable[[int], str]) -> Chart:
    points = [Point(_when(one), value, text(value)) for one, value in zip(over, values, strict=True)]
    return bar_chart(title, points, total=text(sum(values)))


def _when(one: Stretch) -> str:
    if one.first == one.last:
        return format_day(one.first)
    return f"{format_day(one.first)} – {format_day(one.last)}"


def _rows(sums: Sequence[CountrySum]) -> tuple[CountryRow, ...]:
    largest: dict[str, int] = {}
    for one in sums:
        largest[one.currency] = max(largest.get(one.currency, 0), one.net_minor)
    return tuple(
        CountryRow(
            month=date_format(one.month, "YEAR_MONTH_FORMAT") if one.month else "",
            country=country_name(one.country),
            orders=format_number(one.orders),
            value=Money(one.value_minor, one.currency),
            received=Money(one.net_minor, one.currency),
            share=one.net_minor * 1000 // largest[one.currency] if largest[one.currency] else 0,
        )
        for one in sums
    )


def _converted(facts: Facts, currencies: Sequence[str]) -> str:
    """All revenue in the most usual currency, with the rates' day; empty when there is nothing to add up."""
    received = [money for currency in currencies if (money := _received(facts, currency)).amount_minor]
    if len(received) < 2:
        return ""
    table = rates()
    parts = [table.convert_money(money, currencies[0]) for money in received]
    if None in parts:
        return ""
    total = Money(sum(part.amount_minor for part in parts if part is not None), currencies[0])
    return _("Together about %(amount)s, at the European Central Bank's reference rates of %(day)s.") % {
        "amount": format_money(total),
        "day": format_day(table.on),
    }
