"""Pages of the reconciliation: rails at a glance, days, a day's lines, incidents. Writes nothing, calls no provider."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from marketplace.core.actors import Actor
from marketplace.core.errors import NotFound, Text
from marketplace.core.formatting import format_day, format_money
from marketplace.core.money import Money
from trade_assurance.holds.errors import IncidentNotFound
from trade_assurance.holds.models import (
    BookedMovement,
    Incident,
    IncidentApproval,
    ProviderMovementRow,
    ReconciliationDay,
    ReconciliationRun,
)
from trade_assurance.holds.states import (
    INCIDENT_WAITING,
    CorrectionTarget,
    IncidentKind,
    IncidentState,
)
from trade_assurance.ledger import queries as books
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments.queries import rail_label, reconciling_rails
from trade_assurance.payments.queries.names import companies_concerned

PAGE_SIZE: Final = 50
LINES_SHOWN: Final = 200
CANDIDATES_SHOWN: Final = 20
_TONES: Final = {
    IncidentState.OPEN: "waiting",
    IncidentState.PROPOSED: "waiting",
    IncidentState.AGREES: "safe",
    IncidentState.EXPLAINED: "safe",
    IncidentState.CORRECTED: "info",
    IncidentState.WRITTEN_OFF: "danger",
}


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
class IncidentLine:
    """An incident in a list."""

    ref: str
    provider: str
    label: Text
    name: str
    kind_label: str
    sentence: str
    difference: Money
    day: date
    state_label: str
    tone: str
    waits: bool
    owner: str
    opened_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Overview:
    """The reconciliation's first page."""

    rails: tuple[RailLine, ...]
    waiting: tuple[IncidentLine, ...]
    days: tuple[DayLine, ...]
    before: str


@dataclass(frozen=True, slots=True)
class SideLine:
    """A line of either side: the rail's movement or our posting."""

    ref: str
    kind: str
    name: str
    description: str
    amount: Money
    fee: Money
    at: datetime


@dataclass(frozen=True, slots=True)
class DayPage:
    """One day of a rail and currency, line by line on both sides."""

    line: DayLine
    theirs: tuple[SideLine, ...]
    ours: tuple[SideLine, ...]
    incidents: tuple[IncidentLine, ...]
    is_cut: bool
    previous: date
    following: date | None


@dataclass(frozen=True, slots=True)
class StoryLine:
    """A step or a note of an incident."""

    at: datetime
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """One incident with both sides, its story, and what this officer may do."""

    line: IncidentLine
    booked: Money
    found: Money
    theirs: tuple[SideLine, ...]
    ours: tuple[SideLine, ...]
    story: tuple[StoryLine, ...]
    resolution: str
    closed_by: str
    target_label: str
    proposed_reason: str
    approvals: tuple[str, ...]
    approvals_needed: int
    candidates: tuple[SideLine, ...]
    is_about_a_thing: bool
    is_open: bool
    is_proposed: bool
    is_mine: bool
    may_act: bool
    gave_first: bool


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
        waiting=tuple(_incident_line(row) for row in waiting.order_by("opened_at", "pk")[:PAGE_SIZE]),
        days=_day_lines(shown),
        before=following,
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
    their_lines, our_lines = [_their_line(line) for line in theirs], [_our_line(line) for line in ours]
    incidents = Incident.objects.filter(provider=provider, currency=currency, day=day).order_by("-pk")
    later = ReconciliationDay.objects.filter(
        provider=provider, currency=currency, day=day + timedelta(days=1)
    ).exists()
    return DayPage(
        line=_day_lines([row])[0],
        theirs=tuple(their_lines[:LINES_SHOWN]),
        ours=tuple(our_lines[:LINES_SHOWN]),
        incidents=tuple(_incident_line(found) for found in incidents[:PAGE_SIZE]),
        is_cut=max(len(their_lines), len(our_lines)) > LINES_SHOWN,
        previous=day - timedelta(days=1),
        following=day + timedelta(days=1) if later else None,
    )


@dataclass(frozen=True, slots=True)
class IncidentList:
    """A part of the incidents, newest first; `before` is where the next part begins."""

    lines: tuple[IncidentLine, ...]
    before: int | None


def incidents(
    *, show: str = "waiting", provider: str = "", text: str = "", actor: Actor, before: int | None = None
) -> IncidentList:
    """Incidents by state ("waiting", "mine", "ended", "all"), rail and what they are about."""
    rows = Incident.objects.all()
    if show == "waiting":
        rows = rows.filter(state__in=INCIDENT_WAITING)
    elif show == "mine":
        rows = rows.filter(state__in=INCIDENT_WAITING, owner_id=actor.user_id)
    elif show == "ended":
        rows = rows.exclude(state__in=INCIDENT_WAITING)
    if provider:
        rows = rows.filter(provider=provider)
    if text.strip():
        rows = rows.filter(Q(name__icontains=text.strip()) | Q(ref=text.strip()))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    part = list(rows.order_by("-pk")[: PAGE_SIZE + 1])
    shown = part[:PAGE_SIZE]
    return IncidentList(
        tuple(_incident_line(row) for row in shown), shown[-1].pk if len(part) > PAGE_SIZE else None
    )


def incident_page(ref: str, actor: Actor) -> IncidentPage:
    """One incident for a finance officer. Raises `IncidentNotFound`."""
    row = Incident.objects.filter(ref=ref).first()
    if row is None:
        raise IncidentNotFound
    about = {"provider": row.provider, "currency": row.currency, "name": row.name}
    theirs = ProviderMovementRow.objects.filter(**about).order_by("at", "pk")[:LINES_SHOWN]
    if row.kind == IncidentKind.CHANGED:
        theirs = ProviderMovementRow.objects.filter(
            provider=row.provider, ref=row.name.removeprefix("line:")
        ).order_by("pk")[:1]
    approvals = list(IncidentApproval.objects.filter(incident=row, proposal=row.proposal).order_by("pk"))
    is_open = row.state == IncidentState.OPEN
    return IncidentPage(
        line=_incident_line(row),
        booked=Money(row.booked_minor, row.currency),
        found=Money(row.found_minor, row.currency),
        theirs=tuple(_their_line(line) for line in theirs),
        ours=tuple(
            _our_line(line)
            for line in BookedMovement.objects.filter(**about).order_by("at", "pk")[:LINES_SHOWN]
        ),
        story=_story(row),
        resolution=row.resolution,
        closed_by=row.closed_by,
        target_label=str(CorrectionTarget(row.target).label) if row.target else "",
        proposed_reason=row.proposed_reason,
        approvals=tuple(approval.label for approval in approvals),
        approvals_needed=row.approvals_needed,
        candidates=_candidates(row) if is_open and row.is_about_a_thing else (),
        is_about_a_thing=row.is_about_a_thing,
        is_open=is_open,
        is_proposed=row.state == IncidentState.PROPOSED,
        is_mine=actor.user_id is not None and row.owner_id == actor.user_id,
        may_act=not companies_concerned(row.name) & actor.member_of,
        gave_first=any(approval.user_id == actor.user_id for approval in approvals),
    )


def rail_choices() -> tuple[tuple[str, Text], ...]:
    """Rails that are compared, or once were."""
    return tuple((name, rail_label(name)) for name in _rails())


def open_incidents() -> int:
    """How many differences wait for somebody."""
    return Incident.objects.filter(state__in=INCIDENT_WAITING).count()


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


def _incident_line(row: Incident) -> IncidentLine:
    return IncidentLine(
        ref=row.ref,
        provider=row.provider,
        label=rail_label(row.provider),
        name=row.name,
        kind_label=str(row.get_kind_display()),
        sentence=_sentence(row),
        difference=row.difference,
        day=row.day,
        state_label=str(row.get_state_display()),
        tone=_TONES[IncidentState(row.state)],
        waits=row.state in INCIDENT_WAITING,
        owner=row.owner_label,
        opened_at=row.opened_at,
        ended_at=row.ended_at,
    )


def _sentence(row: Incident) -> str:
    """What differs, in one sentence with both figures."""
    words = {
        "booked": format_money(Money(row.booked_minor, row.currency)),
        "found": format_money(Money(row.found_minor, row.currency)),
        "day": format_day(row.day),
    }
    sentences = {
        IncidentKind.MISSING: _("Our books have %(booked)s on %(day)s; the provider shows nothing."),
        IncidentKind.EXTRA: _("The provider shows %(found)s on %(day)s; our books have nothing."),
        IncidentKind.WRONG_AMOUNT: _("Our books have %(booked)s; the provider shows %(found)s."),
        IncidentKind.BALANCE: _(
            "The provider's movements add up to %(booked)s; it says that it keeps %(found)s."
        ),
        IncidentKind.CHANGED: _(
            "The provider first showed %(booked)s for this movement, and now shows %(found)s."
        ),
    }
    return sentences[IncidentKind(row.kind)] % words


def _story(row: Incident) -> tuple[StoryLine, ...]:
    steps = [
        StoryLine(step.at, step.actor_label, _step_text(step.from_state, step.to_state, step.reason))
        for step in row.transitions.order_by("pk")
    ]
    notes = [StoryLine(note.at, note.author_label, note.text) for note in row.notes.order_by("pk")]
    return tuple(sorted([*steps, *notes], key=lambda line: line.at))


def _step_text(before: str, after: str, reason: str) -> str:
    label = str(IncidentState(after).label)
    if not before:
        return _("The difference was found.")
    if after == IncidentState.AGREES:
        return _("Both sides agree by now: %(line)s.") % {"line": reason or "–"}
    return f"{label}: {reason}" if reason else label


def _candidates(row: Incident) -> tuple[SideLine, ...]:
    """Lines of the rail that nobody knows and that come to exactly what is missing."""
    wanted = row.booked_minor - row.found_minor
    unknown = ProviderMovementRow.objects.filter(
        Q(name__startswith="object:") | Q(name__startswith="line:"),
        provider=row.provider,
        currency=row.currency,
        amount_minor=wanted,
    ).exclude(name=row.name)
    return tuple(_their_line(line) for line in unknown.order_by("-at", "-pk")[:CANDIDATES_SHOWN])


def _their_line(row: ProviderMovementRow) -> SideLine:
    return SideLine(
        ref=row.ref,
        kind=row.kind,
        name=row.name,
        description=row.description,
        amount=Money(row.amount_minor, row.currency),
        fee=Money(row.fee_minor, row.currency),
        at=row.at,
    )


def _our_line(row: BookedMovement) -> SideLine:
    return SideLine(
        ref=row.posting_key,
        kind=row.kind,
        name=row.name,
        description="",
        amount=Money(row.amount_minor, row.currency),
        fee=Money.zero(row.currency),
        at=row.at,
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


@dataclass(frozen=True, slots=True)
class MoneyLine:
    """What the books say of one kind of account in one currency."""

    kind: str
    label: Text
    total: Money


def money_at_a_glance() -> tuple[MoneyLine, ...]:
    """The sums of our books by kind of account and currency, without those of nothing; one statement."""
    return tuple(
        MoneyLine(line.account_kind, AccountKind(line.account_kind).label, line.total)
        for line in books.trial_balance()
        if not line.total.is_zero
    )
