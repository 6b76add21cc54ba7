"""Pages of the reconciliation: rails and money at a glance, days, a day's lines. Writes nothing, calls no provider."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Count, Q

from marketplace.core.errors import NotFound, Text
from marketplace.core.money import Money
from trade_assurance.holds.models import (
    BookedMovement,
    Incident,
    ProviderMovementRow,
    ReconciliationDay,
    ReconciliationRun,
)
from trade_assurance.holds.queries.incidents import (
    LINES_SHOWN,
    PAGE_SIZE,
    IncidentLine,
    SideLine,
    incident_line,
    our_line,
    their_line,
)
from trade_assurance.holds.states import (
    INCIDENT_WAITING,
)
from trade_assurance.ledger import queries as books
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments.queries import rail_label, reconciling_rails


@dataclass(frozen=True, slots=True)
class RailLine:
    """A rail at a glance: when it was compared, and per currency what both sides closed with last."""

    name: str
    label: Text
    last_at: datetime | None
    error: str
    balances: tuple[DayLine, ...]
    open_incidents: int


@dataclass(frozen=True, slots=True)
class DayLine:
    """A day of a rail and currency on both sides; `difference` is the provider's closing less ours."""

    provider: str
    label: Text
    currency: str
    day: date
    provider_opening: Money
    provider_moved: Money
    provider_closing: Money
    books_opening: Money
    books_moved: Money
    books_closing: Money
    difference: Money
    incidents: int


@dataclass(frozen=True, slots=True)
class MoneyLine:
    """What the books say of one kind of account in one currency."""

    kind: str
    label: Text
    total: Money


@dataclass(frozen=True, slots=True)
class Overview:
    """The reconciliation's first page."""

    rails: tuple[RailLine, ...]
    waiting: tuple[IncidentLine, ...]
    days: tuple[DayLine, ...]
    before: str
    money: tuple[MoneyLine, ...]


@dataclass(frozen=True, slots=True)
class DayPage:
    """One day of a rail and currency, line by line on both sides."""

    line: DayLine
    theirs: tuple[SideLine, ...]
    ours: tuple[SideLine, ...]
    incidents: tuple[IncidentLine, ...]
    is_cut: bool
    previous: date | None
    following: date | None


def overview(before: str = "") -> Overview:
    """Rails, open incidents and the latest days; `before` is where the next part of the days begins."""
    names = _rails()
    latest = {name: _latest_days(name) for name in names}
    waiting = Incident.objects.filter(state__in=INCIDENT_WAITING)
    counts = dict(waiting.values_list("provider").annotate(number=Count("pk")))
    rows = ReconciliationDay.objects.order_by("-day", "-pk")
    cursor = _cursor(before)
    if cursor is not None:
        day, pk = cursor
        rows = rows.filter(Q(day__lt=day) | Q(day=day, pk__lt=pk))
    part = list(rows[: PAGE_SIZE + 1])
    shown = part[:PAGE_SIZE]
    following = f"{shown[-1].day.isoformat()}.{shown[-1].pk}" if len(part) > PAGE_SIZE else ""
    return Overview(
        rails=tuple(_rail_line(name, latest[name], counts.get(name, 0)) for name in names),
        waiting=tuple(incident_line(row) for row in waiting.order_by("opened_at", "pk")[:PAGE_SIZE]),
        days=_day_lines(shown),
        before=following,
        money=money_at_a_glance(),
    )


def day_page(provider: str, currency: str, day: date) -> DayPage:
    """One day of one rail and currency. Raises `NotFound`."""
    row = ReconciliationDay.objects.filter(provider=provider, currency=currency, day=day).first()
    if row is None:
        raise NotFound
    begins = datetime.combine(day, time.min, tzinfo=UTC)
    of_day = {
        "provider": provider,
        "currency": currency,
        "at__gte": begins,
        "at__lt": begins + timedelta(days=1),
    }
    theirs = ProviderMovementRow.objects.filter(**of_day).order_by("at", "pk")[: LINES_SHOWN + 1]
    ours = BookedMovement.objects.filter(**of_day).order_by("at", "pk")[: LINES_SHOWN + 1]
    their_lines, our_lines = [their_line(line) for line in theirs], [our_line(line) for line in ours]
    incidents = Incident.objects.filter(provider=provider, currency=currency, day=day).order_by("-pk")
    yesterday, tomorrow = day - timedelta(days=1), day + timedelta(days=1)
    beside = set(
        ReconciliationDay.objects.filter(
            provider=provider, currency=currency, day__in=(yesterday, tomorrow)
        ).values_list("day", flat=True)
    )
    return DayPage(
        line=_day_lines([row])[0],
        theirs=tuple(their_lines[:LINES_SHOWN]),
        ours=tuple(our_lines[:LINES_SHOWN]),
        incidents=tuple(incident_line(found) for found in incidents[:PAGE_SIZE]),
        is_cut=max(len(their_lines), len(our_lines)) > LINES_SHOWN,
        previous=yesterday if yesterday in beside else None,
        following=tomorrow if tomorrow in beside else None,
    )


def rail_choices() -> tuple[tuple[str, Text], ...]:
    """Rails that are compared, or once were."""
    return tuple((name, rail_label(name)) for name in _rails())


def _rails() -> list[str]:
    known = ReconciliationRun.objects.order_by("provider").values_list("provider", flat=True).distinct()
    return sorted({*known, *reconciling_rails()})


def _latest_days(provider: str) -> list[ReconciliationDay]:
    rows = ReconciliationDay.objects.filter(provider=provider).order_by("currency", "-day")
    return list(rows.distinct("currency"))


def _rail_line(name: str, latest: Sequence[ReconciliationDay], waiting: int) -> RailLine:
    runs = ReconciliationRun.objects.filter(provider=name).order_by("-pk")
    last = runs.first()
    good = runs.filter(finished_at__isnull=False, error="").first()
    return RailLine(
        name=name,
        label=rail_label(name),
        last_at=good.finished_at if good is not None else None,
        error=last.error if last is not None else "",
        balances=_day_lines(latest),
        open_incidents=waiting,
    )


def _day_lines(rows: Sequence[ReconciliationDay]) -> tuple[DayLine, ...]:
    counted = (
        Incident.objects.filter(state__in=INCIDENT_WAITING, day__in={row.day for row in rows})
        .values_list("provider", "currency", "day")
        .annotate(number=Count("pk"))
    )
    numbers = {(provider, currency, day): number for provider, currency, day, number in counted}
    return tuple(_day_line(row, numbers.get((row.provider, row.currency, row.day), 0)) for row in rows)


def _day_line(row: ReconciliationDay, number: int) -> DayLine:
    currency = row.currency
    return DayLine(
        provider=row.provider,
        label=rail_label(row.provider),
        currency=currency,
        day=row.day,
        provider_opening=Money(row.provider_opening_minor, currency),
        provider_moved=Money(row.provider_moved_minor, currency),
        provider_closing=Money(row.provider_closing_minor, currency),
        books_opening=Money(row.books_opening_minor, currency),
        books_moved=Money(row.books_moved_minor, currency),
        books_closing=Money(row.books_closing_minor, currency),
        difference=Money(row.provider_closing_minor - row.books_closing_minor, currency),
        incidents=number,
    )


def _cursor(text: str) -> tuple[date, int] | None:
    """`2026-03-04.17`; nonsense begins at the beginning."""
    day, _dot, pk = text.partition(".")
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return None
    try:
        return date.fromisoformat(day), int(pk)
    except ValueError:
        return None


def money_at_a_glance() -> tuple[MoneyLine, ...]:
    """The sums of our books by kind of account and currency, without those of nothing; one statement."""
    return tuple(
        MoneyLine(line.account_kind, AccountKind(line.account_kind).label, line.total)
        for line in books.trial_balance()
        if not line.total.is_zero
    )
