"""Pages of the reconciliation: rails and money at a glance, days, a day's lines. Writes nothing, calls no provider."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Count, Q, Sum

from marketplace.core.errors import NotFound, Text
from marketplace.core.money import Money
from trade_assurance.holds.models import (
    BookedMovement,
    Incident,
    ProviderMovementRow,
    ReconciliationDay,
    ReconciliationRun,
)
from trade_assurance.holds.queries.reconciliation.incidents import (
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
from trade_assurance.payments.queries import BANK, bank_coverage, closings_on, rail_label, reconciling_rails


@dataclass(frozen=True, slots=True)
class RailLine:
    """A rail at a glance: when it was compared, and per currency what both sides closed with last."""

    name: str
    label: Text
    last_at: datetime | None
    error: str
    balances: tuple[DayLine, ...]
    open_incidents: int
    accounts: tuple[AccountLine, ...]


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account of ours at a bank: until when its statements were taken, and whether they say balances."""

    label: str
    to_on: date | None
    says_balances: bool


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
class UnderWay:
    """A thing that one side had in the evening and the other had not, or not with the same sum."""

    name: str
    difference: Money


@dataclass(frozen=True, slots=True)
class Closing:
    """What a bank statement that ends on the day says; `money` is None for a file without balances."""

    statement_ref: str
    account: str
    money: Money | None


@dataclass(frozen=True, slots=True)
class DayPage:
    """One day of a rail and currency, line by line on both sides; `under_way` adds up to what the closings differ by."""

    line: DayLine
    is_bank: bool
    closings: tuple[Closing, ...]
    under_way: tuple[UnderWay, ...]
    under_way_rest: Money | None
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
    line = _day_lines([row])[0]
    under_way = [] if line.difference.is_zero else _under_way(provider, currency, begins + timedelta(days=1))
    return DayPage(
        line=line,
        is_bank=provider == BANK,
        closings=_closings(currency, day) if provider == BANK else (),
        under_way=tuple(under_way[:LINES_SHOWN]),
        under_way_rest=_rest(line, under_way),
        theirs=tuple(their_lines[:LINES_SHOWN]),
        ours=tuple(our_lines[:LINES_SHOWN]),
        incidents=tuple(incident_line(found) for found in incidents[:PAGE_SIZE]),
        is_cut=max(len(their_lines), len(our_lines)) > LINES_SHOWN,
        previous=yesterday if yesterday in beside else None,
        following=tomorrow if tomorrow in beside else None,
    )


def _under_way(provider: str, currency: str, until: datetime) -> list[UnderWay]:
    """Everything whose lines and postings before a moment do not come to the same, the largest first; two statements."""
    sums: Counter[str] = Counter()
    until_then = {"provider": provider, "currency": currency, "at__lt": until}
    theirs = ProviderMovementRow.objects.filter(**until_then).values_list("name", "kind")
    for name, kind, total, fees in theirs.annotate(
        total=Sum("amount_minor"), fees=Sum("fee_minor")
    ).order_by():
        sums[name] += int(total)
        # A fee is booked by itself, but what a chargeback costs with the chargeback.
        sums[name if kind.startswith("chargeback") else ""] -= int(fees)
    ours = BookedMovement.objects.filter(**until_then).values_list("name")
    for name, total in ours.annotate(total=Sum("amount_minor")).order_by():
        sums[name] -= int(total)
    differing = sorted((item for item in sums.items() if item[1]), key=lambda item: (-abs(item[1]), item[0]))
    return [UnderWay(name, Money(minor, currency)) for name, minor in differing]


def _rest(line: DayLine, under_way: Sequence[UnderWay]) -> Money | None:
    """What the listed things leave of the closings' difference; None where they explain all of it."""
    listed = sum((one.difference for one in under_way), Money.zero(line.currency))
    left = line.difference - listed
    return None if left.is_zero else left


def _closings(currency: str, day: date) -> tuple[Closing, ...]:
    return tuple(
        Closing(
            one.statement_ref,
            one.account,
            None if one.closing_minor is None else Money(one.closing_minor, currency),
        )
        for one in closings_on(currency, day)
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
        accounts=_accounts() if name == BANK else (),
    )


def _accounts() -> tuple[AccountLine, ...]:
    return tuple(AccountLine(row.label, row.to_on, row.says_balances) for row in bank_coverage())


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
