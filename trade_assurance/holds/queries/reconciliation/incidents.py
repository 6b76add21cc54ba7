"""Incidents for the finance desk: their list, and one with both sides and its story. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from marketplace.core.actors import Actor
from marketplace.core.errors import Text
from marketplace.core.formatting import format_day, format_money
from marketplace.core.money import Money
from trade_assurance.holds.bank_reconciling import days_of_break
from trade_assurance.holds.errors import IncidentNotFound
from trade_assurance.holds.models import BookedMovement, Incident, IncidentApproval, ProviderMovementRow
from trade_assurance.holds.querysets import UNKNOWN_MOVEMENTS
from trade_assurance.holds.states import INCIDENT_WAITING, CorrectionTarget, IncidentKind, IncidentState
from trade_assurance.payments.queries import rail_label
from trade_assurance.payments.queries.names import companies_concerned

PAGE_SIZE: Final = 50
LINES_SHOWN: Final = 200
CANDIDATES_SHOWN: Final = 20
_BREAKS: Final = (IncidentKind.GAP, IncidentKind.OVERLAP)
_TONES: Final = {
    IncidentState.OPEN: "waiting",
    IncidentState.PROPOSED: "waiting",
    IncidentState.AGREES: "safe",
    IncidentState.EXPLAINED: "safe",
    IncidentState.CORRECTED: "info",
    IncidentState.WRITTEN_OFF: "danger",
}


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
        tuple(incident_line(row) for row in shown), shown[-1].pk if len(part) > PAGE_SIZE else None
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
        line=incident_line(row),
        booked=Money(row.booked_minor, row.currency),
        found=Money(row.found_minor, row.currency),
        theirs=tuple(their_line(line) for line in theirs),
        ours=tuple(
            our_line(line)
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


def incident_line(row: Incident) -> IncidentLine:
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
    first, last = days_of_break(row.name) if row.kind in _BREAKS else (row.day, row.day)
    words = {
        "first": format_day(first),
        "last": format_day(last),
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
        IncidentKind.GAP: _(
            "Statements of %(first)s – %(last)s are missing: the one before closes with %(booked)s, the next opens with %(found)s."
        ),
        IncidentKind.OVERLAP: _(
            "Two statements speak of %(first)s – %(last)s: by the earlier one %(booked)s was there, by the later one %(found)s."
        ),
        IncidentKind.SUM: _(
            "Opening and lines of the statement come to %(booked)s; the bank says that it closes with %(found)s."
        ),
        IncidentKind.SILENT: _(
            "%(booked)s moved in our books and is on no statement; the last one ends on %(day)s."
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
        UNKNOWN_MOVEMENTS,
        provider=row.provider,
        currency=row.currency,
        amount_minor=wanted,
    ).exclude(name=row.name)
    return tuple(their_line(line) for line in unknown.order_by("-at", "-pk")[:CANDIDATES_SHOWN])


def their_line(row: ProviderMovementRow) -> SideLine:
    return SideLine(
        ref=row.ref,
        kind=row.kind,
        name=row.name,
        description=row.description,
        amount=Money(row.amount_minor, row.currency),
        fee=Money(row.fee_minor, row.currency),
        at=row.at,
    )


def our_line(row: BookedMovement) -> SideLine:
    return SideLine(
        ref=row.posting_key,
        kind=row.kind,
        name=row.name,
        description="",
        amount=Money(row.amount_minor, row.currency),
        fee=Money.zero(row.currency),
        at=row.at,
    )
